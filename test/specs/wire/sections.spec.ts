/// <reference types="@rbxts/testez/globals" />
import { readSections } from "../../../src/wire/frame-reader";
import {
	PartialSection,
	writeBeat,
	writeDepartures,
	writeHeard,
	writeIdentity,
	writeJoin,
	writeMembers,
	writeNack,
	writePage,
	writeParity,
	writePart,
	writeProbe,
	writeProbeAck,
	writeTurn,
} from "../../../src/wire/section-writers";
import { jsonBytes } from "../../../src/wire/text";
import { Generator, property } from "../support/generators";
import { expectSame } from "../support/same";
import { anyDeparture, anyIdentity, anyMember, anyRange, anyStamp, BASE_STAMP, listOf } from "./samples";

const CASES = 200;
const PLENTY = 1_000_000;

function expectToBe(text: string, expected: object): void {
	const content = readSections(text, BASE_STAMP);
	if (!content) error(`refused: ${text}`);
	expectSame(content, { sections: [expected], unknownSections: 0 });
}

export = () => {
	/** That a list is cut to its room, loses nothing that fits, and says how much of it went in. */
	function expectToFit<T extends defined>(
		generate: Generator,
		entries: T[],
		write: (entries: T[], roomBytes: number) => PartialSection,
		read: (entries: T[]) => object,
	): void {
		const whole = write(entries, PLENTY);
		expect(whole.count).to.equal(entries.size());
		if (entries.size() > 0) expectToBe(whole.text, read(entries));

		const roomBytes = generate.integer(0, jsonBytes(whole.text) + 1);
		const part = write(entries, roomBytes);
		expect(jsonBytes(part.text) <= roomBytes).to.equal(true);
		const fitting = new Array<T>();
		for (const index of $range(0, part.count - 1)) fitting.push(entries[index]!);
		if (part.count > 0) expectToBe(part.text, read(fitting));
		else expect(part.text).to.equal("");
		if (part.count < entries.size()) {
			fitting.push(entries[part.count]!);
			expect(jsonBytes(write(fitting, PLENTY).text) > roomBytes).to.equal(true);
		}
	}

	describe("every section comes back:", () => {
		it("a beat", () => {
			property(CASES, (generate) => {
				const beat = {
					synced: generate.oneIn(2),
					upTo: generate.magnitude(2 ** 40 - 1),
					floor: anyStamp(generate),
					frontier: anyStamp(generate),
					nextSeconds: generate.integer(0, 3_600),
					lossPercent: generate.integer(0, 84),
					digest: generate.word(),
				};
				expectToBe(writeBeat(beat, BASE_STAMP), { kind: "beat", ...beat });
			});
		});

		it("an identity", () => {
			property(CASES, (generate) => {
				const identity = anyIdentity(generate);
				expectToBe(writeIdentity(identity), { kind: "identity", ...identity });
			});
		});

		it("members, as many as fit", () => {
			property(CASES, (generate) => {
				const members = listOf(generate.integer(0, 20), () => anyMember(generate));
				expectToFit(
					generate,
					members,
					(some, roomBytes) => writeMembers(some, roomBytes, BASE_STAMP),
					(some) => ({ kind: "members", members: some }),
				);
			});
		});

		it("departures, as many as fit", () => {
			property(CASES, (generate) => {
				const departures = listOf(generate.integer(0, 80), () => anyDeparture(generate));
				expectToFit(generate, departures, writeDepartures, (some) => ({
					kind: "departures",
					departures: some,
				}));
				const heard = departures.map(({ shortId, incarnation, upTo }) => ({ shortId, incarnation, upTo }));
				expectToFit(generate, heard, writeHeard, (some) => ({ kind: "heard", streams: some }));
			});
		});

		it("a nack, with as many ranges as fit", () => {
			property(CASES, (generate) => {
				const ranges = listOf(generate.integer(0, 80), () => anyRange(generate));
				expectToFit(generate, ranges, writeNack, (some) => ({ kind: "nack", ranges: some }));
			});
		});

		it("a join, with as many held pages as fit", () => {
			property(CASES, (generate) => {
				const held = listOf(generate.integer(0, 300), () => generate.magnitude(30_323));
				const join = { nonce: generate.word(), attempt: generate.integer(0, 84), held };
				expectToBe(writeJoin(join, PLENTY), { kind: "join", ...join });

				const roomBytes = generate.integer(9, 700);
				const text = writeJoin(join, roomBytes);
				expect(jsonBytes(text) <= roomBytes).to.equal(true);
				expect(readSections(text, BASE_STAMP)).to.be.ok();
			});
		});

		it("a part of the state, within its number of parts", () => {
			for (const parts of [1, 2, 3]) {
				for (const part of $range(0, parts - 1))
					expectToBe(writePart({ part, parts }), { kind: "part", part, parts });
				expect(readSections(writePart({ part: parts, parts }), BASE_STAMP)).never.to.be.ok();
			}
			expect(readSections(writePart({ part: 0, parts: 4 }), BASE_STAMP)).never.to.be.ok();
		});

		it("a turn, with few others to ask and a wait that ends", () => {
			property(CASES, (generate) => {
				const responders = listOf(generate.integer(0, 6), () => anyRange(generate).shortId);
				const turn = {
					nonce: generate.word(),
					seconds: generate.integer(0, 60),
					parts: generate.integer(1, 3),
					responders,
				};
				expectToBe(writeTurn(turn), { kind: "turn", ...turn });
				const tooMany = listOf(7, () => anyRange(generate).shortId);
				for (const wrong of [{ seconds: 61 }, { parts: 0 }, { parts: 4 }, { responders: tooMany }]) {
					expect(readSections(writeTurn({ ...turn, ...wrong }), BASE_STAMP)).never.to.be.ok();
				}
			});
		});

		it("a page", () => {
			property(CASES, (generate) => {
				const pages = 1 + generate.magnitude(30_000);
				const parities = generate.integer(0, 84);
				const index = generate.integer(0, pages + parities - 1);
				const page = { nonce: generate.word(), index, pages, parities };
				expectToBe(writePage(page), { kind: "page", ...page });
			});
		});

		it("a parity", () => {
			for (const text of ["", " ", "anything but quotes & backslashes"]) {
				expectToBe(writeParity(text), { kind: "parity", text });
			}
		});

		it("a probe and its answer", () => {
			property(CASES, (generate) => {
				const nonce = generate.word();
				const probe = { nonce, presumedDead: generate.oneIn(2), incarnation: generate.magnitude(2 ** 40 - 1) };
				expectToBe(writeProbe(probe), { kind: "probe", ...probe });
				expectToBe(writeProbeAck({ nonce }), { kind: "probeAck", nonce });
			});
		});
	});

	describe("a loss", () => {
		it("above 84 percent is said to be 84", () => {
			const beat = { synced: true, upTo: 0, floor: 0, frontier: 0, nextSeconds: 1, digest: 0 };
			expectToBe(writeBeat({ ...beat, lossPercent: 99.6 }, BASE_STAMP), {
				kind: "beat",
				...beat,
				lossPercent: 84,
			});
		});
	});

	describe("a receiver", () => {
		function accepts(text: string): boolean {
			return readSections(text, BASE_STAMP) !== undefined;
		}

		it("skips and counts sections of kinds it does not know", () => {
			const known = writeProbeAck({ nonce: 7 });
			const content = readSections(`}%abc${known}!!`, BASE_STAMP);
			expectSame(content, { sections: [{ kind: "probeAck", nonce: 7 }], unknownSections: 2 });
		});

		it("refuses anything after the last section, and a section that ends too late or too early", () => {
			const text = writeProbeAck({ nonce: 7 });
			expect(accepts(text)).to.equal(true);
			expect(accepts(text + "!")).to.equal(false);
			expect(accepts(string.sub(text, 1, -2))).to.equal(false);
			// The body's length one more and one less, with a body to match.
			expect(accepts(".*" + string.sub(text, 3) + "!")).to.equal(false);
			expect(accepts(".(" + string.sub(text, 3, -2))).to.equal(false);
			// A body without a form of its own, shorter than announced.
			const parity = writeParity("abc");
			expect(accepts(parity)).to.equal(true);
			expect(accepts(string.sub(parity, 1, -2))).to.equal(false);
		});

		it("refuses a page beyond the last", () => {
			expect(accepts(writePage({ nonce: 1, index: 5, pages: 3, parities: 2 }))).to.equal(false);
			expect(accepts(writePage({ nonce: 1, index: 0, pages: 0, parities: 2 }))).to.equal(false);
			expect(accepts(writePage({ nonce: 1, index: 0, pages: 30_324, parities: 2 }))).to.equal(false);
		});

		it("refuses the departure of a server that lives", () => {
			const text = writeDepartures(
				[{ shortId: "!!!!!!!!", incarnation: 5, reason: "closed", upTo: 9 }],
				PLENTY,
			).text;
			const reasonAt = text.size() - 1;
			expect(accepts(text)).to.equal(true);
			expect(string.sub(text, reasonAt, reasonAt)).to.equal("#");
			expect(accepts(string.sub(text, 1, reasonAt - 1) + "!" + string.sub(text, -1))).to.equal(false);
		});

		it("refuses stamps before 1970", () => {
			const beat = { synced: true, upTo: 0, floor: 0, frontier: 0, nextSeconds: 1, digest: 0, lossPercent: 0 };
			expect(accepts(writeBeat({ ...beat, floor: -1 }, BASE_STAMP))).to.equal(false);
			expect(accepts(writeBeat({ ...beat, frontier: -1 }, BASE_STAMP))).to.equal(false);
		});

		it("refuses a promise of a beat in more than an hour", () => {
			const beat = { synced: true, upTo: 0, floor: 0, frontier: 0, digest: 0, lossPercent: 0 };
			expect(accepts(writeBeat({ ...beat, nextSeconds: 3_600 }, BASE_STAMP))).to.equal(true);
			expect(accepts(writeBeat({ ...beat, nextSeconds: 3_601 }, BASE_STAMP))).to.equal(false);
		});

		it("refuses a server id that is empty, too long or no UTF-8", () => {
			const rest = { startedAtSeconds: 1, placeVersion: 1 };
			expect(accepts(writeIdentity({ serverId: string.rep("s", 100), ...rest }))).to.equal(true);
			for (const serverId of ["", string.rep("s", 101), "\xff"]) {
				expect(accepts(writeIdentity({ serverId, ...rest }))).to.equal(false);
			}
		});

		it("refuses ranges that reach 2^40", () => {
			const range = { shortId: "!!!!!!!!", incarnation: 1, authoritative: false };
			expect(accepts(writeNack([{ ...range, after: 5, upTo: 2 ** 40 - 1 }], PLENTY).text)).to.equal(true);
			expect(accepts(writeNack([{ ...range, after: 5, upTo: 2 ** 40 }], PLENTY).text)).to.equal(false);
		});
	});
};
