/// <reference types="@rbxts/testez/globals" />
import { Generation, GivenMember, mergeState } from "../../../src/replication/generation";
import { Stream } from "../../../src/replication/stream";
import { MemberEntry, Section, WithdrawnEntry } from "../../../src/wire/frame";
import { readSections } from "../../../src/wire/frame-reader";
import { writeWithdrawn } from "../../../src/wire/section-writers";
import { shortIdOf } from "../../../src/wire/short-id";
import { jsonBytes } from "../../../src/wire/text";
import { Generator, property } from "../support/generators";
import { expectSame } from "../support/same";
import { anyStream, BASE_STAMP, listOf } from "../wire/samples";
import { Author, PRESENT } from "./author";

const PAGE_BYTES = 4000;
const PLENTY = 1_000_000;

interface Game {
	readonly authors: Author[];
	/** Who writes the state down. */
	readonly writer: Author;
	present: number;
}

function serverIdOf(name: string): string {
	return `server ${name}`;
}

function newGame(): Game {
	const names = ["a", "b", "c"].map((name) => shortIdOf(serverIdOf(name)));
	const authors = names.map((shortId) => new Author(shortId));
	return { authors, writer: authors[2]!, present: PRESENT };
}

function play(generate: Generator, played: Game, times: number): void {
	for (const _ of $range(1, times)) {
		played.present += 1;
		const author = generate.pick(played.authors);
		const key = `k${generate.integer(1, 25)}`;
		if (generate.oneIn(3)) author.remove(key, played.present);
		else author.put(key, generate.text(0, generate.oneIn(15) ? 2500 : 60), played.present);
		for (const message of author.send(played.present)) {
			for (const other of played.authors) other.receive(message, PRESENT);
		}
	}
}

function membersOf({ authors, writer }: Game, gone?: Author): GivenMember[] {
	const members = new Array<GivenMember>();
	authors.forEach((author, index) => {
		if (author === gone) return;
		const stream = author === writer ? writer.replica.own : writer.streamOf(author);
		const entry: MemberEntry = {
			shortId: author.shortId,
			incarnation: 0,
			state: "live",
			applied: stream.highest,
			appliedFloor: PRESENT,
			serverId: serverIdOf(["a", "b", "c"][index]!),
			startedAtSeconds: 1,
			placeVersion: 1,
		};
		members.push({ entry, stream });
	});
	return members;
}

function sectionsOf(bodies: ReadonlyArray<string>, baseStamp: number): Section[] {
	const sections = new Array<Section>();
	for (const body of bodies) {
		const read = readSections(body, baseStamp);
		if (!read) error("a page cannot be read");
		for (const section of read.sections) sections.push(section);
	}
	return sections;
}

/** What a newcomer sees that is given these sections, and how far it has each stream. */
function viewOf(sections: ReadonlyArray<Section>): string {
	const newcomer = new Author("dddddddd");
	const streams = new Map<string, Stream>();
	const applied = new Array<string>();
	for (const section of sections) {
		if (section.kind !== "members") continue;
		for (const { shortId, applied: upTo } of section.members) {
			streams.set(shortId, new Stream(shortId, 0));
			applied.push(`${shortId} ${upTo}`);
		}
	}
	for (const section of sections) {
		if (section.kind !== "records") continue;
		const stream = streams.get(section.stream!.shortId);
		if (stream) newcomer.replica.applySection(stream, section, newcomer.clock, PRESENT + 1_000_000);
	}
	applied.sort();
	return `${applied.join(", ")}: ${newcomer.view()}`;
}

export = () => {
	describe("a generation with its difference", () => {
		it("is the state, whatever has happened and been forgotten since", () => {
			property(150, (generate) => {
				const played = newGame();
				const { writer } = played;
				play(generate, played, generate.integer(0, 60));
				played.present = math.max(played.present + 1, writer.clock.now(played.present));
				const generation = new Generation(writer.replica, membersOf(played), PAGE_BYTES, played.present);
				for (const body of generation.bodies) {
					if (jsonBytes(body) > PAGE_BYTES) error(`a page of ${jsonBytes(body)} bytes`);
				}
				const pages = sectionsOf(generation.bodies, generation.baseStamp);
				play(generate, played, generate.integer(0, 40));
				if (generate.oneIn(2)) writer.replica.collect(math.huge);
				played.present = math.max(played.present + 1, writer.clock.now(played.present));
				const members = membersOf(played);
				const difference = generation.difference(writer.replica, members, PLENTY, played.present, "")!;
				const now = new Generation(writer.replica, members, PAGE_BYTES, played.present);
				const found = viewOf(mergeState(pages, sectionsOf([difference], played.present)));
				const expected = viewOf(sectionsOf(now.bodies, played.present));
				if (found !== expected) error(`${found}\n${expected}`);
			});
		});

		it("has nothing of a server that is gone since", () => {
			const played = newGame();
			const { writer, authors } = played;
			for (const author of authors) author.put(`of ${author.shortId}`, "1", PRESENT);
			for (const author of authors) {
				for (const sent of author.send(PRESENT)) for (const other of authors) other.receive(sent, PRESENT);
			}
			const stamp = PRESENT + 100;
			const generation = new Generation(writer.replica, membersOf(played), PAGE_BYTES, stamp);
			const members = membersOf(played, authors[0]);
			const difference = generation.difference(writer.replica, members, PLENTY, stamp, "")!;
			const merged = mergeState(sectionsOf(generation.bodies, stamp), sectionsOf([difference], stamp));
			const left = [authors[1]!.shortId, authors[2]!.shortId].sort();
			const seen = left.map((shortId) => `${shortId} 1`).join(", ");
			expect(viewOf(merged)).to.equal(
				`${seen}: ${left.map((shortId) => `of ${shortId}=1@${shortId}`).join(" ")}`,
			);
		});

		it("tells when the difference is too large", () => {
			const played = newGame();
			const { writer } = played;
			const generation = new Generation(writer.replica, membersOf(played), PAGE_BYTES, PRESENT);
			for (const index of $range(1, 100)) writer.put(`key ${index}`, string.rep("v", 50), PRESENT + index);
			writer.send(PRESENT + 100);
			const members = membersOf(played);
			const stamp = PRESENT + 1000;
			expect(generation.difference(writer.replica, members, 3000, stamp, "")).to.equal(undefined);
			const difference = generation.difference(writer.replica, members, 10_000, stamp, "")!;
			expect(jsonBytes(difference) <= 10_000).to.equal(true);
		});
	});

	describe("a section of withdrawn records", () => {
		it("is read as it was written", () => {
			property(200, (generate) => {
				const streams = listOf(generate.integer(1, 5), (): WithdrawnEntry => {
					if (generate.oneIn(4)) return { ...anyStream(generate), versions: undefined };
					let version = 0;
					const versions = listOf(generate.integer(1, 30), () => {
						version += 1 + generate.magnitude(2 ** 30);
						return version;
					});
					return { ...anyStream(generate), versions };
				});
				const read = readSections(writeWithdrawn(streams), BASE_STAMP);
				expectSame(read, { sections: [{ kind: "withdrawn", streams }], unknownSections: 0 });
			});
		});
	});
};
