/// <reference types="@rbxts/testez/globals" />
import { CastNews, CastSums, FARTHER, NEARER, sumOf } from "../../../src/replication/cast-sums";
import { Generator, property } from "../support/generators";

function anyNews(generate: Generator, seq: number): CastNews {
	return { seq, baseStamp: 1_000_000 + 700 * seq, text: generate.text(0, 120) };
}

/** Sends casts of which these are lost; which of those are known in the end, and that each is as it was. */
function knownOf(casts: ReadonlyArray<CastNews>, isLost: (seq: number) => boolean): Set<number> {
	const sums = new CastSums();
	const known = new Set<number>();
	for (const news of casts) {
		const { seq } = news;
		if (isLost(seq)) continue;
		const [nearer, farther] = [casts[seq - 1 - NEARER], casts[seq - 1 - FARTHER]];
		sums.note(news, nearer && farther ? sumOf(nearer, farther) : undefined);
		known.add(seq);
		for (const computed of sums.takeComputed()) {
			const sent = casts[computed.seq - 1]!;
			assert(computed.text === sent.text && computed.baseStamp === sent.baseStamp, "what is computed was sent");
			assert(!known.has(computed.seq), "each is computed once");
			known.add(computed.seq);
		}
	}
	return known;
}

export = () => {
	describe("sums of casts", () => {
		for (const inARow of [1, 2, 3]) {
			it(`bring back ${inARow} in a row, with as many casts after them`, () => {
				property(300, (generate) => {
					const first = generate.integer(FARTHER, 20);
					const casts = new Array<CastNews>();
					for (const seq of $range(1, first + 2 * inARow)) casts.push(anyNews(generate, seq));
					const known = knownOf(casts, (seq) => seq > first && seq <= first + inARow);
					for (const { seq } of casts) assert(known.has(seq), `cast ${seq} is known`);
				});
			});
		}

		it("never make up what was not sent, whatever is lost", () => {
			property(300, (generate) => {
				const casts = new Array<CastNews>();
				for (const seq of $range(1, 40)) casts.push(anyNews(generate, seq));
				const lost = new Set<number>();
				for (const { seq } of casts) if (generate.oneIn(3)) lost.add(seq);
				const known = knownOf(casts, (seq) => lost.has(seq));
				assert(known.size() >= casts.size() - lost.size(), "what came is known");
			});
		});

		it("do not matter when they are of something else", () => {
			const sums = new CastSums();
			const news = (seq: number, text: string): CastNews => ({ seq, baseStamp: seq, text });
			sums.note(news(1, "one"), undefined);
			sums.note(news(4, "four"), { nearerStamp: 3, fartherStamp: 1, text: "" });
			expect(sums.takeComputed().isEmpty()).to.equal(true);
			// Longer than its sum.
			sums.note(news(2, "something that is long"), undefined);
			sums.note(news(5, "five"), sumOf(news(4, "a"), news(2, "b")));
			expect(sums.takeComputed().isEmpty()).to.equal(true);
		});

		it("are forgotten with the casts that they are of", () => {
			const sums = new CastSums();
			for (const seq of $range(1, 200)) sums.note({ seq, baseStamp: seq, text: "x" }, undefined);
			// Of casts long ago nothing is computed any more.
			sums.note({ seq: 30, baseStamp: 30, text: "x" }, { nearerStamp: 29, fartherStamp: 27, text: "AB!" });
			expect(sums.takeComputed().isEmpty()).to.equal(true);
		});
	});
};
