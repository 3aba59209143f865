/// <reference types="@rbxts/testez/globals" />
import { DIGITS, encodeNumber, encodeWord, WORD_BYTES } from "../../../src/wire/base85";
import { COUNTER_LIMIT, KEY_BYTES_MOST, PARTS_MOST, POOL_NAME_BYTES_MOST } from "../../../src/wire/bounds";
import { checksum, seedOfKey } from "../../../src/wire/checksum";
import { Frame, FrameHeader, RecordsSection } from "../../../src/wire/frame";
import { isDropReason, readFrame, readPageBody, readSections } from "../../../src/wire/frame-reader";
import { frameHeaderBytes, MESSAGE_BYTES, messageBytes, writeFrame } from "../../../src/wire/frame-writer";
import {
	writeBeat,
	writeDepartures,
	writeHeard,
	writeIdentity,
	writeJoin,
	writeMembers,
	writeNack,
	writePage,
	writeParity,
	writeProbe,
	writeProbeAck,
} from "../../../src/wire/section-writers";
import { Generator, property } from "../support/generators";
import { expectSame } from "../support/same";
import {
	anyDeparture,
	anyHeader,
	anyIdentity,
	anyMember,
	anyRange,
	anySection,
	anyStamp,
	BASE_STAMP,
	listOf,
	packed,
} from "./samples";

const SEED = seedOfKey("");

function anySectionText(generate: Generator): string {
	const kind = generate.integer(1, 14);
	const nonce = generate.word();
	if (kind === 1) return writeIdentity(anyIdentity(generate));
	if (kind === 2)
		return writeMembers(
			listOf(3, () => anyMember(generate)),
			300,
			BASE_STAMP,
		).text;
	if (kind === 3)
		return writeDepartures(
			listOf(3, () => anyDeparture(generate)),
			100,
		).text;
	if (kind === 4)
		return writeNack(
			listOf(3, () => anyRange(generate)),
			100,
		).text;
	if (kind === 5) return writeJoin({ nonce, attempt: 1, held: [1, 2, 500] }, 100);
	if (kind === 6) return writePage({ nonce, index: 3, pages: 9, parities: 2 });
	if (kind === 7) return writeProbe({ nonce, presumedDead: generate.oneIn(2), incarnation: 5 });
	if (kind === 8) return writeProbeAck({ nonce });
	if (kind === 9) return writeParity("parity & more");
	if (kind === 10) {
		const beat = {
			synced: true,
			upTo: generate.magnitude(10 ** 6),
			floor: anyStamp(generate),
			frontier: anyStamp(generate),
			nextSeconds: 30,
			lossPercent: 3,
			digest: nonce,
		};
		return writeBeat(beat, BASE_STAMP);
	}
	if (kind === 12) {
		return writeHeard(
			listOf(3, () => {
				const { shortId, incarnation, upTo } = anyDeparture(generate);
				return { shortId, incarnation, upTo };
			}),
			100,
		).text;
	}
	if (kind === 11) return DIGITS[generate.integer(40, 63)]! + encodeNumber(5) + "later";
	return packed(anySection(generate, 8), 400);
}

function anySections(generate: Generator): string[] {
	return listOf(generate.integer(0, 4), () => anySectionText(generate));
}

function withChecksum(covered: string): string {
	return encodeWord(checksum(covered, SEED)) + covered;
}

function reasonOf(message: unknown, seed = SEED): string {
	const result = readFrame(message, seed);
	return isDropReason(result) ? result : "accepted";
}

/** Fails unless everything a receiver relies on holds. */
function expectSound(frame: Frame): void {
	const within = (value: number, least: number, most: number) => {
		if (value % 1 !== 0 || value < least || value > most) error(`${value} is not from ${least} to ${most}`);
	};
	const counter = COUNTER_LIMIT - 1;
	within(frame.incarnation, 0, counter);
	within(frame.counter, 0, 84);
	within(frame.unicasts, 0, counter);
	within(frame.sender.size(), 8, 8);
	for (const section of frame.sections)
		if (section.kind === "records") expectSoundRecords(section, frame.baseStamp, within);
}

