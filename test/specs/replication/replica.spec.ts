/// <reference types="@rbxts/testez/globals" />
import { Generator, property } from "../support/generators";
import { Author, POOL, PRESENT, Sent } from "./author";

const KEYS = ["a", "b", "c"] as const;

/** A few servers change a few keys, hearing a part of what the others say meanwhile. Returns all messages. */
function history(generate: Generator, authors: Author[], steps: number): Sent[] {
	const sent = new Array<Sent>();
	let present = PRESENT;
	for (const step of $range(1, steps)) {
		present += generate.integer(0, 2);
		const author = generate.pick(authors);
		const kind = generate.integer(1, 6);
		if (kind === 1) author.remove(generate.pick(KEYS), present);
		else if (kind <= 4) {
			const value = `${author.shortId.sub(1, 1)}${step}`;
			author.put(generate.pick(KEYS), generate.oneIn(8) ? value + string.rep("x", 1800) : value, present);
		} else for (const message of author.send(present, generate.oneIn(2) ? step * 20 : 0)) sent.push(message);
		if (!sent.isEmpty() && generate.oneIn(2)) generate.pick(authors).receive(generate.pick(sent), present);
	}
	for (const author of authors) for (const message of author.send(present + 10)) sent.push(message);
	return sent;
}

function shuffled(generate: Generator, messages: ReadonlyArray<Sent>): Sent[] {
	const rest = [...messages];
	const order = new Array<Sent>();
	while (!rest.isEmpty()) order.push(rest.remove(generate.integer(0, rest.size() - 1))!);
	return order;
}

function authorsOf(): Author[] {
	return ["aaaaaaaa", "bbbbbbbb", "cccccccc"].map((shortId) => new Author(shortId));
}

/** Asks every server for what is missing of its stream, until nothing is. */
function repair(author: Author, authors: ReadonlyArray<Author>): void {
	for (const other of authors) {
		if (other === author) continue;
		const stream = author.streamOf(other);
		stream.extend(other.sequencer.upTo());
		for (const { after, upTo } of [...stream.gaps])
			author.receive(other.answer(after, upTo, PRESENT + 10_000), PRESENT);
		if (!stream.gaps.isEmpty()) error(`${author.shortId} still lacks something of ${other.shortId}`);
	}
}

function expectEqual(authors: ReadonlyArray<Author>): void {
	const [first] = authors;
	for (const author of authors) {
		if (author.view() !== first!.view())
			error(`${author.shortId}: ${author.view()}\n${first!.shortId}: ${first!.view()}`);
		if (author.digests(authors) !== first!.digests(authors)) error("digests differ");
	}
}

