/// <reference types="@rbxts/testez/globals" />
import { takeSnapshot } from "../../../src/replication/snapshot";
import { GivenPart, isInPart, mergeParts } from "../../../src/replication/state-parts";
import { CastSection, MemberEntry, Section } from "../../../src/wire/frame";
import { readSections } from "../../../src/wire/frame-reader";
import { writeCast } from "../../../src/wire/section-writers";
import { Generator, property } from "../support/generators";
import { Author, PRESENT } from "./author";

const ROOM = 900;
const NAMES = ["aaaaaaaa", "bbbbbbbb", "cccccccc", "ddddaaaa", "eebbcccc", "fghiaaaa"];

interface Head {
	readonly epoch: number;
	readonly seq: number;
	readonly hub: string;
}

function castOf({ epoch, seq, hub }: Head): CastSection {
	return {
		kind: "cast",
		epoch,
		seq,
		dissolved: false,
		founding: false,
		uplinkTenths: 15,
		messageTenths: 0,
		floor: 0,
		frontier: 0,
		servers: 0,
		census: 0,
		givePercent: 0,
		responders: [hub],
	};
}

function entryOf(shortId: string, applied: number): MemberEntry {
	return {
		shortId,
		incarnation: 0,
		state: "live",
		applied,
		appliedFloor: PRESENT,
		serverId: shortId,
		startedAtSeconds: 1_763_000_000,
		placeVersion: 1,
	};
}

/** What a giver says of a part, as it comes out of its pages. */
function partOf(giver: Author, authors: ReadonlyArray<Author>, part: number, parts: number, head?: Head): GivenPart {
	const members = authors.map((author) =>
		entryOf(author.shortId, author === giver ? author.replica.own.highest : giver.streamOf(author).givableUpTo()),
	);
	const baseStamp = PRESENT + 100_000;
	const text = head ? writeCast(castOf(head), baseStamp) : "";
	const { bodies } = takeSnapshot(giver.replica, members, ROOM, baseStamp, 0, text, { part, parts });
	const sections = new Array<Section>();
	for (const body of bodies) for (const section of readSections(body, baseStamp)!.sections) sections.push(section);
	// Short ids are hashes of names, which these authors' are not.
	const named = sections.map((section) =>
		section.kind === "members"
			? { ...section, members: section.members.map((entry) => ({ ...entry, shortId: entry.serverId })) }
			: section,
	);
	return { part, parts, sections: named };
}

/** A newcomer that has this state, with all streams followed. */
function newcomerWith(sections: ReadonlyArray<Section>, authors: ReadonlyArray<Author>): Author {
	const newcomer = new Author("zzzzzzzz");
	for (const author of authors) newcomer.streamOf(author);
	for (const section of sections) {
		if (section.kind !== "records") continue;
		const stream = newcomer.streams.get(section.stream!.shortId)!;
		newcomer.replica.applySection(stream, section, newcomer.clock, PRESENT + 1_000_000);
	}
	for (const section of sections) {
		if (section.kind !== "members") continue;
		for (const { shortId, applied } of section.members) {
			const stream = newcomer.streams.get(shortId)!;
			if (applied > 0) stream.close(0, applied);
		}
	}
	return newcomer;
}

/** Servers that have said much, of which each has heard what `hears` lets through. */
function gameOf(generate: Generator, hears: (from: Author, to: Author) => boolean): Author[] {
	const authors = NAMES.map((name) => new Author(name));
	for (const index of $range(1, generate.integer(1, 80))) {
		const author = generate.pick(authors);
		const key = `k${generate.integer(1, 25)}`;
		if (generate.oneIn(5)) author.remove(key, PRESENT + index);
		else author.put(key, generate.text(0, generate.oneIn(15) ? 2500 : 60), PRESENT + index);
		for (const message of author.send(PRESENT + index)) {
			for (const other of authors) if (hears(author, other)) other.receive(message, PRESENT);
		}
	}
	return authors;
}

