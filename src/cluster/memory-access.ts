import { MemoryAccount } from "../outbox/memory-account";
import { Context } from "./context";

/** A call that takes longer is given up; whatever it does later does no harm. */
const CALL_SECONDS = 4;
/** After failures in a row nothing is asked for so long, doubling: after the first, after further ones, after a limit was met. */
const AGAIN_SECONDS = 0.5;
const FAILED_SECONDS = 5;
const LIMITED_SECONDS = 60;
const MOST_PAUSE_SECONDS = 600;

/** The words in a failure that say that there is no MemoryStoreService for this server, and will not be. */
const UNAVAILABLE = ["UnpublishedPlace", "AccessDenied", "InvalidClientAccess"];
/** Those that say that too much was asked, or kept. */
const LIMITED = ["RequestThrottled", "RequestsOverLimit", "MemoryOverLimit"];

/** What became of a call: what is there (or nothing), or undefined where the call failed. */
export type MemoryAnswer = { readonly value: unknown } | undefined;

/**
 * This server's calls of MemoryStoreService. Each may fail, hang, or be refused; here they are counted, given up after a time, and spaced after failures.
 * Nothing waits for them.
 */
export class MemoryAccess {
	private readonly account = new MemoryAccount();
	private readonly map: string;
	private available = true;
	private pausedUntilSeconds = 0;
	private writes = false;

	constructor(private readonly context: Context) {
		const { checksumSeed } = context;
		// Clusters with different shared keys do not disturb each other.
		const suffix = checksumSeed === 0 ? "" : string.format("/%012x", checksumSeed);
		this.map = `net-server-sync/1${suffix}`;
	}

	/** Whether so many units may be spent now. */
	public may(units: number): boolean {
		const { context } = this;
		const now = context.now();
		if (!this.available || now < this.pausedUntilSeconds) return false;
		const most = MemoryAccount.unitsPerMinute(context.platform.playerCount(), this.writes);
		return this.account.allows(now, units, most);
	}

	/** Whether this server is the one that writes: it may use the part of the limits that is there for any number of players. */
	public setWrites(writes: boolean): void {
		this.writes = writes;
	}

	/** Bytes that may be kept in all. */
	public bytesAllowed(): number {
		const { membership, platform } = this.context;
		return MemoryAccount.bytes(platform.playerCount(), membership.serverCount());
	}

	public isAvailable(): boolean {
		return this.available;
	}

	public read(key: string, done: (answer: MemoryAnswer) => void, limitSeconds = CALL_SECONDS): void {
		const { context } = this;
		const settle = this.begin(limitSeconds, done);
		context.memoryUse.reads += 1;
		context.platform.readMemory(this.map, key, (failure, value) => {
			settle(failure, { value });
		});
	}

	public write(key: string, value: string, expirationSeconds: number, done: (success: boolean) => void): void {
		const { context } = this;
		const settle = this.begin(CALL_SECONDS, (answer) => done(answer !== undefined));
		context.memoryUse.writes += 1;
		context.platform.writeMemory(this.map, key, value, expirationSeconds, (failure) => {
			settle(failure, { value: true });
		});
	}

	/** Counts a call that is being made. Returns what takes its answer: the first one counts, be it that there was none. */
	private begin(
		limitSeconds: number,
		done: (answer: MemoryAnswer) => void,
	): (failure: string | undefined, answer: { readonly value: unknown }) => void {
		const { context } = this;
		const { memoryUse } = context;
		this.account.note(context.now(), 1);
		memoryUse.units += 1;
		memoryUse.mostUnitsPerMinute = math.max(memoryUse.mostUnitsPerMinute, this.account.used(context.now()));
		let settled = false;
		const settle = (failure: string | undefined, answer: MemoryAnswer): void => {
			if (settled) return;
			settled = true;
			cancel();
			if (context.phase === "closed") return;
			if (failure === undefined) {
				if (memoryUse.failuresInRow > 0) memoryUse.failuresInRow = 0;
			} else this.noteFailure(failure);
			done(failure === undefined ? answer : undefined);
		};
		const cancel = context.platform.schedule(limitSeconds, () =>
			settle(`no answer within ${limitSeconds} s`, undefined),
		);
		return settle;
	}

	private noteFailure(failure: string): void {
		const { context } = this;
		const { log, platform } = context;
		context.memoryUse.failures += 1;
		const isStudio = platform.environment === "studio";
		if (isStudio || UNAVAILABLE.some((word) => mentions(failure, word))) {
			if (this.available)
				log.info(`MemoryStoreService is not available (${failure}); new servers get the state by messages`);
			this.available = false;
			return;
		}
		log.warnOnce(
			"memory store",
			`MemoryStoreService fails (${failure}); as long as it does, new servers get the state by messages`,
		);
		const limited = LIMITED.some((word) => mentions(failure, word));
		context.memoryUse.failuresInRow += 1;
		const { failuresInRow } = context.memoryUse;
		const first = limited ? LIMITED_SECONDS : failuresInRow === 1 ? AGAIN_SECONDS : FAILED_SECONDS;
		const seconds = math.min(MOST_PAUSE_SECONDS, first * 2 ** math.max(0, failuresInRow - 2));
		this.pausedUntilSeconds = math.max(
			this.pausedUntilSeconds,
			context.now() + seconds * (0.75 + 0.5 * platform.random()),
		);
	}
}

function mentions(text: string, word: string): boolean {
	return string.find(text, word, 1, true)[0] !== undefined;
}
