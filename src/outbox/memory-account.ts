import { memoryQuotaKilobytes, memoryUnitsPerMinute } from "../platform/limits";

/** This library keeps to a quarter of what is documented for the whole game. */
const SHARE = 0.25;
/** Whether a kilobyte has more is not said. */
const KILOBYTE = 1000;
/** A minute, and what requests that were made further apart can come closer on their way. */
const WINDOW_SECONDS = 62;

interface Spent {
	readonly atSeconds: number;
	readonly units: number;
}

/**
 * What one server may ask of MemoryStoreService. The request units of a game grow with its players, so each server has what its own players bring,
 * and the one that writes has the basic amount as well: together that is the share, without anybody knowing of the others. Pure.
 */
export class MemoryAccount {
	private spent = new Array<Spent>();
	private inWindow = 0;

	/** Request units a minute. A server without players is about to have some, or to close. */
	public static unitsPerMinute(ownPlayers: number, writes: boolean): number {
		const all = memoryUnitsPerMinute(math.max(1, ownPlayers));
		return SHARE * (writes ? all : all - memoryUnitsPerMinute(0));
	}

	/** Bytes for everything that is kept, given a game whose servers have about as many players as this one. */
	public static bytes(ownPlayers: number, servers: number): number {
		return SHARE * KILOBYTE * memoryQuotaKilobytes(math.max(1, ownPlayers) * servers);
	}

	/** Whether so many units are left of `unitsPerMinute`. */
	public allows(nowSeconds: number, units: number, unitsPerMinute: number): boolean {
		this.advance(nowSeconds);
		return this.inWindow + units <= unitsPerMinute;
	}

	/** Takes note of a request; it counts whatever becomes of it. */
	public note(nowSeconds: number, units: number): void {
		this.advance(nowSeconds);
		this.spent.push({ atSeconds: nowSeconds, units });
		this.inWindow += units;
	}

	/** Units of the last minute. */
	public used(nowSeconds: number): number {
		this.advance(nowSeconds);
		return this.inWindow;
	}

	private advance(nowSeconds: number): void {
		const oldest = nowSeconds - WINDOW_SECONDS;
		const first = this.spent[0];
		if (!first || first.atSeconds > oldest) return;
		this.spent = this.spent.filter(({ atSeconds }) => atSeconds > oldest);
		this.inWindow = 0;
		for (const { units } of this.spent) this.inWindow += units;
	}
}
