/// <reference types="@rbxts/testez/globals" />
import { RecordsSection, WireRecord } from "../../../src/wire/frame";
import { readSections } from "../../../src/wire/frame-reader";
import { frameHeaderBytes, MESSAGE_BYTES, messageBytes, writeFrame } from "../../../src/wire/frame-writer";
import { OutgoingRecord, OutgoingSection, RecordsWriter } from "../../../src/wire/records-writer";
import { shortIdOf } from "../../../src/wire/short-id";
import { jsonBytes, toWire } from "../../../src/wire/text";
import { Generator, property } from "../support/generators";
import { expectSame } from "../support/same";
import { anySection, asReceived, BASE_STAMP, SampleSection } from "./samples";

const PLENTY = 1_000_000;
const OWN: OutgoingSection = { stream: undefined, after: 0, complete: false, dense: true };

function read(text: string): RecordsSection {
	const content = readSections(text, BASE_STAMP);
	if (!content) error(`refused: ${text}`);
	if (content.sections.size() !== 1) error(`${content.sections.size()} sections`);
	return content.sections[0] as RecordsSection;
}

function writerOf(section: OutgoingSection, records: ReadonlyArray<OutgoingRecord>, roomBytes = PLENTY): RecordsWriter {
	const writer = new RecordsWriter(roomBytes, section, BASE_STAMP);
	for (const record of records) if (!writer.add(record)) error("there was room for it");
	return writer;
}

function record(version: number, fields: Partial<OutgoingRecord>): OutgoingRecord {
	return {
		version,
		reference: version,
		stamp: BASE_STAMP,
		defining: true,
		pool: "Players",
		policy: "remove",
		key: `key ${version}`,
		value: `value ${version}`,
		...fields,
	};
}

/** 30-byte values by reference, stamped within the last second. */
function update(version: number): OutgoingRecord {
	return record(version, {
		reference: 100 + ((version * 37) % 1_300),
		stamp: BASE_STAMP - 64 - ((version * 101) % 900),
		defining: false,
		value: string.format("%030d", version),
	});
}

