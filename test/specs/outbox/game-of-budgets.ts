import { BroadcastKind, Budget } from "../../../src/outbox/budget";
import { BROADCAST_TOPICS } from "../../../src/outbox/use-window";
import { receivedPerGamePerMinute, receivedPerTopicPerMinute } from "../../../src/platform/limits";
import { Generator } from "../support/generators";

/** Uniform in [0, 1). */
export function fraction(generate: Generator): number {
	return generate.word() / 2 ** 32;
}

/** What a server wants to send now. */
export interface Wish {
	readonly broadcast?: BroadcastKind;
	readonly unicasts?: number;
}

export interface GameOptions {
	readonly servers: number;
	readonly share: number;
	readonly seconds: number;
	readonly tickSeconds?: number;
	readonly hearingSeconds?: readonly [least: number, most: number];
	readonly loss?: number;
	/** What congestion leaves of the budget of server `index`. */
	readonly factor?: (index: number) => number;
	readonly wish: (index: number, nowSeconds: number, generate: Generator) => Wish;
}

interface Hearing {
	readonly sender: number;
	readonly topic: number;
	readonly reported: number;
}

/** Deliveries by time: exact, over every sliding minute. */
class Tape {
	private readonly times = new Array<number>();
	private readonly amounts = new Array<number>();
	private first = 0;
	private sum = 0;
	public most = 0;
	public total = 0;

	public add(seconds: number, amount: number): void {
		this.times.push(seconds);
		this.amounts.push(amount);
		this.sum += amount;
		this.total += amount;
		while (this.times[this.first]! <= seconds - 60) {
			this.sum -= this.amounts[this.first]!;
			this.first += 1;
		}
		this.most = math.max(this.most, this.sum);
	}
}

export interface GameResult {
	/** The most deliveries in any sliding minute, as sent and as they arrived. */
	readonly mostSent: number;
	readonly mostArrived: number;
	readonly mostOnTopic: number;
	/** Deliveries from the second minute on, as part of what the limits on topics and the game allow to broadcasts. */
	readonly utilisation: number;
	/** The same as part of the game's limit alone. */
	readonly gameUtilisation: number;
	readonly broadcastsOf: ReadonlyArray<number>;
	readonly broadcastTimes: ReadonlyArray<ReadonlyArray<number>>;
}

/** Servers that share the limits by nothing but their budgets: what they send reaches the others late. */
export function playGame(options: GameOptions, generate: Generator): GameResult {
	const { servers, share, seconds } = options;
	const tick = options.tickSeconds ?? 0.1;
	const [leastHearing, mostHearing] = options.hearingSeconds ?? [0.3, 2];
	const ids = new Array<string>();
	for (const index of $range(1, servers)) ids.push(`s${generate.integer(10000, 99999)}${index}`);
	const budgets = ids.map((selfId, index) => {
		const budget = new Budget({ selfId, budgetShare: share });
		budget.setMembers(ids, 0);
		budget.setSynced();
		if (options.factor) budget.setFactor(options.factor(index));
		if (options.loss !== undefined) budget.setLoss(options.loss);
		return budget;
	});
	const sent = new Tape();
	let steadyDeliveries = 0;
	const topics = new Array<Tape>();
	for (const _ of $range(1, BROADCAST_TOPICS)) topics.push(new Tape());
	const arrivals = new Map<number, number>();
	// Hearings by the tick in which they happen, for each server.
	const hearings = new Map<number, Array<{ at: number; hearing: Hearing }>>();
	const broadcastsOf = ids.map(() => 0);
	const broadcastTimes = ids.map(() => new Array<number>());

	const count = (now: number, amount: number) => {
		sent.add(now, amount);
		if (now >= 62) steadyDeliveries += amount;
	};
	const arrive = (now: number) => {
		const delay = leastHearing + fraction(generate) * (mostHearing - leastHearing);
		const arrivesAt = math.floor((now + delay) * 10);
		arrivals.set(arrivesAt, (arrivals.get(arrivesAt) ?? 0) + 1);
		return math.ceil((now + delay) / tick);
	};
	for (const step of $range(0, math.floor(seconds / tick))) {
		const now = step * tick;
		for (const { at, hearing } of hearings.get(step) ?? []) {
			budgets[at]!.noteHeard(now, ids[hearing.sender]!, hearing.topic);
			budgets[at]!.noteReportedUnicasts(now, ids[hearing.sender]!, hearing.reported);
		}
		hearings.delete(step);
		const start = generate.integer(0, servers - 1);
		for (const offset of $range(0, servers - 1)) {
			const index = (start + offset) % servers;
			const budget = budgets[index]!;
			const wish = options.wish(index, now, generate);
			for (const _ of $range(1, wish.unicasts ?? 0)) {
				const addressee = ids[generate.integer(0, servers - 1)]!;
				if (!budget.mayUnicast(now, addressee, 1)) break;
				budget.noteUnicast(now, addressee);
				count(now, 1);
				arrive(now);
			}
			if (wish.broadcast === undefined || !budget.mayBroadcast(now, wish.broadcast)) continue;
			const topic = budget.pickTopic(now);
			const reported = budget.takeUnicastReport();
			budget.noteBroadcast(now, topic);
			broadcastsOf[index] = broadcastsOf[index]! + 1;
			broadcastTimes[index]!.push(now);
			count(now, servers);
			topics[topic]!.add(now, servers);
			for (const at of $range(0, servers - 1)) {
				const heardAt = arrive(now);
				if (at === index || fraction(generate) < (options.loss ?? 0)) continue;
				const heard = hearings.get(heardAt) ?? [];
				heard.push({ at, hearing: { sender: index, topic, reported } });
				hearings.set(heardAt, heard);
			}
		}
	}
	const times = new Array<number>();
	for (const [at] of arrivals) times.push(at);
	times.sort();
	const arrived = new Tape();
	for (const at of times) arrived.add(at / 10, arrivals.get(at)!);
	const cap = share * receivedPerGamePerMinute(servers);
	const topicCap = share * receivedPerTopicPerMinute(servers);
	const deliveriesPerMinute = (steadyDeliveries * 60) / (seconds - 62);
	let mostOnTopic = 0;
	for (const topic of topics) mostOnTopic = math.max(mostOnTopic, topic.most);
	return {
		mostSent: sent.most,
		mostArrived: arrived.most,
		mostOnTopic,
		utilisation: deliveriesPerMinute / math.min(cap, BROADCAST_TOPICS * topicCap),
		gameUtilisation: deliveriesPerMinute / cap,
		broadcastsOf,
		broadcastTimes,
	};
}
