import { mix } from "../random";
import { MemoryRealm } from "./memory-realm";

/** Whether a server may use MemoryStoreService, and if not, what its calls fail with: UnpublishedPlace, AccessDenied, InvalidClientAccess. */
export type MemoryAccess = "available" | "unpublished" | "denied" | "client";

/** Runs `callback(argument)` as code of a server: when that is possible again, or never. */
export type Enter = <A>(callback: (argument: A) => void, argument: A) => void;

/** One server's connection to the emulated MemoryStoreService. */
export class MemoryLink {
	/** False once the server is gone: nothing more comes from it or gets to it. */
	attached = true;
	/** Its calls fail unsent before this time, if one was throttled. */
	throttledUntilSeconds?: number;
	private callNumber = 0;

	constructor(
		readonly serverId: string,
		/** Key of this server's draws. */
		private readonly key: number,
		readonly playerCount: () => number,
		readonly enter: Enter,
		readonly access: MemoryAccess,
		/** The data that it works on: Studio has its own. */
		readonly realm: MemoryRealm,
	) {}

	/** The key of the draws of this server's next call. */
	nextCallKey(): number {
		this.callNumber += 1;
		return mix(this.key, this.callNumber);
	}
}