export = () => {
	describe("the parts of a state", () => {
		it("have every stream in exactly one of them, and about as many each", () => {
			const counts = [0, 0, 0];
			property(300, (generate) => {
				const shortId = NAMES.map(() => string.char(generate.integer(35, 90))).join("") + "xx";
				let within = 0;
				for (const part of $range(0, 2)) {
					if (!isInPart(shortId, { part, parts: 3 })) continue;
					within += 1;
					counts[part]! += 1;
				}
				expect(within).to.equal(1);
				expect(isInPart(shortId, { part: 0, parts: 1 })).to.equal(true);
			});
			for (const count of counts) expect(count > 60).to.equal(true);
		});

		it("are together what one server has that gives all of them", () => {
			property(40, (generate) => {
				const authors = gameOf(generate, () => true);
				for (const parts of [2, 3]) {
					const given = new Array<GivenPart>();
					for (const part of $range(0, parts - 1))
						given.push(partOf(generate.pick(authors), authors, part, parts));
					expect(newcomerWith(mergeParts(given), authors).view()).to.equal(authors[0]!.view());
				}
			});
		});

		it("lead to the same state as everybody's once what was missed is repaired, though none that gave them agreed", () => {
			property(60, (generate) => {
				const authors = gameOf(generate, () => !generate.oneIn(3));
				const given = new Array<GivenPart>();
				for (const part of $range(0, 2)) given.push(partOf(generate.pick(authors), authors, part, 3));
				const newcomer = newcomerWith(mergeParts(given), authors);
				for (const author of authors) {
					const { highest } = author.replica.own;
					for (const other of [...authors, newcomer]) {
						if (other === author) continue;
						const watermark = other.streamOf(author).watermark();
						if (watermark < highest)
							other.receive(author.answer(watermark, highest, PRESENT + 1000), PRESENT);
					}
				}
				expect(newcomer.view()).to.equal(authors[0]!.view());
				expect(newcomer.digests(authors)).to.equal(authors[0]!.digests(authors));
			});
		});

		it("are taken from whoever gives everything as well", () => {
			property(20, (generate) => {
				const authors = gameOf(generate, () => true);
				const whole = partOf(authors[0]!, authors, 0, 1).sections;
				const given = [0, 1, 2].map((part) => ({ part, parts: 3, sections: whole }));
				const merged = mergeParts(given);
				expect(newcomerWith(merged, authors).view()).to.equal(authors[0]!.view());
				const listed = new Set<string>();
				for (const section of merged) {
					if (section.kind !== "members") continue;
					for (const { shortId } of section.members) {
						expect(listed.has(shortId)).to.equal(false);
						listed.add(shortId);
					}
				}
				expect(listed.size()).to.equal(NAMES.size());
			});
		});

		function seqOf(heads: ReadonlyArray<Head | false>): Head | undefined {
			const authors = NAMES.map((name) => new Author(name));
			const given = heads.map((head, part) =>
				partOf(authors[0]!, authors, part, heads.size(), head || undefined),
			);
			const casts = mergeParts(given).filter((section): section is CastSection => section.kind === "cast");
			expect(casts.size() <= 1).to.equal(true);
			const [cast] = casts;
			return cast && { epoch: cast.epoch, seq: cast.seq, hub: cast.responders[0]! };
		}

		it("have those casts that all of them have", () => {
			const [hub, other] = ["hhhhhhhh", "iiiiiiii"];
			const seen = (...heads: Array<Head | false>) => {
				const head = seqOf(heads);
				return head ? `${head.hub} ${head.epoch}/${head.seq}` : "none";
			};
			expect(seen({ epoch: 1, seq: 9, hub }, { epoch: 1, seq: 7, hub }, { epoch: 1, seq: 8, hub })).to.equal(
				"hhhhhhhh 1/7",
			);
			// A take-over in between: what the new hub has cast so far is not in the older part.
			expect(seen({ epoch: 1, seq: 90, hub }, { epoch: 2, seq: 7, hub: other })).to.equal("iiiiiiii 2/0");
			expect(seen({ epoch: 2, seq: 9, hub }, { epoch: 2, seq: 7, hub: other })).to.equal("hhhhhhhh 2/0");
			// One that did not follow a hub yet.
			expect(seen({ epoch: 1, seq: 3, hub }, false)).to.equal("hhhhhhhh 1/0");
			expect(seen(false, false)).to.equal("none");
		});

		it("say nothing of a stream of which no part says how far it goes", () => {
			const author = new Author(NAMES[0]!);
			author.put("k", "v", PRESENT);
			author.send(PRESENT);
			const { part, parts, sections } = partOf(author, [author], 0, 1);
			const without = sections.filter(({ kind }) => kind !== "members");
			expect(mergeParts([{ part, parts, sections: without }]).size()).to.equal(0);
		});
	});
};
