/// <reference types="@rbxts/testez/globals" />
import { Sent } from "../replication/author";
import { RecordsSection } from "../../../src/wire/frame";
import { Generator, property } from "../support/generators";
import { authorsOf, Copy, expectSameState, history, shuffled } from "./copies";

const CASES = 150;

function anyHistory(draw: Generator): Sent[] {
	return history(draw, authorsOf("aaaaaaaa", "bbbbbbbb", "cccccccc"), draw.integer(5, 40));
}

/** The messages in two parts, each in order. */
function parted(draw: Generator, messages: readonly Sent[]): [Sent[], Sent[]] {
	const [left, right] = [new Array<Sent>(), new Array<Sent>()];
	for (const message of messages) (draw.oneIn(2) ? left : right).push(message);
	return [left, right];
}

/** Consecutive messages of one author as one, which is what a batch is. */
function batched(draw: Generator, messages: readonly Sent[]): Sent[] {
	const batches = new Array<Sent>();
	for (const message of messages) {
		const last = batches[batches.size() - 1];
		const { author, section } = message;
		if (!last || last.author !== author || last.section.upTo !== section.after || draw.oneIn(4)) {
			batches.push(message);
			continue;
		}
		const joined: RecordsSection = {
			...section,
			after: last.section.after,
			records: [...last.section.records, ...section.records],
		};
		batches[batches.size() - 1] = { author, section: joined };
	}
	return batches;
}

/** By author, so that batches are large. */
function sorted(messages: readonly Sent[]): Sent[] {
	const order = [...messages];
	order.sort((left, right) =>
		left.author === right.author
			? left.section.after < right.section.after
			: left.author.shortId < right.author.shortId,
	);
	return order;
}

export = () => {
	describe("applying records", () => {
		it("is commutative: what came first does not matter", () => {
			property(CASES, (draw) => {
				const [left, right] = parted(draw, anyHistory(draw));
				expectSameState(new Copy().hear(left).hear(right), new Copy().hear(right).hear(left));
			});
		});

		it("is associative: batches may be cut anywhere, and joined", () => {
			property(CASES, (draw) => {
				const sent = sorted(anyHistory(draw));
				expectSameState(new Copy().hear(sent), new Copy().hear(batched(draw, sent)));
			});
		});

		it("is idempotent: what came already changes nothing", () => {
			property(CASES, (draw) => {
				const sent = anyHistory(draw);
				const copy = new Copy().hear(sent);
				const once = copy.state();
				copy.replica.takeChanges();
				copy.hear(shuffled(draw, sent));
				expect(copy.state()).to.equal(once);
				expect(copy.replica.takeChanges().size()).to.equal(0);
			});
		});

		it("is so also once removed keys are forgotten: no late copy brings anything back", () => {
			property(CASES, (draw) => {
				const sent = anyHistory(draw);
				const copy = new Copy().hear(shuffled(draw, sent));
				copy.replica.collect(math.huge);
				const forgotten = copy.state();
				expect(forgotten.find("gone")[0]).to.equal(undefined);
				expect(copy.hear(shuffled(draw, sent)).state()).to.equal(forgotten);
			});
		});

		it("gives one state for any order, batching and repetition of the same records", () => {
			property(CASES, (draw) => {
				const sent = anyHistory(draw);
				const copies = [...sent, ...sent.filter(() => draw.oneIn(3))];
				const batches = draw.oneIn(2) ? batched(draw, sorted(sent)) : [];
				expectSameState(new Copy().hear(sent), new Copy().hear(shuffled(draw, [...copies, ...batches])));
			});
		});

		it("leaves of the records that never came no trace in those that did", () => {
			property(CASES, (draw) => {
				const sent = anyHistory(draw);
				const arrived = sent.filter(() => !draw.oneIn(3));
				const copy = new Copy().hear(shuffled(draw, arrived));
				expectSameState(copy, new Copy().hear(arrived));
				expectSameState(copy.hear(sent), new Copy().hear(sent));
			});
		});
	});

	describe("a server's name", () => {
		it("decides between equal stamps only: names in the same order give the same winners", () => {
			property(CASES, (draw) => {
				const seed = draw.word();
				const names = [
					["aaaaaaaa", "bbbbbbbb", "cccccccc"],
					["!!!!!!!!", "KKKKKKKK", "}}}}}}}}"],
				] as const;
				const [here, there] = names.map((shortIds) => {
					const sent = history(new Generator(seed), authorsOf(...shortIds), 30);
					let state = new Copy().hear(sent).state();
					shortIds.forEach((shortId, index) => {
						state = state.split(shortId).join(`server ${index}`);
					});
					return state;
				});
				if (here !== there) error(`${here}\n-- and --\n${there}`);
			});
		});
	});
};
