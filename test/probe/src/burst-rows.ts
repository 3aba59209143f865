import { Bits } from "./bits";
import { rounded } from "./numbers";
import { ProbeOptions } from "./options";
import { Row, textsOf } from "./rows";
import { BurstArgs, BurstResult, sendersOf } from "./steps/burst";

/** What came of one burst. */
export interface BurstOutcome {
	/** Messages that were to be sent. */
	readonly sent: number;
	readonly hearers: number;
	/** To how many of them a message can get: a publisher may not hear itself. */
	readonly reach: number;
	/** Messages that somebody got, and all that everybody got together. */
	readonly messages: number;
	readonly deliveries: number;
	/** Messages that some of the hearers got and others not. */
	readonly partly: number;
	readonly failed: number;
	readonly errors: readonly string[];
	/** Seconds from the beginning of the burst until messages came through again; undefined if none did. */
	readonly recoverySeconds: number | undefined;
}

export function burstOutcome(
	results: ReadonlyMap<number, BurstResult>,
	args: BurstArgs,
	servers: number,
	{ burstSeconds, recoverySeconds }: ProbeOptions,
	hearsItself: boolean,
): BurstOutcome {
	const sent = sendersOf(servers, args.hearers) * args.count;
	const gots = new Array<Bits>();
	const errors = new Array<string>();
	let failed = 0;
	let recovery: number | undefined;
	for (const index of $range(0, servers - 1)) {
		const result = results.get(index);
		if (!result) continue;
		failed += result.failed;
		for (const text of result.errors) errors.push(text);
		if (result.got === "") continue;
		gots.push(Bits.parse(result.got, sent));
		const after = Bits.parse(result.after, recoverySeconds);
		for (const second of $range(0, recoverySeconds - 1)) {
			if (!after.has(second)) continue;
			recovery = math.min(recovery ?? math.huge, burstSeconds + second);
			break;
		}
	}
	let [messages, deliveries, partly] = [0, 0, 0];
	for (const message of $range(0, sent - 1)) {
		const reached = gots.filter((got) => got.has(message)).size();
		deliveries += reached;
		if (reached > 0) messages += 1;
		if (reached > 0 && reached < gots.size()) partly += 1;
	}
	const hearers = gots.size();
	const reach = hearsItself || args.hearers < servers ? hearers : hearers - 1;
	return { sent, hearers, reach, messages, deliveries, partly, failed, errors, recoverySeconds: recovery };
}

/** Of several bursts, the one of which the least came through. */
export function strictest(outcomes: readonly BurstOutcome[]): BurstOutcome {
	let least = outcomes[0]!;
	for (const outcome of outcomes) if (outcome.deliveries < least.deliveries) least = outcome;
	return least;
}

/** Whether less came through than loss explains. */
export function isLimited(outcome: BurstOutcome, loss: number): boolean {
	return outcome.deliveries < 0.9 * outcome.sent * outcome.reach * (1 - loss);
}

function summary(outcome: BurstOutcome): string {
	const { sent, messages, hearers, deliveries, failed } = outcome;
	return `${messages} of ${sent} messages to ${hearers}, ${deliveries} deliveries, ${failed} failed`;
}

/** What "received" counts; undefined where no limit was reached. */
export type Reading = "deliveries" | "publishes" | undefined;

/**
 * One burst to all servers and one of which a single server heard. If deliveries count, as many come to the one as to all together;
 * if messages count, all together get as many times more as there are servers. That holds whatever the limit is.
 */
export function readingOf(all: BurstOutcome, one: BurstOutcome, loss: number): Reading {
	if (!isLimited(all, loss)) return undefined;
	// So many messages are allowed to one server, but not to all of them.
	if (!isLimited(one, loss)) return "deliveries";
	// What a publisher does not hear of itself most likely counts nevertheless: the ratios are reach / hearers, or reach.
	const between = all.reach / math.sqrt(all.hearers);
	return all.deliveries / math.max(1, one.deliveries) < between ? "deliveries" : "publishes";
}