function expectSoundRecords(
	section: RecordsSection,
	baseStamp: number,
	within: (value: number, least: number, most: number) => void,
): void {
	within(section.after, 0, COUNTER_LIMIT - 1);
	within(section.upTo, section.after, COUNTER_LIMIT - 1);
	let version = section.after;
	for (const record of section.records) {
		within(record.version, version + 1, section.upTo);
		version = record.version;
		within(record.reference, 1, COUNTER_LIMIT - 1);
		within(record.stamp, 0, baseStamp);
		if ((record.key === undefined) !== (record.pool === undefined)) error("a key without a pool");
		if ((record.policy === undefined) !== (record.pool === undefined)) error("a policy without a pool");
		if (record.key !== undefined) within(record.key.size(), 1, KEY_BYTES_MOST);
		if (record.pool !== undefined) within(record.pool.size(), 1, POOL_NAME_BYTES_MOST);
		if (record.withdrawn !== undefined) within(record.withdrawn, 0, record.stamp);
		if (record.partIndex !== undefined) within(record.partIndex, 0, record.partCount! - 1);
		if (record.partCount !== undefined) within(record.partCount, 1, PARTS_MOST);
		for (const text of [record.key ?? "", record.pool ?? "", record.value ?? ""]) {
			if (!typeIs(utf8.len(text)[0], "number")) error("not UTF-8");
		}
		// One of them: a value, the key as value, or a tombstone.
		const states = [record.value !== undefined, record.valueIsKey, record.withdrawn !== undefined];
		within(states.filter((state) => state).size(), 1, 1);
	}
}

