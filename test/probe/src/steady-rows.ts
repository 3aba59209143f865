import { Bits } from "./bits";
import type { BaseLoss } from "./burst-rows";
import { percent, quantile, rounded } from "./numbers";
import { Row, textsOf } from "./rows";
import { Heard, LateResult, SteadyArgs, SteadyResult } from "./steps/steady";

/** The rows, and what the bursts have to know. */
export interface SteadyFindings {
	readonly rows: Row[];
	readonly base: BaseLoss;
}

/** What all servers together say about the steady stream. */
class Stream {
	/** Places in the roster of those whose result is there. */
	readonly present = new Array<number>();
	/** Clocks ahead of the leader's, in milliseconds, by place. */
	readonly ahead = new Map<number, number>();

	constructor(
		readonly results: ReadonlyMap<number, SteadyResult>,
		readonly lates: ReadonlyMap<number, LateResult>,
		readonly args: SteadyArgs,
		servers: number,
	) {
		for (const index of $range(0, servers - 1)) if (results.has(index)) this.present.push(index);
		for (const index of this.present) {
			const [there, back] = [this.latency(0, index)[0], this.latency(index, 0)[0]];
			const isKnown = index !== 0 && there !== undefined && back !== undefined;
			this.ahead.set(index, isKnown ? (there - back) / 2 : 0);
		}
	}

	heard(sender: number, receiver: number): Heard {
		return this.results.get(receiver)!.heard[sender]!;
	}

	/** Raw: by two clocks. */
	latency(sender: number, receiver: number): readonly number[] {
		return this.results.get(receiver)?.heard[sender]?.latency ?? [];
	}

	got(sender: number, receiver: number): Bits {
		const text = this.lates.get(receiver)?.got[sender] ?? this.heard(sender, receiver).got;
		return Bits.parse(text, this.args.count);
	}

	failed(sender: number): Bits {
		return Bits.parse(this.results.get(sender)!.failed, this.args.count);
	}

	/** Calls `visit` with each pair of different servers. */
	eachPair(visit: (sender: number, receiver: number) => void): void {
		for (const sender of this.present) {
			for (const receiver of this.present) if (sender !== receiver) visit(sender, receiver);
		}
	}
}

/** Messages that were taken, and how many receivers missed each. */
interface Losses {
	messages: number;
	receivers: number;
	/** Deliveries that did not come. */
	missed: number;
	/** Messages that nobody got. */
	missedByAll: number;
}

function lossesOf(stream: Stream): Losses {
	const losses: Losses = { messages: 0, receivers: stream.present.size() - 1, missed: 0, missedByAll: 0 };
	for (const sender of stream.present) {
		const failed = stream.failed(sender);
		const receivers = stream.present.filter((receiver) => receiver !== sender);
		const gots = receivers.map((receiver) => stream.got(sender, receiver));
		for (const index of $range(0, stream.args.count - 1)) {
			if (failed.has(index)) continue;
			const missed = gots.filter((got) => !got.has(index)).size();
			losses.messages += 1;
			losses.missed += missed;
			if (missed === losses.receivers) losses.missedByAll += 1;
		}
	}
	return losses;
}

/**
 * The loss of each receiver on its own, where whole messages are lost besides.
 * @param share of all deliveries that did not come
 * @param byAll share of messages that nobody got
 */
function ownLoss(share: number, byAll: number, receivers: number): number {
	let [least, most] = [0, share];
	for (const _ of $range(1, 40)) {
		const loss = (least + most) / 2;
		const ofMessages = (share - loss) / (1 - loss);
		// The more is lost on the way, the less of what nobody got was lost at the source.
		if (ofMessages + (1 - ofMessages) * loss ** receivers > byAll) least = loss;
		else most = loss;
	}
	return least;
}

/** Whether more messages reached nobody than independent losses and chance would bring. */
function isLossShared({ messages, receivers, missed, missedByAll }: Losses): boolean {
	const expected = messages * (missed / (messages * receivers)) ** receivers;
	return receivers > 1 && missedByAll > expected + 3 * math.sqrt(expected) + 2;
}

function shareOf(losses: Losses): { readonly loss: number; readonly ownLoss: number } {
	const { messages, receivers, missed, missedByAll } = losses;
	const loss = missed / (messages * receivers);
	return { loss, ownLoss: isLossShared(losses) ? ownLoss(loss, missedByAll / messages, receivers) : loss };
}