function limitRow(rule: string, counted: number, documented: number): Row {
	const scale = rounded(counted / documented, 2);
	// A limit that is as documented shows a few messages more or less: of other traffic, and of loss.
	const knob = `limitScale: ${math.abs(scale - 1) < 0.1 ? 1 : scale}`;
	return { rule, finding: tostring(math.round(counted)), evidence: `documented ${documented}`, knob };
}

function recoveryRow(outcomes: readonly BurstOutcome[]): Row {
	const seconds = new Array<number>();
	for (const { recoverySeconds } of outcomes) if (recoverySeconds !== undefined) seconds.push(recoverySeconds);
	const rule = "When a receive limit lets through again";
	const evidence = `one message a second after each of ${outcomes.size()} bursts`;
	if (seconds.isEmpty()) return { rule, finding: "not while it was watched", evidence, knob: "" };
	// What one burst shows by chance, a minute of the clock that ends just then, several do not.
	const [least, most] = [math.min(...seconds), math.max(...seconds)];
	const isSliding = least > 54 && most < 66;
	const isEarly = least <= 54;
	const how = isSliding ? "as the last minute slides on" : isEarly ? "before a minute is over" : "later than that";
	return {
		rule,
		finding: `${seconds.join(", ")} s after the burst began: ${how}`,
		evidence,
		knob: isSliding ? 'minute: "sliding"' : isEarly ? 'minute: "fixed"' : "",
	};
}

/** What the steady stream lost where no limit was near. */
export interface BaseLoss {
	/** Of all deliveries. */
	readonly loss: number;
	/** Of the deliveries of messages that somebody got, or could have: what whole messages lose is not counted as received. */
	readonly ownLoss: number;
	/** Whether a publisher that subscribes gets its own messages. */
	readonly hearsItself: boolean;
}

/** The rows about a topic's limit, from bursts to all servers and bursts of which a single one heard. */
export function topicBurstRows(
	alls: readonly BurstOutcome[],
	ones: readonly BurstOutcome[],
	{ loss, ownLoss }: BaseLoss,
	documented: number,
): Row[] {
	const [all, one] = [strictest(alls), strictest(ones)];
	const reading = readingOf(all, one, loss);
	const evidence = `${summary(all)}; ${summary(one)}`;
	const rule = 'What "received" counts';
	if (reading === undefined) {
		return [{ rule, finding: `no limit reached with ${all.sent} messages`, evidence, knob: 'overLimit: "allow"' }];
	}
	const finding = reading === "deliveries" ? "each delivery" : "each message once, or what each server receives";
	const refused = all.failed > 0.5 * (all.sent - all.messages);
	const rows: Row[] = [
		{ rule, finding, evidence, knob: `reading: "${reading}"` },
		{
			rule: "What becomes of messages over a receive limit",
			finding: refused ? `the publish fails: ${textsOf(all.errors)}` : "they vanish without an error",
			evidence: `${all.partly} messages reached some servers and not others; ${all.failed} failed`,
			knob: refused ? 'overLimit: "error"' : 'overLimit: "drop"',
		},
	];
	if (isLimited(one, loss)) rows.push(limitRow("Received on a topic", one.deliveries / (1 - ownLoss), documented));
	rows.push(recoveryRow([...alls, ...ones.filter((outcome) => isLimited(outcome, loss))]));
	return rows;
}

export function gameBurstRow(
	outcomes: readonly BurstOutcome[],
	reading: Reading,
	{ loss, ownLoss }: BaseLoss,
	documented: number,
): Row {
	const outcome = strictest(outcomes);
	const rule = "Received by the game";
	const evidence = `documented ${documented}; ${summary(outcome)}`;
	if (!isLimited(outcome, loss) || reading === undefined) {
		return { rule, finding: `no limit reached with ${outcome.sent} messages`, evidence, knob: "" };
	}
	const counted = reading === "deliveries" ? outcome.deliveries / (1 - ownLoss) : outcome.messages;
	return { ...limitRow(rule, counted, documented), evidence };
}
