import { CloudLink, MessagingCloud } from "../../src/testing";

/** What one server lends a package that runs in a sandbox of its own: its side of the emulated cloud, and its clock. */
export interface Engine {
	readonly cloud: MessagingCloud;
	readonly link: CloudLink;
	readonly serverId: string;
	readonly unixSeconds: () => number;
	readonly playerCount: () => number;
	readonly warn: (text: string) => void;
}

/** The class `ExperienceBroadcastEvent` of the npm package `@rbxts/net`, as one server has it. */
export interface BroadcastEvent {
	readonly send: (message: unknown) => void;
	readonly connect: (handler: (message: unknown) => void) => void;
}

export interface NetPackage {
	readonly event: (name: string) => BroadcastEvent;
	/** Runs what the package does in each frame. */
	readonly step: () => void;
}

/** What the benches get from the program that runs them. */
export interface Host {
	/** Real seconds: the only real time here. */
	readonly clock: () => number;
	/** Kilobytes in use, without garbage. Takes a while. */
	readonly memory: () => number;
	/** Kilobytes in use and garbage: grows with whatever is allocated until the next collection. */
	readonly allocated: () => number;
	/** Loads `@rbxts/net` for one server. */
	readonly loadNet: (engine: Engine) => NetPackage;
}