function lossRows(losses: Losses): Row[] {
	const { messages, receivers, missed, missedByAll } = losses;
	const share = missed / (messages * receivers);
	const evidence = `${missed} of ${messages * receivers} deliveries, not counting the publishers' own`;
	const lossRow: Row = { rule: "Loss", finding: percent(share), evidence, knob: `loss: ${rounded(share, 3)}` };
	if (receivers < 2) {
		return [
			lossRow,
			{ rule: "Loss of all receivers at once", finding: "unknown", evidence: "takes three servers", knob: "" },
		];
	}
	const expected = messages * share ** receivers;
	const isShared = isLossShared(losses);
	const loss = shareOf(losses).ownLoss;
	const publishLoss = loss < 1 ? (share - loss) / (1 - loss) : 0;
	return [
		{ ...lossRow, knob: `loss: ${rounded(loss, 3)}` },
		{
			rule: "Loss of all receivers at once",
			finding: isShared ? `${percent(publishLoss)} of the messages` : "no more than by chance",
			evidence: `nobody got ${missedByAll} of ${messages}; by chance ${rounded(expected, 1)}`,
			knob: `publishLoss: ${rounded(publishLoss, 3)}`,
		},
	];
}

function copiesRows(stream: Stream): Row[] {
	let [deliveries, twice, overtaken] = [0, 0, 0];
	stream.eachPair((sender, receiver) => {
		const heard = stream.heard(sender, receiver);
		deliveries += Bits.parse(heard.got, stream.args.count).count();
		twice += heard.twice;
		overtaken += heard.overtaken;
	});
	const share = twice / math.max(1, deliveries);
	const { everySeconds } = stream.args;
	return [
		{
			rule: "Duplicates",
			finding: twice === 0 ? "none" : percent(share),
			evidence: `${twice} of ${deliveries} deliveries`,
			knob: `duplication: ${rounded(share, 3)}`,
		},
		{
			rule: "Order",
			finding:
				overtaken === 0
					? "kept"
					: `${percent(overtaken / deliveries)} come after a later message of their sender`,
			evidence: `messages ${rounded(everySeconds, 2)} s apart`,
			knob: "",
		},
	];
}

function timeRows(stream: Stream): Row[] {
	const columns: number[][] = [[], [], [], [], []];
	const sentAfter = new Array<number>();
	let fraction = false;
	stream.eachPair((sender, receiver) => {
		const between = stream.ahead.get(receiver)! - stream.ahead.get(sender)!;
		stream.latency(sender, receiver).forEach((raw, column) => columns[column]!.push(raw - between));
		const { sent, fraction: hasFraction } = stream.heard(sender, receiver);
		for (const milliseconds of sent) sentAfter.push(milliseconds + stream.ahead.get(sender)!);
		fraction = fraction || hasFraction;
	});
	if (columns[0]!.isEmpty()) return [];
	const seconds = (column: number, share: number): number => rounded(quantile(columns[column]!, share) / 1000, 2);
	const aheads = stream.present.map((index) => stream.ahead.get(index)!);
	const skew = [0, 1].map((share) => rounded(quantile(aheads, share) / 1000, 2));
	const [firstSent, lastSent] = [0, 1].map((share) => rounded(quantile(sentAfter, share) / 1000, 2)) as [
		number,
		number,
	];
	return [
		{
			rule: "Latency",
			finding: `${seconds(0, 0)} to ${seconds(4, 1)} s; half within ${seconds(1, 0.5)} s, 99 % within ${seconds(3, 0.5)} s`,
			evidence: `from the call to the callback, ${columns[0]!.size()} pairs of servers, clocks corrected`,
			knob: `delaySeconds: [${seconds(0, 0)}, ${seconds(3, 1)}]`,
		},
		{
			rule: "Clocks of servers",
			finding: `${skew[0]} to ${skew[1]} s ahead of the first one's`,
			evidence: "half the difference of the shortest ways there and back",
			knob: `clockSkewSeconds: [${skew[0]}, ${skew[1]}]`,
		},
		{
			rule: "`Sent`",
			finding: `${fraction ? "has a fraction" : "whole seconds"}; ${firstSent} to ${lastSent} s after the call`,
			evidence: "by the first server's clock",
			knob: "",
		},
	];
}

