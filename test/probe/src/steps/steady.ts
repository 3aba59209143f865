import { Bits } from "../bits";
import { publish } from "../engine";
import { TOPICS, subscribe } from "../line";
import type { Member } from "../member";
import { quantile, rounded } from "../numbers";

/** What a server is told to do. */
export interface SteadyArgs {
	/** Messages of each server. */
	readonly count: number;
	readonly everySeconds: number;
}

/** What one server heard of one sender. Milliseconds; latencies are by two clocks, the sender's and its own. */
export interface Heard {
	/** Which messages, as {@link Bits}. */
	readonly got: string;
	readonly twice: number;
	/** Messages that came after a later one. */
	readonly overtaken: number;
	/** Least, half, 90 %, 99 %, most; empty where nothing came. */
	readonly latency: readonly number[];
	/** The least and the most that `Sent` was after the sender's time; empty where nothing came. */
	readonly sent: readonly number[];
	/** Whether `Sent` was anything but whole seconds. */
	readonly fraction: boolean;
}

/** What one server found out. */
export interface SteadyResult {
	readonly heard: readonly Heard[];
	/** Which of its own messages failed, as {@link Bits}. */
	readonly failed: string;
	readonly errors: readonly string[];
	/** Least, half, 99 %, most; empty if all failed. */
	readonly publishSeconds: readonly number[];
}

/** What came later than the drain. */
export interface LateResult {
	readonly late: number;
	readonly mostMilliseconds: number;
	/** Everything that has come by now, by sender. */
	readonly got: readonly string[];
}

const SHARES = [0, 0.5, 0.9, 0.99, 1];

/** What comes from one sender. */
class Reception {
	readonly latencies = new Array<number>();
	private readonly got: Bits;
	private twice = 0;
	private overtaken = 0;
	private last = -1;
	private leastSent = math.huge;
	private mostSent = -math.huge;
	private fraction = false;

	constructor(count: number) {
		this.got = new Bits(count);
	}

	/** False for a second copy. */
	take(index: number, stampMilliseconds: number, nowMilliseconds: number, sent: number): boolean {
		if (!this.got.add(index)) {
			this.twice += 1;
			return false;
		}
		if (index < this.last) this.overtaken += 1;
		this.last = math.max(this.last, index);
		this.latencies.push(nowMilliseconds - stampMilliseconds);
		const sentAfter = sent * 1000 - stampMilliseconds;
		this.leastSent = math.min(this.leastSent, sentAfter);
		this.mostSent = math.max(this.mostSent, sentAfter);
		if (sent % 1 !== 0) this.fraction = true;
		return true;
	}

	gotText(): string {
		return this.got.text();
	}

	heard(): Heard {
		const { latencies, twice, overtaken, fraction } = this;
		const nothing = latencies.isEmpty();
		return {
			got: this.got.text(),
			twice,
			overtaken,
			fraction,
			latency: nothing ? [] : SHARES.map((share) => quantile(latencies, share)),
			sent: nothing ? [] : [math.round(this.leastSent), math.round(this.mostSent)],
		};
	}
}

/** Everything that one server hears of the steady stream, to the end of the run. */
class Ear {
	late = 0;
	mostLateMilliseconds = 0;
	/** Set when waiting is over. */
	drained = false;
	readonly receptions: readonly Reception[];

	constructor(
		private readonly member: Member,
		count: number,
	) {
		this.receptions = member.roster.members.map(() => new Reception(count));
	}

	readonly take = (data: unknown, sent: number): void => {
		const [sender, index, stamp] = string.match(tostring(data), "^(%d+):(%d+):(%d+)$");
		const reception = this.receptions[tonumber(sender) ?? -1];
		if (!reception) return;
		const now = this.member.engine.DateTime.now().UnixTimestampMillis;
		const isNew = reception.take(tonumber(index)!, tonumber(stamp)!, now, sent);
		if (!this.drained || !isNew) return;
		this.late += 1;
		this.mostLateMilliseconds = math.max(this.mostLateMilliseconds, now - tonumber(stamp)!);
	};
}

/** Every server sends to all, at a steady pace, and notes what it hears. */
export function performSteady(member: Member, given: unknown, startsIn: number): SteadyResult {
	const { count, everySeconds } = given as SteadyArgs;
	const { engine, index, options, roster } = member;
	const topic = `${TOPICS}/${roster.run}/steady`;
	const begins = engine.os.clock() + startsIn;
	const ear = new Ear(member, count);
	member.kept.ear = ear;
	subscribe(engine, topic, ear.take);
	// Servers take turns.
	const turnSeconds = (everySeconds * index) / roster.members.size();
	engine.task.wait(math.max(0, begins + turnSeconds - engine.os.clock()));
	const failed = new Bits(count);
	const errors = new Array<string>();
	const seconds = new Array<number>();
	for (const number of $range(0, count - 1)) {
		engine.task.spawn(() => {
			const stamp = engine.DateTime.now().UnixTimestampMillis;
			const outcome = publish(engine, topic, `${index}:${number}:${stamp}`);
			if (outcome.failure === undefined) {
				seconds.push(outcome.seconds);
			} else {
				failed.add(number);
				if (errors.size() < 2 && !errors.includes(outcome.failure)) errors.push(outcome.failure);
			}
		});
		engine.task.wait(everySeconds);
	}
	engine.task.wait(options.drainSeconds);
	ear.drained = true;
	return {
		heard: ear.receptions.map((reception) => reception.heard()),
		failed: failed.text(),
		errors,
		publishSeconds: seconds.isEmpty() ? [] : [0, 0.5, 0.99, 1].map((share) => rounded(quantile(seconds, share), 3)),
	};
}

/** Asked for at the end of the run, when whatever was late has come. */
export function performLate(member: Member): LateResult {
	const ear = member.kept.ear as Ear | undefined;
	if (!ear) return { late: 0, mostMilliseconds: 0, got: [] };
	return {
		late: ear.late,
		mostMilliseconds: ear.mostLateMilliseconds,
		got: ear.receptions.map((reception) => reception.gotText()),
	};
}
