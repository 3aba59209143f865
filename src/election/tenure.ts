import { fail } from "../diagnostics/errors";
import { Platform } from "../platform/platform";
import { fence } from "./fence";
import { FenceRefusal, Guarantee, Leadership } from "./types";

/** What takes longer to clean up is no longer waited for. */
const CLEANUP_SECONDS = 5;

/** Until when a leadership holds, by this server's clock: whoever has the authority moves it on. */
export interface Validity {
	untilSeconds: number;
}

/** One time of leading: valid until it is ended, or its time has passed. */
export class Tenure implements Leadership<Guarantee> {
	private ended = false;
	private cleanups = new Array<() => void>();

	constructor(
		public readonly Scope: string,
		public readonly Term: number,
		public readonly Guarantee: Guarantee,
		private readonly platform: Platform,
		private readonly validity: Validity,
		private readonly onFenced: () => void,
	) {}

	// Hot: asked before each effect.
	public IsValid(): boolean {
		return !this.ended && this.platform.clock() < this.validity.untilSeconds;
	}

	public OnVacated(cleanup: () => void): void {
		if (!typeIs(cleanup, "function")) fail("Leadership.OnVacated takes a function");
		this.add(cleanup);
	}

	public Fence<T extends defined>(
		this: Leadership<"exclusive">,
		map: MemoryStoreHashMap,
		key: string,
		transform: (old: T | undefined) => T | undefined,
		expirationSeconds: number,
	): Promise<T | undefined> {
		const tenure = this as unknown as Tenure;
		if (this.Guarantee !== "exclusive") fail("Leadership.Fence needs an exclusive leadership; use mode lease");
		if (!typeIs(key, "string"))
			fail("Leadership.Fence takes a map, a key, a function and an expiration in seconds");
		if (!typeIs(transform, "function"))
			fail("Leadership.Fence takes a function that returns what shall be written");
		return fence(tenure.platform, this, map, key, transform, expirationSeconds, (refusal: FenceRefusal) => {
			if (refusal.kind === "superseded") tenure.onFenced();
		});
	}

	/** Has `cleanup` run at the end. Returns what takes it back. */
	public add(cleanup: () => void): () => void {
		if (this.ended) {
			this.platform.spawn(cleanup);
			return () => {};
		}
		const { cleanups } = this;
		cleanups.push(cleanup);
		return () => {
			const index = cleanups.indexOf(cleanup);
			if (index >= 0) cleanups.remove(index);
		};
	}

	/** Ends it: from now on it is not valid. `done` is called when everything was cleaned up, or after 5 s. */
	public finish(done: () => void): void {
		assert(!this.ended, "a leadership ends once");
		this.ended = true;
		const { cleanups, platform } = this;
		this.cleanups = [];
		let waiting = cleanups.size();
		let settled = false;
		const settle = (): void => {
			if (settled) return;
			settled = true;
			done();
		};
		if (waiting === 0) return settle();
		const cancel = platform.schedule(CLEANUP_SECONDS, settle);
		for (const index of $range(cleanups.size() - 1, 0, -1)) {
			const cleanup = cleanups[index]!;
			platform.spawn(() => {
				const [success, problem] = pcall(cleanup);
				waiting -= 1;
				if (waiting === 0) {
					cancel();
					settle();
				}
				if (!success) error(problem, 0);
			});
		}
	}
}