function publishRows(stream: Stream): Row[] {
	const errors = new Array<string>();
	let [failed, arrived, total] = [0, 0, 0];
	const times = new Array<readonly number[]>();
	for (const sender of stream.present) {
		const result = stream.results.get(sender)!;
		if (!result.publishSeconds.isEmpty()) times.push(result.publishSeconds);
		for (const text of result.errors) errors.push(text);
		const bits = stream.failed(sender);
		const gots = stream.present.map((receiver) => stream.got(sender, receiver));
		total += stream.args.count;
		failed += bits.count();
		for (const index of $range(0, stream.args.count - 1)) {
			if (bits.has(index) && gots.some((got) => got.has(index))) arrived += 1;
		}
	}
	const afterEffect = failed === 0 ? "" : `, publishErrorsAfterEffect: ${rounded(arrived / failed, 2)}`;
	const rows: Row[] = [
		{
			rule: "Failures of publishing",
			finding: failed === 0 ? "none" : `${percent(failed / total)}; ${arrived} of ${failed} arrived all the same`,
			evidence: `${failed} of ${total}${failed === 0 ? "" : `: ${textsOf(errors)}`}`,
			knob: `publishErrors: ${rounded(failed / total, 3)}${afterEffect}`,
		},
	];
	if (!times.isEmpty()) {
		const [least, most] = [
			quantile(
				times.map((all) => all[0]!),
				0,
			),
			quantile(
				times.map((all) => all[3]!),
				1,
			),
		];
		rows.push({
			rule: "How long publishing takes",
			finding: `${rounded(least, 2)} to ${rounded(most, 2)} s, half at most ${rounded(times[0]![1]!, 2)} s`,
			evidence: `${total - failed} calls`,
			knob: `publishSeconds: [${rounded(least, 2)}, ${rounded(
				quantile(
					times.map((all) => all[2]!),
					1,
				),
				2,
			)}]`,
		});
	}
	return rows;
}

function selfRow(stream: Stream): Row {
	let [own, sent] = [0, 0];
	for (const index of stream.present) {
		own += stream.got(index, index).count();
		sent += stream.args.count - stream.failed(index).count();
	}
	return {
		rule: "A publisher that subscribes",
		finding: own > 0 ? "hears itself" : "does not hear itself",
		evidence: `${own} of ${sent} own messages came`,
		knob: `selfDelivery: ${own > 0}`,
	};
}

function lateRow(stream: Stream, drainSeconds: number): Row {
	let [late, most, deliveries] = [0, 0, 0];
	for (const [, result] of stream.lates) {
		late += result.late;
		most = math.max(most, result.mostMilliseconds);
	}
	for (const receiver of stream.present) {
		for (const sender of stream.present) deliveries += stream.got(sender, receiver).count();
	}
	const share = late / math.max(1, deliveries);
	return {
		rule: "Deliveries that are late",
		finding:
			late === 0 ? `none later than ${drainSeconds} s` : `${percent(share)}, up to ${math.round(most / 1000)} s`,
		evidence: `${late} of ${deliveries} came later than ${drainSeconds} s after the last one was sent`,
		knob:
			late === 0
				? "lateDeliveries: 0"
				: `lateDeliveries: ${rounded(share, 3)}, lateSeconds: ${math.round(most / 1000)}`,
	};
}

export function steadyFindings(
	results: ReadonlyMap<number, SteadyResult>,
	lates: ReadonlyMap<number, LateResult>,
	args: SteadyArgs,
	servers: number,
	drainSeconds: number,
): SteadyFindings {
	const stream = new Stream(results, lates, args, servers);
	const losses = lossesOf(stream);
	const ownRow = selfRow(stream);
	const hearsItself = ownRow.knob === "selfDelivery: true";
	const rows: Row[] = [ownRow, ...publishRows(stream)];
	if (losses.receivers === 0 || losses.messages === 0) return { rows, base: { loss: 0, ownLoss: 0, hearsItself } };
	const more = [lossRows(losses), copiesRows(stream), timeRows(stream), [lateRow(stream, drainSeconds)]];
	for (const some of more) for (const row of some) rows.push(row);
	return { rows, base: { ...shareOf(losses), hearsItself } };
}
