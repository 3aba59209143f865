import { HybridClock } from "../../../src/replication/hybrid-clock";
import { Replica } from "../../../src/replication/replica";
import { takeSnapshot } from "../../../src/replication/snapshot";
import { Stream } from "../../../src/replication/stream";
import { readSections } from "../../../src/wire/frame-reader";
import { RecordsSection } from "../../../src/wire/frame";
import { Author, PRESENT, Sent } from "../replication/author";
import { Generator } from "../support/generators";

const KEYS = ["a", "b", "c", "d"] as const;
/** Above every stamp of a history. */
const LATER = PRESENT + 1_000_000;

export function authorsOf(...shortIds: string[]): Author[] {
	return shortIds.map((shortId) => new Author(shortId));
}

/**
 * Servers change keys and hear a part of what the others say meanwhile. Returns every message that was sent, each with its key.
 * Many stamps are equal: the clocks hardly move.
 */
export function history(draw: Generator, authors: readonly Author[], steps: number): Sent[] {
	const sent = new Array<Sent>();
	let present = PRESENT;
	for (const step of $range(1, steps)) {
		present += draw.integer(0, 2);
		const author = draw.pick(authors);
		const kind = draw.integer(1, 5);
		if (kind === 1) author.remove(draw.pick(KEYS), present);
		else if (kind <= 3) {
			const text = `v${step}`;
			author.put(draw.pick(KEYS), draw.oneIn(8) ? text + string.rep("x", 1800) : text, present);
		} else for (const message of author.send(present)) sent.push(message);
		if (!sent.isEmpty() && draw.oneIn(2)) draw.pick(authors).receive(draw.pick(sent), present);
	}
	for (const author of authors) for (const message of author.send(present + 10)) sent.push(message);
	return sent;
}

export function shuffled<T extends defined>(draw: Generator, items: readonly T[]): T[] {
	const rest = [...items];
	const order = new Array<T>();
	while (!rest.isEmpty()) order.push(rest.remove(draw.integer(0, rest.size() - 1))!);
	return order;
}

/** A server that owns nothing, and everything there is to know of what it has received. */
export class Copy {
	public readonly replica = new Replica(new Stream("zzzzzzzz", 0));
	private readonly clock = new HybridClock();
	private readonly streams = new Map<string, Stream>();

	public apply(shortId: string, section: RecordsSection): void {
		this.replica.applySection(this.streamOf(shortId), section, this.clock, LATER);
	}

	public hear(messages: readonly Sent[]): this {
		for (const { author, section } of messages) this.apply(author.shortId, section);
		return this;
	}

	/** Takes the state of another copy, as a server that joins does: pages, then the word how far they are complete. */
	public join(other: Copy, roomBytes = 900): this {
		const snapshot = takeSnapshot(other.replica, [], roomBytes, LATER, 0.1);
		for (const body of snapshot.bodies) {
			const read = readSections(body, snapshot.baseStamp);
			assert(read, "a page can be read");
			for (const section of read.sections) {
				if (section.kind === "records") this.apply(section.stream!.shortId, section);
			}
		}
		for (const [shortId, stream] of other.streams) {
			const upTo = stream.givableUpTo();
			if (upTo > 0) this.streamOf(shortId).close(0, upTo);
		}
		return this;
	}

	/** Every register, removed ones included, and of every stream what is known of it. */
	public state(): string {
		const words = new Array<string>();
		for (const register of this.replica.sortedRegisters()) {
			const { key, value, stamp, withdrawn, version, reference, stream, partVersions } = register;
			const text =
				value === undefined ? `gone(${withdrawn! - PRESENT})` : `${string.sub(value, 1, 4)}${value.size()}`;
			const parts = partVersions ? partVersions.join(",") : "";
			words.push(`${key}=${text}@${stream.shortId} ${stamp - PRESENT} v${version} r${reference} [${parts}]`);
		}
		const names = new Array<string>();
		for (const [name] of this.streams) names.push(name);
		names.sort((left, right) => left < right);
		for (const name of names) {
			const { highest, digest, gaps } = this.streams.get(name)!;
			const missing = gaps.map(({ after, upTo }) => `${after}-${upTo}`);
			words.push(`${name} to ${highest} digest ${digest} missing ${missing.join(",")}`);
		}
		return words.join("\n");
	}

	/** What is visible, by key: "key=value@owner". */
	public view(): string {
		const words = new Array<string>();
		for (const register of this.replica.sortedRegisters()) {
			const shown = register.shown();
			if (shown !== undefined) words.push(`${register.key}=${shown}@${register.stream.shortId}`);
		}
		return words.join(" ");
	}

	private streamOf(shortId: string): Stream {
		let stream = this.streams.get(shortId);
		if (!stream) {
			stream = new Stream(shortId, 0);
			this.streams.set(shortId, stream);
		}
		return stream;
	}
}

export function expectSameState(left: Copy, right: Copy): void {
	const [here, there] = [left.state(), right.state()];
	if (here !== there) error(`states differ:\n${here}\n-- and --\n${there}`, 2);
}
