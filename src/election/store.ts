import { Context } from "../cluster/context";

/** An answer that takes longer is not waited for: what came of the call is not known. */
const CALL_SECONDS = 1.5;

/** written: as asked; left: the transform left it, or nothing was to be written; failed: not known what came of it. */
export type StoreOutcome = "written" | "left" | "failed";

/** The elections' calls of MemoryStoreService: counted, and given up after a time. Whoever waits for them knows what a failure means. */
export class ElectionStore {
	public calls = 0;
	public failures = 0;
	public units = 0;
	private readonly map: string;

	constructor(private readonly context: Context) {
		const { checksumSeed } = context;
		// Clusters with different shared keys do not disturb each other.
		this.map = `net-server-sync/1/elections${checksumSeed === 0 ? "" : string.format("/%012x", checksumSeed)}`;
	}

	/** What is there as text, undefined if nothing is. */
	public read(key: string, done: (success: boolean, text: string | undefined) => void): void {
		const settle = this.begin(1, (success, value) => done(success, typeIs(value, "string") ? value : undefined));
		this.context.platform.readMemory(this.map, key, settle);
	}

	public write(key: string, text: string, expirationSeconds: number, done: (success: boolean) => void): void {
		const settle = this.begin(1, (success) => done(success));
		this.context.platform.writeMemory(this.map, key, text, expirationSeconds, (failure) =>
			settle(failure, undefined),
		);
	}

	/**
	 * Changes an item in one step. `transform` gets the text that is there, or undefined, and returns what shall be, or undefined to leave it.
	 * An answer that comes too late is told to `late`.
	 */
	public update(
		key: string,
		transform: (former: string | undefined) => string | undefined,
		expirationSeconds: number,
		done: (outcome: StoreOutcome) => void,
		late?: (outcome: StoreOutcome) => void,
	): void {
		const outcomeOf = (success: boolean, written: unknown): StoreOutcome =>
			!success ? "failed" : written === undefined ? "left" : "written";
		const settle = this.begin(
			2,
			(success, written) => done(outcomeOf(success, written)),
			late && ((success, written) => late(outcomeOf(success, written))),
		);
		this.context.platform.updateMemory(
			this.map,
			key,
			(former) => transform(typeIs(former, "string") ? former : undefined),
			expirationSeconds,
			settle,
		);
	}

	/** Counts a call that is being made. Returns what takes its answer. */
	private begin(
		units: number,
		done: (success: boolean, value: unknown) => void,
		late?: (success: boolean, value: unknown) => void,
	): (failure: string | undefined, value: unknown) => void {
		const { log, platform } = this.context;
		this.calls += 1;
		this.units += units;
		let settled = false;
		const cancel = platform.schedule(CALL_SECONDS, () => {
			settled = true;
			this.failures += 1;
			done(false, undefined);
		});
		return (failure, value) => {
			if (failure !== undefined) {
				log.warnOnce(
					"election store",
					`MemoryStoreService fails (${failure}); while it does, nobody can begin to lead in mode lease`,
				);
			}
			if (settled) {
				if (late) late(failure === undefined, value);
				return;
			}
			settled = true;
			cancel();
			if (failure !== undefined) this.failures += 1;
			done(failure === undefined, value);
		};
	}
}
