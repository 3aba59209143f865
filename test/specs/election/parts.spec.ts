/// <reference types="@rbxts/testez/globals" />
import { readRecord, writeRecord } from "../../../src/election/lease-record";
import { decodePayload, encodePayload } from "../../../src/election/payload";
import { isPlausible, nextBullyTerm, nextLeaseTerm } from "../../../src/election/term";
import { Latency } from "../../../src/outbox/latency";
import { ElectionEntry } from "../../../src/wire/frame";
import { isDropReason, readFrame } from "../../../src/wire/frame-reader";
import { MESSAGE_BYTES, messageBytes, writeFrame } from "../../../src/wire/frame-writer";
import { writeElection } from "../../../src/wire/section-writers";
import { RandomStream } from "../../../src/testing";
import { expectSame } from "../support/same";

const HEADER = { addressee: undefined, sender: "ABCDEFGH", incarnation: 0, counter: 1, baseStamp: 1e12, unicasts: 0 };

export = () => {
	describe("an election section", () => {
		const entries: ElectionEntry[] = [
			{ word: "beat", scope: 4294967295, term: 1_860_000_000_000_000 },
			{ word: "lost", scope: 0, term: 0, about: "zzzzzzzz" },
			{ word: "tell", scope: 7, term: 1_770_000_000, id: 123_456, text: 'o1:1:as3:"\\~' },
			{ word: "told", scope: 7, term: 3, id: 5 },
		];

		it("reads what it was written from", () => {
			const { text, count } = writeElection(entries, 900);
			expect(count).to.equal(4);
			const frame = readFrame(writeFrame(HEADER, [text], 0), 0);
			if (isDropReason(frame)) return error(frame);
			const [section] = frame.sections;
			if (section?.kind !== "election") return error("another section");
			expectSame(section.entries, entries);
		});

		it("takes as many as there is room for", () => {
			const many = new Array<ElectionEntry>();
			for (const scope of $range(1, 100)) many.push({ word: "beat", scope, term: 1_860_000_000_000_000 });
			const { text, count } = writeElection(many, 500);
			expect(count > 20 && count < 100).to.equal(true);
			expect(messageBytes(writeFrame(HEADER, [text], 0)) <= MESSAGE_BYTES).to.equal(true);
		});

		it("that is cut short or has something else in it drops the message, and never throws", () => {
			const random = new RandomStream(5, "garbage");
			const { text } = writeElection(entries, 900);
			for (const _ of $range(1, 500)) {
				const at = 3 + math.floor(random.next() * (text.size() - 3));
				const broken = text.sub(1, at - 1) + text.sub(at + 1);
				const read = readFrame(writeFrame(HEADER, [broken], 0), 0);
				expect(isDropReason(read)).to.equal(true);
			}
		});
	});

	describe("terms", () => {
		it("grow, differ between servers, and do not start again after everything was forgotten", () => {
			const first = nextBullyTerm(0, 1000, 5);
			expect(nextBullyTerm(0, 1000, 6) === first).to.equal(false);
			expect(nextBullyTerm(first, 900, 1) > first).to.equal(true);
			expect(nextBullyTerm(0, 1100, 1) > first).to.equal(true);
			expect(nextLeaseTerm(7_000, 9_000, 5, 1)).to.equal(9_001);
			expect(nextLeaseTerm(9_000, 7_000, 5, 1)).to.equal(9_001);
			expect(nextLeaseTerm(0, 0, 1000, 2050)).to.equal(1000 * 1024 + 2);
			// Who remembers nothing is above whoever was elected a millisecond ago, whatever their own numbers are.
			expect(nextLeaseTerm(0, 0, 1001, 0) > nextLeaseTerm(0, 0, 1000, 1023)).to.equal(true);
			expect(nextLeaseTerm(0, 0, 1000, 6) === nextLeaseTerm(0, 0, 1000, 5)).to.equal(false);
		});

		it("that nobody can have reached by now are implausible", () => {
			expect(isPlausible(nextBullyTerm(0, 1_770_000_000, 3), "bully", 1_770_000_000)).to.equal(true);
			expect(isPlausible(nextBullyTerm(0, 1_770_001_000, 3), "bully", 1_770_000_000)).to.equal(false);
			const late = nextLeaseTerm(0, 0, 1_770_000_100_000, 3);
			expect(isPlausible(late, "lease", 1_770_000_000)).to.equal(true);
			expect(isPlausible(late * 2, "lease", 1_770_000_000)).to.equal(false);
			expect(isPlausible(0.5, "lease", 1_770_000_000)).to.equal(false);
			expect(isPlausible(0 / 0, "bully", 1_770_000_000)).to.equal(false);
		});
	});

	describe("a message's text", () => {
		it("stands for the same value", () => {
			for (const value of [
				"text",
				"",
				1.5,
				-1e300,
				0.1,
				true,
				false,
				[],
				[1, "two", [false]],
				{ name: "x", list: [{ a: 1 }] },
			] as defined[]) {
				expectSame(decodePayload(encodePayload(value)!)!, value);
			}
		});

		it("is none for what cannot be sent", () => {
			const circle: { me?: object } = {};
			circle.me = circle;
			for (const value of [() => {}, 0 / 0, { a: () => {} }, circle, [[print]]])
				expect(encodePayload(value)).to.equal(undefined);
		});

		it("that is broken is nothing", () => {
			const text = encodePayload({ name: "x", list: [{ a: 1 }, "two"] })!;
			for (const size of $range(0, text.size() - 1)) expect(decodePayload(text.sub(1, size))).to.equal(undefined);
			expect(decodePayload(`${text}t`)).to.equal(undefined);
			expect(decodePayload("a99999999:")).to.equal(undefined);
		});
	});

	it("a lease's record reads what it was written from, and nothing else", () => {
		const record = {
			term: 1_770_000_000,
			session: "s/a-b",
			leaseSeconds: 10,
			holder: "id-1",
			successor: undefined,
		};
		expectSame(readRecord(writeRecord(record))!, record);
		const released = { ...record, session: "", successor: "ABCDEFGH" };
		expectSame(readRecord(writeRecord(released))!, released);
		for (const text of [undefined, "", "2 1 1 x - y", "1 x 10 h - s", "1 1 10"])
			expect(readRecord(text)).to.equal(undefined);
	});

	it("the time of a way is bounded by what was measured", () => {
		const latency = new Latency();
		const first = latency.mostSeconds();
		expect(first > 2 && first < 2.5).to.equal(true);
		for (const _ of $range(1, 100)) latency.note(0.2);
		expect(latency.mostSeconds() < 0.5).to.equal(true);
		for (const _ of $range(1, 100)) latency.note(30);
		expect(latency.mostSeconds()).to.equal(4);
	});
};