export = () => {
	describe("a frame", () => {
		it("comes back with its header and sections", () => {
			property(1_000, (generate) => {
				const header = anyHeader(generate);
				const sections = anySections(generate);
				const message = writeFrame(header, sections, SEED);
				if (message.size() > MESSAGE_BYTES) return;
				const content = readSections(sections.join(""), BASE_STAMP);
				expectSame(readFrame(message, SEED), { ...header, ...content });
			});
		});

		it("takes the bytes its header is said to take, and those of its sections", () => {
			property(500, (generate) => {
				const header = anyHeader(generate);
				const sections = anySections(generate);
				let bytes = frameHeaderBytes(header);
				for (const section of sections) bytes += messageBytes(section) - 2;
				expect(messageBytes(writeFrame(header, sections, SEED))).to.equal(bytes);
			});
		});

		it("is refused under another seed", () => {
			const message = writeFrame(anyHeader(new Generator(1)), [], SEED);
			expect(reasonOf(message)).to.equal("accepted");
			expect(reasonOf(message, seedOfKey("secret"))).to.equal("checksum");
		});
	});

	describe("what is no frame", () => {
		it("is dropped for its type", () => {
			for (const message of [1, true, {}, []]) expect(reasonOf(message)).to.equal("type");
			expect(reasonOf(undefined)).to.equal("type");
		});

		it("is dropped for its size", () => {
			expect(reasonOf("")).to.equal("size");
			expect(reasonOf("!!!!!")).to.equal("size");
			expect(reasonOf(string.rep("#", 1_025))).to.equal("size");
			expect(reasonOf(string.rep("#", 1_024))).to.equal("checksum");
		});

		it("is dropped for its version", () => {
			expect(reasonOf('{"some": "message of another script"}')).to.equal("version");
			const header = anyHeader(new Generator(1));
			const covered = string.sub(writeFrame(header, [], SEED), WORD_BYTES + 1);
			expect(reasonOf(withChecksum(covered))).to.equal("accepted");
			expect(reasonOf(withChecksum(`$${string.sub(covered, 2)}`))).to.equal("version");
		});

		it("is dropped whole if anything of it is wrong", () => {
			const header: FrameHeader = { ...anyHeader(new Generator(1)), addressee: undefined };
			const good = writeProbeAck({ nonce: 5 });
			expect(reasonOf(writeFrame(header, [good, good], SEED))).to.equal("accepted");
			expect(reasonOf(writeFrame(header, [good, "."], SEED))).to.equal("malformed");
			expect(reasonOf(writeFrame(header, [good, ".(~~~~~"], SEED))).to.equal("malformed");
			expect(reasonOf(writeFrame({ ...header, sender: "no & id!" }, [good], SEED))).to.equal("malformed");
			expect(reasonOf(writeFrame({ ...header, incarnation: 2 ** 40 }, [good], SEED))).to.equal("malformed");
			expect(reasonOf(withChecksum(`#$${string.rep("!", 40)}`))).to.equal("malformed");
			expect(reasonOf(writeFrame(header, [writeParity("parity")], SEED))).to.equal("accepted");
			expect(reasonOf(writeFrame(header, [writeParity("par\nity")], SEED))).to.equal("malformed");
		});
	});

	describe("a damaged frame", () => {
		const samples = new Array<string>();
		for (let seed = 1; samples.size() < 6; seed++) {
			const generate = new Generator(seed);
			const message = writeFrame(anyHeader(generate), anySections(generate), SEED);
			if (message.size() > 100 && message.size() <= MESSAGE_BYTES) samples.push(message);
		}

		it("is dropped wherever it is cut off", () => {
			for (const message of samples) {
				for (const size of $range(0, message.size() - 1)) {
					expect(reasonOf(string.sub(message, 1, size))).never.to.equal("accepted");
					expect(reasonOf(string.sub(message, -size - 1, -2))).never.to.equal("accepted");
				}
			}
		});

		it("is dropped whichever bit is wrong", () => {
			for (const message of samples) {
				for (const position of $range(1, message.size())) {
					const byte = string.byte(message, position)[0]!;
					for (const bit of $range(0, 7)) {
						const flipped = string.char(bit32.bxor(byte, 2 ** bit));
						const damaged =
							string.sub(message, 1, position - 1) + flipped + string.sub(message, position + 1);
						const reason = reasonOf(damaged);
						if (reason !== "checksum" && reason !== "version")
							error(`${reason}: bit ${bit} of ${position}`);
					}
				}
			}
		});
	});

	describe("hostile input", () => {
		it("of random bytes never throws and is never accepted", () => {
			property(3_000, (generate) => {
				const message = generate.bytes(generate.integer(0, 200));
				expect(reasonOf(message)).never.to.equal("accepted");
				readSections(message, BASE_STAMP);
				readPageBody(message);
			});
		});

		it("with a valid checksum never throws, and what is accepted is sound", () => {
			let accepted = 0;
			property(6_000, (generate) => {
				let covered = string.sub(writeFrame(anyHeader(generate), anySections(generate), SEED), WORD_BYTES + 1);
				for (const _ of $range(1, generate.integer(1, 3))) covered = mutated(generate, covered);
				const message = withChecksum(covered);
				const result = readFrame(message, SEED);
				readPageBody(message);
				if (isDropReason(result)) return;
				accepted += 1;
				expectSound(result);
			});
			// Mutated values and ids are still valid, so that the check above is not idle.
			expect(accepted > 300).to.equal(true);
		});

		it("of random digits with a valid checksum never throws, and what is accepted is sound", () => {
			property(6_000, (generate) => {
				const digits = listOf(generate.integer(0, 60), () => generate.pick(DIGITS));
				// A header that is accepted, then a section of a known kind with a body of random digits.
				const header = string.sub(writeFrame(anyHeader(generate), [], SEED), WORD_BYTES + 1);
				const kind = DIGITS[generate.oneIn(2) ? 1 : generate.integer(0, 16)]!;
				const result = readFrame(
					withChecksum(header + kind + encodeNumber(digits.size()) + digits.join("")),
					SEED,
				);
				if (!isDropReason(result)) expectSound(result);
			});
		});
	});

	describe("readPageBody", () => {
		it("gives what follows the page section", () => {
			property(300, (generate) => {
				const page = writePage({ nonce: generate.word(), index: 1, pages: 4, parities: 1 });
				const body = anySections(generate).join("");
				const message = writeFrame(anyHeader(generate), [page, body], SEED);
				expect(readPageBody(message)).to.equal(body);
			});
		});

		it("gives nothing of a message that is no page", () => {
			const header = anyHeader(new Generator(1));
			expect(readPageBody(writeFrame(header, [writeProbeAck({ nonce: 1 })], SEED))).to.equal(undefined);
			expect(readPageBody(writeFrame(header, [], SEED))).to.equal(undefined);
		});
	});
};

function mutated(generate: Generator, text: string): string {
	const position = generate.integer(1, text.size());
	const before = string.sub(text, 1, position - 1);
	const after = string.sub(text, position + 1);
	const kind = generate.integer(1, 5);
	if (kind === 1) return before + generate.pick(DIGITS) + after;
	if (kind === 2) return before + generate.bytes(1) + after;
	if (kind === 3) return before + after;
	if (kind === 4) return before + generate.pick(DIGITS) + string.sub(text, position);
	return string.sub(text, 1, position);
}
