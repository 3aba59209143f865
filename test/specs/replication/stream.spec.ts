/// <reference types="@rbxts/testez/globals" />
import { Stream } from "../../../src/replication/stream";
import { Generator, property } from "../support/generators";

/** What a stream is about, version by version. */
class NaiveStream {
	public highest = 0;
	public readonly missing = new Set<number>();

	public extend(upTo: number): void {
		for (const version of $range(this.highest + 1, upTo)) this.missing.add(version);
		this.highest = math.max(this.highest, upTo);
	}

	public close(after: number, upTo: number): void {
		this.extend(upTo);
		for (const version of $range(after + 1, upTo)) this.missing.delete(version);
	}

	public watermark(): number {
		for (const version of $range(1, this.highest)) if (this.missing.has(version)) return version - 1;
		return this.highest;
	}
}

function streamOf(): Stream {
	return new Stream("aaaaaaaa", 0);
}

/** Fails unless gaps are disjoint, ascending, not empty and not above what is known to exist. */
function checkGaps(stream: Stream): void {
	let before = 0;
	for (const { after, upTo } of stream.gaps) {
		if (after < before || upTo <= after || upTo > stream.highest) {
			error(`gap (${after}, ${upTo}] after ${before}, up to ${stream.highest}`);
		}
		before = upTo;
	}
}

/** Extends, closes and reopens at random, in both. */
function step(generate: Generator, stream: Stream, naive: NaiveStream, most: number): void {
	const kind = generate.integer(1, 12);
	if (kind === 1) {
		const upTo = naive.highest + generate.integer(0, most / 10);
		stream.extend(upTo);
		naive.extend(upTo);
	} else if (kind === 2 && generate.oneIn(5)) {
		stream.reopen(naive.highest);
		for (const version of $range(1, naive.highest)) naive.missing.add(version);
	} else {
		const after = generate.integer(0, naive.highest + 2);
		const upTo = after + generate.integer(generate.oneIn(3) ? 0 : 1, generate.oneIn(4) ? most / 4 : 2);
		stream.close(after, upTo);
		naive.close(after, upTo);
	}
}

export = () => {
	describe("a stream", () => {
		it("knows exactly which versions are missing, as a set of them would", () => {
			property(300, (generate) => {
				const stream = streamOf();
				const naive = new NaiveStream();
				for (const _ of $range(1, 60)) {
					step(generate, stream, naive, 60);
					checkGaps(stream);
					if (stream.highest !== naive.highest) error(`highest is ${stream.highest}, not ${naive.highest}`);
					if (stream.watermark() !== naive.watermark()) error(`watermark is ${stream.watermark()}`);
					for (const version of $range(1, naive.highest + 2)) {
						const has = version <= naive.highest && !naive.missing.has(version);
						if (stream.has(version) !== has) error(`has(${version}) is not ${has}`);
					}
				}
			});
		});

		it("with more gaps than it remembers asks for more than is missing, never for less", () => {
			property(20, (generate) => {
				const stream = streamOf();
				const naive = new NaiveStream();
				for (const _ of $range(1, 400)) {
					const version = generate.integer(1, 1500);
					stream.close(version - 1, version);
					naive.close(version - 1, version);
				}
				checkGaps(stream);
				if (stream.gaps.size() > 64) error(`remembers ${stream.gaps.size()} gaps`);
				for (const version of naive.missing)
					if (stream.has(version)) error(`${version} is not missing any more`);
				if (stream.watermark() > naive.watermark()) error("the watermark is too high");
				stream.close(0, naive.highest);
				if (stream.watermark() !== naive.highest) error("closing everything closes everything");
			});
		});

		it("with gaps that were given up waits for nothing, and says to nobody that it has them", () => {
			const stream = streamOf();
			stream.close(0, 3);
			stream.close(5, 7);
			stream.noteFloor(7, 70);
			stream.giveUpGaps();
			expect(stream.gaps.isEmpty()).to.equal(true);
			expect(stream.watermark()).to.equal(7);
			expect(stream.appliedFloor).to.equal(70);
			expect(stream.givableUpTo()).to.equal(3);
			expect(stream.isWhole(0, 3, 0)).to.equal(true);
			expect(stream.isWhole(3, 7, 0)).to.equal(false);
		});

		it("has a watermark that never falls until it is reopened", () => {
			property(200, (generate) => {
				const stream = streamOf();
				let watermark = 0;
				for (const _ of $range(1, 80)) {
					const after = generate.integer(0, stream.highest + 3);
					if (generate.oneIn(3)) stream.extend(after);
					else stream.close(after, after + generate.integer(0, 5));
					if (stream.watermark() < watermark) error(`fell from ${watermark} to ${stream.watermark()}`);
					watermark = stream.watermark();
				}
			});
		});

		it("forgets what lies above what its owner has, when it is reopened", () => {
			const stream = streamOf();
			stream.close(0, 12);
			stream.reopen(7);
			expect(stream.highest).to.equal(7);
			expect(stream.watermark()).to.equal(0);
			stream.close(0, 7);
			expect(stream.watermark()).to.equal(7);
			expect(stream.has(8)).to.equal(false);
		});
	});

	describe("a floor", () => {
		it("holds once everything up to the version it was stated with is here, and not before", () => {
			const stream = streamOf();
			stream.noteFloor(5, 1000);
			expect(stream.appliedFloor).to.equal(0);
			stream.close(0, 4);
			expect(stream.appliedFloor).to.equal(0);
			stream.close(4, 5);
			expect(stream.appliedFloor).to.equal(1000);
		});

		it("is never higher than the statements that are true allow, and as high once all are", () => {
			property(300, (generate) => {
				const stream = streamOf();
				const statements = new Array<{ upTo: number; floor: number }>();
				let upTo = 0;
				let floor = 0;
				for (const _ of $range(1, 60)) {
					if (generate.oneIn(2)) {
						upTo += generate.integer(0, 3);
						floor += generate.integer(0, 50);
						statements.push({ upTo, floor });
						stream.extend(upTo);
						stream.noteFloor(upTo, floor);
					} else if (!statements.isEmpty() && generate.oneIn(3)) {
						// A late copy.
						const late = generate.pick(statements);
						stream.noteFloor(late.upTo, late.floor);
					} else {
						const after = generate.integer(0, math.max(0, upTo - 1));
						stream.close(after, math.min(upTo, after + generate.integer(1, 4)));
					}
					let allowed = 0;
					for (const statement of statements) {
						if (statement.upTo <= stream.watermark()) allowed = math.max(allowed, statement.floor);
					}
					if (stream.appliedFloor > allowed) error(`${stream.appliedFloor}, though only ${allowed} is true`);
				}
				stream.close(0, upTo);
				if (stream.appliedFloor !== floor) error(`${stream.appliedFloor} in the end, not ${floor}`);
			});
		});

		it("is not forgotten when more are stated than are remembered", () => {
			const stream = streamOf();
			for (const index of $range(1, 200)) {
				stream.extend(index);
				stream.noteFloor(index, index * 10);
			}
			stream.close(0, 10);
			expect(stream.appliedFloor).to.equal(100);
			stream.close(10, 200);
			expect(stream.appliedFloor).to.equal(2000);
		});
	});
};