export = () => {
	describe("servers that have received the same messages", () => {
		it("are equal, in whatever order and however often these came", () => {
			property(400, (generate) => {
				const authors = authorsOf();
				const sent = history(generate, authors, 40);
				const watchers = ["dddddddd", "eeeeeeee"].map((shortId) => new Author(shortId));
				for (const author of [...authors, ...watchers]) {
					for (const message of shuffled(generate, [...sent, ...sent])) author.receive(message, PRESENT);
				}
				// By reference, records of keys that were not defined yet are missing still.
				for (const author of [...authors, ...watchers]) repair(author, authors);
				const [first] = authors;
				for (const author of [...authors, ...watchers]) {
					if (author.view() !== first!.view()) error(`${author.view()}\n${first!.view()}`);
					if (author.digests(authors) !== first!.digests(authors)) error("digests differ");
				}
			});
		});

		it("are equal after repair, whatever part of the messages they received", () => {
			property(400, (generate) => {
				const authors = authorsOf();
				const sent = history(generate, authors, 50);
				for (const author of authors) {
					for (const message of shuffled(generate, sent))
						if (generate.oneIn(2)) author.receive(message, PRESENT);
				}
				for (const author of authors) repair(author, authors);
				expectEqual(authors);
			});
		});

		it("keep no parts of values that are complete or replaced", () => {
			property(200, (generate) => {
				const authors = authorsOf();
				const sent = history(generate, authors, 40);
				for (const author of authors) {
					for (const message of shuffled(generate, sent)) author.receive(message, PRESENT);
					repair(author, authors);
					for (const other of authors) {
						if (other === author) continue;
						const { assemblies, assemblyCount } = author.streamOf(other);
						if (assemblies.size() !== assemblyCount) error("the count of assemblies is wrong");
					}
				}
			});
		});
	});

	describe("a record", () => {
		it("that goes by a reference not known yet is asked for, with its key", () => {
			const [author, receiver] = authorsOf();
			author!.put("a", "1", PRESENT);
			const [first] = author!.send(PRESENT, 0);
			author!.put("a", "2", PRESENT + 5);
			const [second] = author!.send(PRESENT + 5, 100);
			expect(second!.section.records[0]!.key).to.equal(undefined);
			receiver!.receive(second!, PRESENT);
			expect(receiver!.view()).to.equal("");
			expect(receiver!.streamOf(author!).has(2)).to.equal(false);
			receiver!.receive(author!.answer(0, 2, PRESENT + 5), PRESENT);
			expect(receiver!.view()).to.equal("a=2@aaaaaaaa");
			receiver!.receive(first!, PRESENT);
			expect(receiver!.view()).to.equal("a=2@aaaaaaaa");
		});

		it("of a key that was removed and contributed again while the clock stood still is newer than the first one", () => {
			const [author, receiver] = authorsOf();
			author!.put("a", "1", PRESENT);
			for (const message of author!.send(PRESENT)) receiver!.receive(message, PRESENT);
			author!.remove("a", PRESENT);
			author!.put("a", "2", PRESENT);
			for (const message of author!.send(PRESENT)) receiver!.receive(message, PRESENT);
			expect(receiver!.view()).to.equal("a=2@aaaaaaaa");
		});

		it("of a server that was taken for gone is newer than what was adopted of it, though its clock stands still", () => {
			const [author, receiver] = authorsOf();
			author!.put("a", "1", PRESENT);
			for (const message of author!.send(PRESENT)) receiver!.receive(message, PRESENT);
			// Three servers adopt it after each other, above the former one by the least that is above.
			receiver!.replica.contribute(POOL, "remove", "a", "1", 0, 3);
			author!.put("a", "2", PRESENT);
			for (const message of author!.send(PRESENT)) receiver!.receive(message, PRESENT);
			expect(receiver!.view()).to.equal("a=2@aaaaaaaa");
		});

		it("names its key again after another server's claim of it, which others may have had in between", () => {
			const [author, rival, receiver] = authorsOf();
			author!.put("a", "1", PRESENT);
			for (const message of author!.send(PRESENT, 0)) receiver!.receive(message, PRESENT);
			rival!.put("a", "2", PRESENT + 50);
			const claim = rival!.send(PRESENT + 50, 100);
			for (const message of claim) receiver!.receive(message, PRESENT);
			author!.put("a", "3", PRESENT + 100);
			author!.send(PRESENT + 100, 100);
			for (const message of claim) author!.receive(message, PRESENT);
			for (const round of [4, 5]) {
				author!.put("a", tostring(round), PRESENT + round * 100);
				for (const message of author!.send(PRESENT + round * 100, 100 + round))
					receiver!.receive(message, PRESENT);
				expect(receiver!.view()).to.equal(`a=${round}@aaaaaaaa`);
			}
			author!.put("a", "6", PRESENT + 1000);
			const [late] = author!.send(PRESENT + 1000, 200);
			expect(late!.section.records[0]!.key).to.equal(undefined);
		});

		it("from more than a quarter of an hour ahead changes nothing, and stays missing", () => {
			const [author, receiver] = authorsOf();
			author!.put("a", "1", PRESENT + 3_600_000);
			const [message] = author!.send(PRESENT + 3_600_000);
			receiver!.receive(message!, PRESENT);
			expect(receiver!.view()).to.equal("");
			expect(receiver!.replica.counters.implausible).to.equal(1);
			expect(receiver!.clock.now(PRESENT)).to.equal(PRESENT);
			receiver!.receive(author!.answer(0, 1, PRESENT + 3_600_000), PRESENT + 3_600_000);
			expect(receiver!.view()).to.equal("a=1@aaaaaaaa");
		});

		it("of a former value's part that comes late is not kept", () => {
			const [author, receiver] = authorsOf();
			author!.put("a", string.rep("x", 3000), PRESENT);
			const parts = author!.send(PRESENT);
			author!.put("a", "short", PRESENT + 5);
			const [short] = author!.send(PRESENT + 5);
			receiver!.receive(short!, PRESENT);
			for (const part of parts) receiver!.receive(part, PRESENT);
			expect(receiver!.view()).to.equal("a=short@aaaaaaaa");
			expect(receiver!.streamOf(author!).assemblyCount).to.equal(0);
			expect(receiver!.streamOf(author!).watermark()).to.equal(parts.size() + 1);
		});

		it("is not given on as long as only parts of it are here", () => {
			const [author, receiver] = authorsOf();
			author!.put("a", "1", PRESENT);
			author!.put("b", string.rep("x", 3000), PRESENT);
			const messages = author!.send(PRESENT);
			for (const index of $range(0, messages.size() - 2)) receiver!.receive(messages[index]!, PRESENT);
			const stream = receiver!.streamOf(author!);
			expect(stream.watermark()).to.equal(messages.size() - 1);
			expect(stream.givableUpTo()).to.equal(1);
			receiver!.receive(messages[messages.size() - 1]!, PRESENT);
			expect(stream.givableUpTo()).to.equal(messages.size());
		});
	});

	describe("removed contributions", () => {
		it("count once, however often a key comes and goes", () => {
			const [author] = authorsOf();
			for (const round of $range(1, 50)) {
				author!.put("a", tostring(round), PRESENT + round);
				author!.send(PRESENT + round);
				author!.remove("a", PRESENT + round);
				author!.send(PRESENT + round);
			}
			expect(author!.replica.tombstoneCount()).to.equal(1);
			expect(author!.replica.collect(PRESENT + 1000)).to.equal(1);
			expect(author!.replica.tombstoneCount()).to.equal(0);
			expect(author!.replica.registerCount).to.equal(0);
		});

		it("are kept until the frontier has passed the removal, and while that is not sent", () => {
			const [author] = authorsOf();
			author!.put("a", "1", PRESENT);
			author!.send(PRESENT);
			author!.remove("a", PRESENT + 50);
			expect(author!.replica.collect(PRESENT + 100)).to.equal(0);
			author!.send(PRESENT + 60);
			expect(author!.replica.collect(PRESENT + 49)).to.equal(0);
			expect(author!.replica.collect(PRESENT + 50)).to.equal(1);
		});

		it("need no tombstone where nobody ever heard of the key", () => {
			const [author] = authorsOf();
			author!.put("a", "1", PRESENT);
			expect(author!.remove("a", PRESENT)).to.equal(true);
			expect(author!.send(PRESENT).size()).to.equal(0);
			expect(author!.replica.pool(POOL).registers.size()).to.equal(0);
		});
	});

	describe("a stream that is gone", () => {
		it("hides what it owns, and shows it again when it comes back", () => {
			const [author, receiver] = authorsOf();
			author!.put("a", "1", PRESENT);
			for (const message of author!.send(PRESENT)) receiver!.receive(message, PRESENT);
			const stream = receiver!.streamOf(author!);
			receiver!.replica.setLive(stream, false);
			expect(receiver!.view()).to.equal("");
			receiver!.replica.setLive(stream, true);
			expect(receiver!.view()).to.equal("a=1@aaaaaaaa");
			const kinds = receiver!.replica.takeChanges().map((change) => change.kind);
			expect(kinds.join()).to.equal("removed, added");
		});

		it("is shown anew when its server's name becomes known, but for what waits to be told", () => {
			const [author, receiver] = authorsOf();
			const { clock, replica } = receiver!;
			author!.put("a", "1", PRESENT);
			for (const message of author!.send(PRESENT)) receiver!.receive(message, PRESENT);
			author!.put("b", "2", PRESENT);
			const stream = receiver!.streamOf(author!);
			for (const { section } of author!.send(PRESENT)) replica.applySection(stream, section, clock, PRESENT);
			replica.nameOwner(author!.shortId);
			const told = replica.takeChanges().map(({ kind, register }) => `${kind} ${register.key}`);
			expect(told.join()).to.equal("added b, updated a");
		});
	});
};
