/// <reference types="@rbxts/testez/globals" />
import { PageCollector, Snapshot, rangeOf, takeSnapshot } from "../../../src/replication/snapshot";
import { Stream } from "../../../src/replication/stream";
import { MemberEntry } from "../../../src/wire/frame";
import { readSections } from "../../../src/wire/frame-reader";
import { jsonBytes } from "../../../src/wire/text";
import { Generator, property } from "../support/generators";
import { Author, PRESENT } from "./author";

const ROOM = 900;

/** A server that has heard of some contributions of two others, some of them large. */
function established(generate: Generator): { observer: Author; authors: Author[] } {
	const authors = ["aaaaaaaa", "bbbbbbbb"].map((shortId) => new Author(shortId));
	const observer = new Author("cccccccc");
	for (const index of $range(1, generate.integer(0, 60))) {
		const author = generate.pick([...authors, observer]);
		const key = `k${generate.integer(1, 30)}`;
		if (generate.oneIn(6)) author.remove(key, PRESENT + index);
		else author.put(key, generate.text(0, generate.oneIn(15) ? 2500 : 60), PRESENT + index);
		for (const message of author.send(PRESENT + index)) {
			for (const other of [...authors, observer]) other.receive(message, PRESENT);
		}
	}
	return { observer, authors };
}

function membersOf(count: number): MemberEntry[] {
	const members = new Array<MemberEntry>();
	for (const index of $range(1, count)) {
		members.push({
			shortId: string.format("m%07d", index),
			incarnation: 0,
			state: "live",
			applied: index,
			appliedFloor: PRESENT - index,
			serverId: `server ${index}`,
			startedAtSeconds: 1_763_000_000 + index,
			placeVersion: 1,
		});
	}
	return members;
}

/** What a newcomer sees that reads these pages. */
function viewOf(snapshot: Snapshot, bodies: ReadonlyArray<string>): { view: string; members: number } {
	const newcomer = new Author("dddddddd");
	const streams = new Map<string, Stream>();
	let members = 0;
	for (const body of bodies) {
		const read = readSections(body, snapshot.baseStamp);
		if (!read) error("a page cannot be read alone");
		for (const section of read.sections) {
			if (section.kind === "members") members += section.members.size();
			if (section.kind !== "records") continue;
			const { shortId } = section.stream!;
			const stream = streams.get(shortId) ?? new Stream(shortId, 0);
			streams.set(shortId, stream);
			newcomer.replica.applySection(stream, section, newcomer.clock, PRESENT + 1_000_000);
		}
	}
	return { view: newcomer.view(), members };
}

/** All pages with their indices, parity pages after them, in a random order. */
function arriving(generate: Generator, { bodies, parities }: Snapshot): Array<{ index: number; text: string }> {
	const rest = [...bodies, ...parities].map((text, index) => ({ index, text }));
	const order = new Array<{ index: number; text: string }>();
	while (!rest.isEmpty()) order.push(rest.remove(generate.integer(0, rest.size() - 1))!);
	return order;
}

export = () => {
	describe("a snapshot", () => {
		it("gives a newcomer exactly what its server sees, in pages of the size asked for", () => {
			property(120, (generate) => {
				const { observer } = established(generate);
				const members = membersOf(generate.integer(1, 40));
				const snapshot = takeSnapshot(observer.replica, members, ROOM, PRESENT + 100_000, 0.1);
				for (const body of snapshot.bodies) {
					if (jsonBytes(body) > ROOM) error(`a page of ${jsonBytes(body)} bytes`);
				}
				const { view, members: found } = viewOf(snapshot, snapshot.bodies);
				if (view !== observer.view()) error(`${view}\n${observer.view()}`);
				if (found !== members.size()) error(`${found} members of ${members.size()}`);
			});
		});
	});

	describe("pages that arrive", () => {
		it("are complete in any order, with copies, and with one lost for each parity page", () => {
			property(150, (generate) => {
				const { observer } = established(generate);
				const snapshot = takeSnapshot(observer.replica, membersOf(30), ROOM, PRESENT + 100_000, 0.2);
				const { bodies, parities, baseStamp } = snapshot;
				const collector = new PageCollector(5);
				const lost = generate.integer(0, bodies.size() - 1);
				for (const { index, text } of arriving(generate, snapshot)) {
					if (index === lost) continue;
					for (const _ of $range(1, generate.oneIn(3) ? 2 : 1)) {
						collector.add(index, bodies.size(), parities.size(), baseStamp, text);
					}
				}
				const finished = collector.finished();
				if (!finished) error(`not complete: ${collector.held().join()} of ${bodies.size()}`);
				finished.forEach((body, index) => {
					if (body !== bodies[index]) error(`page ${index} is another one`);
				});
			});
		});

		it("that are too few are listed, so that the rest can be asked for", () => {
			const collector = new PageCollector(5);
			expect(collector.started()).to.equal(false);
			collector.add(3, 6, 0, 1000, "three");
			collector.add(1, 6, 0, 1000, "one");
			expect(collector.started()).to.equal(true);
			expect(collector.held().join()).to.equal("1, 3");
			expect(collector.finished()).to.equal(undefined);
		});

		it("of a newer snapshot replace those of an older one, which are then of no use", () => {
			const collector = new PageCollector(5);
			expect(collector.add(0, 2, 0, 1000, "old 0")).to.equal(true);
			expect(collector.add(0, 3, 0, 2000, "new 0")).to.equal(true);
			expect(collector.held().join()).to.equal("0");
			expect(collector.add(1, 2, 0, 1000, "old 1")).to.equal(false);
			collector.add(1, 3, 0, 2000, "new 1");
			collector.add(2, 3, 0, 2000, "new 2");
			expect(collector.finished()!.join()).to.equal("new 0, new 1, new 2");
		});
	});

	describe("a range of somebody else's stream", () => {
		it("is what its owner would answer, as far as it is here", () => {
			property(120, (generate) => {
				const { observer, authors } = established(generate);
				for (const author of authors) {
					const upTo = author.sequencer.upTo();
					const after = generate.integer(0, upTo);
					const own = author.sequencer.range(after, upTo).map((record) => `${record.version} ${record.key}`);
					const here = rangeOf(observer.streamOf(author), after, upTo);
					// What another server has claimed since is not the owner's any more, wherever that is known.
					const found = here.map((record) => `${record.version} ${record.key}`);
					if (found.join() !== own.join()) error(`${found.join()}, not ${own.join()}`);
				}
			});
		});
	});
};
