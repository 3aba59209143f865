/// <reference types="@rbxts/testez/globals" />
import { PoolState, Register, orderStamp, supersedes } from "../../../src/replication/register";
import { Stream } from "../../../src/replication/stream";
import { Generator, property } from "../support/generators";

const STREAMS = ["aaaaaaaa", "bbbbbbbb", "cccccccc"].map((shortId) => new Stream(shortId, 0));
const pool = new PoolState("Pool");

interface Sample {
	readonly stamp: number;
	readonly withdrawn: number | undefined;
	readonly stream: Stream;
}

/** Few stamps, so that ties are common. */
function anySample(generate: Generator): Sample {
	const stamp = generate.integer(1, 4);
	const stream = generate.pick(STREAMS);
	return generate.oneIn(3)
		? { stamp: stamp + generate.integer(0, 3), withdrawn: stamp, stream }
		: { stamp, withdrawn: undefined, stream };
}

function registerOf({ stamp, withdrawn, stream }: Sample): Register {
	return {
		pool,
		key: "key",
		keyHash: 0,
		stream,
		stamp,
		value: withdrawn === undefined ? "value" : undefined,
		withdrawn,
		version: 1,
		reference: 1,
		partVersions: undefined,
		definedAtSeconds: 0,
		knownElsewhere: true,
		dropped: false,
		recent: undefined,
		shown: undefined,
		shownOwner: undefined,
	} as unknown as Register;
}

function beats(left: Sample, right: Sample): boolean {
	return supersedes(left.stamp, left.withdrawn, left.stream, registerOf(right));
}

function isSame(left: Sample, right: Sample): boolean {
	const sameKind = (left.withdrawn === undefined) === (right.withdrawn === undefined);
	return orderStamp(left) === orderStamp(right) && left.stream === right.stream && sameKind;
}

export = () => {
	describe("the order of a key's records", () => {
		it("decides between any two of them, the same from both sides", () => {
			property(3000, (generate) => {
				const [left, right] = [anySample(generate), anySample(generate)];
				if (isSame(left, right)) {
					if (beats(left, right) || beats(right, left)) error("a record beats itself");
				} else if (beats(left, right) === beats(right, left)) error("both win, or neither");
			});
		});

		it("has no circles", () => {
			property(3000, (generate) => {
				const [a, b, c] = [anySample(generate), anySample(generate), anySample(generate)];
				if (beats(a, b) && beats(b, c) && !beats(a, c)) error("a beats b beats c, but not a c");
			});
		});

		it("lets the later contribution win, and of two at the same time always the same one", () => {
			const [first, second] = [STREAMS[0]!, STREAMS[1]!];
			const at = (stamp: number, stream: Stream) => ({ stamp, withdrawn: undefined, stream });
			expect(beats(at(2, first), at(1, second))).to.equal(true);
			expect(beats(at(2, second), at(2, first))).to.equal(true);
			expect(beats(at(2, first), at(2, second))).to.equal(false);
		});

		it("lets a removal win over what it withdraws, and lose against anything contributed since, however late it is stamped", () => {
			const [owner, other] = [STREAMS[2]!, STREAMS[0]!];
			const value = { stamp: 5, withdrawn: undefined, stream: owner };
			const removal = { stamp: 900, withdrawn: 5, stream: owner };
			expect(beats(removal, value)).to.equal(true);
			expect(beats(value, removal)).to.equal(false);
			for (const stamp of [6, 7, 100]) {
				const since = { stamp, withdrawn: undefined, stream: other };
				expect(beats(since, removal)).to.equal(true);
				expect(beats(removal, since)).to.equal(false);
			}
		});

		it("lets a new incarnation's claim win over the same one of the former", () => {
			const former = new Stream("aaaaaaaa", 1);
			const later = new Stream("aaaaaaaa", 2);
			const of = (stream: Stream) => ({ stamp: 5, withdrawn: undefined, stream });
			expect(beats(of(later), of(former))).to.equal(true);
			expect(beats(of(former), of(later))).to.equal(false);
		});
	});
};
