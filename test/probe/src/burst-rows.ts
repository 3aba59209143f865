import { Bits } from "./bits";
import { rounded } from "./numbers";
import { Row, textsOf } from "./rows";
import { BurstArgs, BurstResult, sendersOf } from "./steps/burst";

/** What came of one burst. */
export interface BurstOutcome {
	/** Messages that were to be sent. */
	readonly sent: number;
	readonly hearers: number;
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
	burstSeconds: number,
	recoverySeconds: number,
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
	return { sent, hearers, messages, deliveries, partly, failed, errors, recoverySeconds: recovery };
}

/** Of several bursts, the one of which the least came through. */
export function strictest(outcomes: readonly BurstOutcome[]): BurstOutcome {
	let least = outcomes[0]!;
	for (const outcome of outcomes) if (outcome.deliveries < least.deliveries) least = outcome;
	return least;
}

function isLimited(outcome: BurstOutcome, loss: number): boolean {
	return outcome.deliveries < 0.85 * outcome.sent * outcome.hearers * (1 - loss);
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
	return all.deliveries / math.max(1, one.deliveries) < math.sqrt(all.hearers) ? "deliveries" : "publishes";
}

function limitRow(rule: string, counted: number, documented: number): Row {
	const scale = rounded(counted / documented, 2);
	// A limit that is as documented shows a few messages more or less: of other traffic, and of loss.
	const knob = `limitScale: ${math.abs(scale - 1) < 0.1 ? 1 : scale}`;
	return { rule, finding: tostring(math.round(counted)), evidence: `documented ${documented}`, knob };
}

function recoveryRow(outcome: BurstOutcome): Row {
	const { recoverySeconds } = outcome;
	const isSliding = recoverySeconds !== undefined && recoverySeconds > 54 && recoverySeconds < 66;
	const isEarly = recoverySeconds !== undefined && recoverySeconds <= 54;
	return {
		rule: "When a receive limit lets through again",
		finding:
			recoverySeconds === undefined
				? "not while it was watched"
				: `${recoverySeconds} s after the burst began: ${isSliding ? "as the last minute slides on" : isEarly ? "before a minute is over" : "later than after a minute"}`,
		evidence: "one message a second after the burst",
		knob: isSliding ? 'minute: "sliding"' : isEarly ? 'minute: "fixed"' : "",
	};
}

/** The rows about receive limits, each with what was concluded from. */
export function topicBurstRows(all: BurstOutcome, one: BurstOutcome, loss: number, documented: number): Row[] {
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
	const received = reading === "publishes" && one.hearers > 0 ? one.messages : one.deliveries;
	if (isLimited(one, loss)) rows.push(limitRow("Received on a topic", received / (1 - loss), documented));
	rows.push(recoveryRow(all));
	return rows;
}

export function gameBurstRow(outcome: BurstOutcome, reading: Reading, loss: number, documented: number): Row {
	const rule = "Received by the game";
	const evidence = `documented ${documented}; ${summary(outcome)}`;
	if (!isLimited(outcome, loss) || reading === undefined) {
		return { rule, finding: `no limit reached with ${outcome.sent} messages`, evidence, knob: "" };
	}
	const counted = reading === "deliveries" ? outcome.deliveries / (1 - loss) : outcome.messages;
	return { ...limitRow(rule, counted, documented), evidence };
}
