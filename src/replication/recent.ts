import { Register } from "./register";
import { Stream } from "./stream";

/** Records are worth repeating for so long. */
const RECENT_SECONDS = 15;
/** However often messages get lost, a record is not repeated more often than this. */
export const MOST_TRANSMISSIONS = 8;
/** Offers that do not fit, after which the rest of a message's room is left empty. */
const MOST_REFUSALS = 3;
/** The list's bound; beyond it the oldest are forgotten. */
const MOST_RECENT = 1500;

/** One re-sendable recent record. */
export interface RecentEntry {
	readonly register: Register;
	readonly version: number;
	transmissions: number;
	readonly sinceSeconds: number;
}

/** The records everybody sent lately, for the spare room of messages: least transmitted first, of any owner, because bytes in a broadcast are free. */
export class Recents {
	private entries = new Array<RecentEntry>();
	/** The latest entry of each register that has one. */
	private latest = new Map<Register, RecentEntry>();

	/** A record was sent, or heard for the first time. */
	public note(register: Register, nowSeconds: number): void {
		// Values in parts are too large for spare room; they are repaired on request.
		if (register.partVersions || register.version === 0) {
			this.latest.delete(register);
			return;
		}
		const entry = { register, version: register.version, transmissions: 1, sinceSeconds: nowSeconds };
		this.latest.set(register, entry);
		this.entries.push(entry);
		if (this.entries.size() > MOST_RECENT) this.prune(nowSeconds);
	}

	/** A record was on the air once more. */
	public heardAgain(stream: Stream, reference: number, version: number): void {
		const register = stream.references.get(reference);
		const entry = register && this.latest.get(register);
		if (entry && entry.version === version) entry.transmissions += 1;
	}

	/** Whether a record of the own stream, sent lately, has not yet been on the air often enough. */
	public owesEcho(nowSeconds: number, isOwn: (register: Register) => boolean, transmissions: number): boolean {
		for (let index = this.entries.size() - 1; index >= 0; index--) {
			const entry = this.entries[index]!;
			if (nowSeconds - entry.sinceSeconds > RECENT_SECONDS) return false;
			if (entry.transmissions < transmissions && this.isCurrent(entry) && isOwn(entry.register)) return true;
		}
		return false;
	}

	/** Offers what has been sent fewer than `goal` times, least transmitted first, older first among equals, until `take` has refused some. */
	public offer(nowSeconds: number, take: (entry: RecentEntry) => boolean, goal: number): void {
		this.prune(nowSeconds);
		let refused = 0;
		for (const transmissions of $range(1, math.min(goal, MOST_TRANSMISSIONS) - 1)) {
			for (const entry of this.entries) {
				if (entry.transmissions !== transmissions) continue;
				if (!take(entry)) {
					refused += 1;
					if (refused >= MOST_REFUSALS) return;
				}
			}
		}
	}

	private prune(nowSeconds: number): void {
		const kept = new Array<RecentEntry>();
		const surplus = this.entries.size() - MOST_RECENT;
		let position = 0;
		for (const entry of this.entries) {
			position += 1;
			const worth =
				position > surplus &&
				entry.transmissions < MOST_TRANSMISSIONS &&
				nowSeconds - entry.sinceSeconds <= RECENT_SECONDS &&
				this.isCurrent(entry);
			if (worth) kept.push(entry);
			else if (this.latest.get(entry.register) === entry) this.latest.delete(entry.register);
		}
		this.entries = kept;
	}

	private isCurrent(entry: RecentEntry): boolean {
		const { register, version } = entry;
		return this.latest.get(register) === entry && register.version === version && !register.dropped;
	}
}
