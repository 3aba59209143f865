import { VirtualGame, VirtualServer } from "../../src/testing";

export const OURS = "net-server-sync";
export const PLAIN = "plain";
export const RBX_NET = "rbx-net";

/** Told of each value that a server begins to show for a key, its own included; undefined when the key disappears there. */
export type Shown = (key: string, value: string | undefined) => void;

/** What is shared: values of which each begins with its key, or strings that are their own keys. */
export type Sharing = "values" | "strings";

/** One server that shares values with the others by whatever means the contender has. */
export interface Member {
	readonly server: VirtualServer;
	/** Sets one of this server's keys, without advancing virtual time. */
	readonly contribute: (value: string) => void;
	/** How many keys it shows. */
	readonly size: () => number;
	/** Whether it knows that it has the state of the others; for contenders that never know: whether it listens. */
	readonly isReady: () => boolean;
}

/** A way to share values between servers. All are given the same cloud, the same seeds and the same work. */
export interface Contender {
	readonly name: string;
	/** Starts one more server. */
	readonly join: (world: VirtualGame, sharing: Sharing, shown: Shown) => Member;
}