export = () => {
	describe("a records section", () => {
		it("comes back, whatever is in it", () => {
			property(1_000, (generate) => {
				const sample = anySection(generate, 12);
				const { section, records } = sample;
				const received = read(writerOf(section, records).finish());
				const policies = new Map<string, "remove" | "adopt">();
				const lastVersion = records.size() > 0 ? records[records.size() - 1]!.version : section.after;
				expectSame(received, {
					kind: "records",
					stream: section.stream,
					after: section.after,
					upTo: section.upTo ?? lastVersion,
					complete: section.complete,
					records: records.map((sent) => asReceived(sent, policies)),
				});
			});
		});

		it("says exactly how many bytes it takes, at every step", () => {
			property(500, (generate) => {
				const { section, records } = anySection(generate, 12);
				const writer = new RecordsWriter(PLENTY, section, BASE_STAMP);
				for (const index of $range(0, records.size())) {
					expect(writer.bytes()).to.equal(jsonBytes(writer.finish()));
					expect(writer.count()).to.equal(index);
					if (index < records.size()) writer.add(records[index]!);
				}
			});
		});

		it("says so with many pools and many records, too", () => {
			const writer = new RecordsWriter(PLENTY, OWN, BASE_STAMP);
			for (const version of $range(1, 1_500)) {
				writer.add(record(version, { pool: `pool ${version % 70}`, key: "k", value: "k" }));
				if (version % 50 < 3) expect(writer.bytes()).to.equal(jsonBytes(writer.finish()));
			}
			expect(writer.bytes()).to.equal(jsonBytes(writer.finish()));
		});

		it("never takes more than its room, refuses only what does not fit, and is unchanged by what it refuses", () => {
			property(1_000, (generate) => {
				const { section, records } = anySection(generate, 30);
				const roomBytes = generate.integer(60, 900);
				const writer = new RecordsWriter(roomBytes, section, BASE_STAMP);
				const taken = new Array<OutgoingRecord>();
				for (const candidate of records) {
					const before = writer.finish();
					if (writer.add(candidate)) {
						taken.push(candidate);
						continue;
					}
					expect(writer.finish()).to.equal(before);
					expect(writerOf(section, [...taken, candidate]).bytes() > roomBytes).to.equal(true);
					if (section.dense) break;
				}
				if (taken.size() > 0) expect(jsonBytes(writer.finish()) <= roomBytes).to.equal(true);
				expect(writer.finish()).to.equal(writerOf(section, taken).finish());
			});
		});

		it("is the same with wire text that the caller kept", () => {
			property(300, (generate) => {
				const { section, records } = anySection(generate, 12);
				const kept = records.map((sent) => ({
					...sent,
					wireKey: toWire(sent.key),
					wireValue: sent.value === undefined ? undefined : toWire(sent.value),
				}));
				expect(writerOf(section, kept).finish()).to.equal(writerOf(section, records).finish());
			});
		});

		it("may be empty: all that is current in a range is nothing", () => {
			const writer = new RecordsWriter(
				PLENTY,
				{ stream: undefined, after: 5, upTo: 9, complete: true, dense: false },
				BASE_STAMP,
			);
			const section = read(writer.finish());
			expect(section.after).to.equal(5);
			expect(section.upTo).to.equal(9);
			expect(section.complete).to.equal(true);
			expect(section.records.size()).to.equal(0);
		});

		it("can end earlier than announced, but not before its last record nor later than announced", () => {
			const writer = writerOf({ stream: undefined, after: 5, upTo: 90, complete: true, dense: false }, [
				record(20, {}),
			]);
			expect(read(writer.finish(30)).upTo).to.equal(30);
			expect(writer.finish(30).size() <= writer.bytes()).to.equal(true);
			expect(() => writer.finish(19)).to.throw("cannot end at 19");
			expect(() => writer.finish(91)).to.throw("cannot end at 91");
		});

		it("refuses versions that do not ascend, and stamps above the base", () => {
			const writer = writerOf(OWN, [record(1, {})]);
			expect(() => writer.add(record(1, {}))).to.throw("does not follow");
			expect(() => writer.add(record(3, {}))).to.throw("does not follow");
			expect(() => writer.add(record(2, { stamp: BASE_STAMP + 1 }))).to.throw("above the base stamp");
		});
	});

	describe("the cost", () => {
		it("of a record by reference is 6 bytes besides its value", () => {
			// From the third on, the section's size has two digits.
			const writer = writerOf(OWN, [update(1), update(2)]);
			for (const version of $range(3, 20)) {
				const before = writer.bytes();
				writer.add(update(version));
				expect(writer.bytes() - before).to.equal(30 + 6);
			}
		});

		it("of a message is at most 40 bytes besides its records, and 25 records or more fit", () => {
			const header = {
				addressee: undefined,
				sender: shortIdOf("some server"),
				incarnation: 1_000,
				counter: 84,
				baseStamp: BASE_STAMP,
				unicasts: 60,
			};
			const after = 30_000;
			const writer = new RecordsWriter(MESSAGE_BYTES - frameHeaderBytes(header), { ...OWN, after }, BASE_STAMP);
			while (writer.add(update(after + writer.count() + 1)));
			const message = writeFrame(header, [writer.finish()], 0);
			print(`records in one message: ${writer.count()}; bytes: ${messageBytes(message)}`);
			expect(messageBytes(message) <= MESSAGE_BYTES).to.equal(true);
			expect(writer.count() >= 25).to.equal(true);
			expect(messageBytes(message) - 36 * writer.count() <= 40).to.equal(true);
		});

		it("of new keys of a StringPool is 2 bytes besides the key", () => {
			const writer = new RecordsWriter(PLENTY, OWN, BASE_STAMP);
			for (const version of $range(1, 40)) {
				const key = string.format("player %013d", version);
				const before = writer.bytes();
				writer.add(record(version, { reference: 500 + version, stamp: BASE_STAMP - 300, key, value: key }));
				// The first names pool, stamp and reference; from 64 bytes on, and from 1,424, a size takes one more.
				if (version > 3 && writer.bytes() < 1_400) expect(writer.bytes() - before).to.equal(22);
			}
		});
	});

	describe("a receiver", () => {
		const good = record(1, { stamp: BASE_STAMP - 10, key: "k", value: "v" });

		function sectionWith(fields: Partial<OutgoingRecord>, section: Partial<OutgoingSection> = {}): string {
			return writerOf({ ...OWN, ...section }, [{ ...good, ...fields }]).finish();
		}

		function accepts(text: string): boolean {
			return readSections(text, BASE_STAMP) !== undefined;
		}

		it("accepts keys of 1 to 200 bytes", () => {
			expect(accepts(sectionWith({ key: "" }))).to.equal(false);
			expect(accepts(sectionWith({ key: string.rep("k", 200) }))).to.equal(true);
			expect(accepts(sectionWith({ key: string.rep("\n", 200) }))).to.equal(true);
			expect(accepts(sectionWith({ key: string.rep("k", 201) }))).to.equal(false);
		});

		it("accepts pool names of 1 to 50 bytes", () => {
			expect(accepts(sectionWith({ pool: "" }))).to.equal(false);
			expect(accepts(sectionWith({ pool: string.rep("p", 50) }))).to.equal(true);
			expect(accepts(sectionWith({ pool: string.rep("p", 51) }))).to.equal(false);
		});

		it("accepts only UTF-8", () => {
			expect(accepts(sectionWith({ key: "\x80" }))).to.equal(false);
			expect(accepts(sectionWith({ pool: "\xff" }))).to.equal(false);
			expect(accepts(sectionWith({ value: "\xc3" }))).to.equal(false);
			expect(accepts(sectionWith({ value: "\xc3\xbc" }))).to.equal(true);
		});

		it("accepts versions below 2^40", () => {
			const last = 2 ** 40 - 1;
			expect(accepts(sectionWith({ version: last }, { after: last - 1 }))).to.equal(true);
			expect(accepts(sectionWith({ version: last }, { after: last - 1, dense: false }))).to.equal(true);
			expect(accepts(sectionWith({ version: last + 1 }, { after: last }))).to.equal(false);
			expect(accepts(sectionWith({ version: last + 1 }, { after: last, dense: false }))).to.equal(false);
			expect(accepts(sectionWith({ version: last + 2 }, { after: last + 1 }))).to.equal(false);
		});

		it("refuses a version that is not above the last one, or above the range's end", () => {
			// After 4, up to 6, no pools; one record: so much after the last, by reference 1, an empty value.
			expect(accepts("#-!($!#$##!")).to.equal(true);
			expect(accepts("#-!($!#$$#!")).to.equal(true);
			expect(accepts("#-!($!#$%#!")).to.equal(false);
			expect(accepts("#-!($!#$!#!")).to.equal(false);
		});

		it("refuses a pool that the section does not have", () => {
			// Dense, after 0, a pool P; one record: defining reference 1 as the pool's key k with an empty value.
			expect(accepts("#2(!##P!#*#!#k!")).to.equal(true);
			expect(accepts("#2(!##P!#*###k!")).to.equal(false);
			expect(accepts("#0(!!#+##k!")).to.equal(false);
		});

		it("refuses flags and forms that do not exist", () => {
			// Dense, after 0, no pools; one record: by reference 1, with the base stamp, an empty value.
			expect(accepts("#+(!!#$#!")).to.equal(true);
			// The flag for "same pool" on a record that names none.
			expect(accepts("#+(!!#%#!")).to.equal(false);
			// Section flags 8; form 9.
			expect(accepts("#+,!!#$#!")).to.equal(false);
			expect(accepts("#+(!!#P#!")).to.equal(false);
		});

		it("accepts references from 1 on", () => {
			expect(accepts(sectionWith({ reference: 0 }))).to.equal(false);
			expect(accepts(sectionWith({ reference: 0, defining: false }))).to.equal(false);
			expect(accepts(sectionWith({ reference: 2 ** 40 - 1 }))).to.equal(true);
			expect(accepts(sectionWith({ reference: 2 ** 40 }))).to.equal(false);
		});

		it("accepts a tombstone that withdraws an earlier value", () => {
			expect(accepts(sectionWith({ value: undefined, withdrawn: 0 }))).to.equal(true);
			expect(accepts(sectionWith({ value: undefined, withdrawn: BASE_STAMP - 10 }))).to.equal(true);
		});

		it("accepts up to 64 parts, with indices below their count", () => {
			expect(accepts(sectionWith({ partIndex: 63, partCount: 64 }))).to.equal(true);
			expect(accepts(sectionWith({ partIndex: 64, partCount: 64 }))).to.equal(false);
			expect(accepts(sectionWith({ partIndex: 0, partCount: 0 }))).to.equal(false);
			expect(accepts(sectionWith({ partIndex: 0, partCount: 65 }))).to.equal(false);
		});
	});

	describe("strings a record holds", () => {
		it("may be anything that is UTF-8", () => {
			property(500, (generate: Generator) => {
				const sample: SampleSection = {
					section: OWN,
					records: [record(1, { value: generate.text(0, 800), key: generate.text(1, 200) })],
				};
				const received: WireRecord = read(writerOf(sample.section, sample.records).finish()).records[0]!;
				expect(received.value).to.equal(sample.records[0]!.value);
				expect(received.key).to.equal(sample.records[0]!.key);
			});
		});
	});
};
