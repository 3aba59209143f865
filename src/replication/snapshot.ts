import { sometimes } from "../diagnostics/situations";
import { MemberEntry } from "../wire/frame";
import { makeParity, recoverPages } from "../wire/parity";
import { OutgoingRecord, RecordsWriter } from "../wire/records-writer";
import { writeMembers } from "../wire/section-writers";
import { jsonBytes } from "../wire/text";
import { isGivable, outgoingAll } from "./outgoing";
import { Register } from "./register";
import { Replica } from "./replica";
import { isInPart, WHOLE } from "./state-parts";
import { Stream } from "./stream";

/** A parity page is over so many pages at most. */
const PAGES_OF_PARITY = 12;
/** What one digit can say. */
const MOST_PARITIES = 84;

/** A server's whole view, as the bodies of pages; any page can be read alone. */
export interface Snapshot {
	readonly bodies: string[];
	readonly parities: string[];
	/** Every stamp in the pages is written relative to this one. */
	readonly baseStamp: number;
}

/** The records of one stream, ascending by version. */
export interface StreamRecords {
	readonly stream: Stream;
	readonly records: OutgoingRecord[];
}

/** Cuts everything that was sent or received, or the part of it, into pages of at most `roomBytes`. `loss` is the share of messages that get lost, 0 to 1. */
export function takeSnapshot(
	replica: Replica,
	members: MemberEntry[],
	roomBytes: number,
	baseStamp: number,
	loss: number,
	/** Sections that the first page begins with. */
	head = "",
	part = WHOLE,
): Snapshot {
	const entries = members.filter(({ shortId }) => isInPart(shortId, part));
	const groups = recordsByStream(givableRegisters(replica)).filter(({ stream }) => isInPart(stream.shortId, part));
	const bodies = cutPages(entries, groups, roomBytes, baseStamp, head);
	return { bodies, parities: makeParity(bodies, parityCount(bodies.size(), loss)), baseStamp };
}

/** Sections with these members and records, cut into pages of at most `roomBytes`; the first begins with `head`. */
export function cutPages(
	members: MemberEntry[],
	groups: ReadonlyArray<StreamRecords>,
	roomBytes: number,
	baseStamp: number,
	head = "",
): string[] {
	const bodies = new Array<string>();
	let body = head;
	let room = roomBytes - jsonBytes(head);
	const turnPage = () => {
		if (body !== "") bodies.push(body);
		body = "";
		room = roomBytes;
	};
	let written = 0;
	while (written < members.size()) {
		const rest = new Array<MemberEntry>();
		for (const index of $range(written, members.size() - 1)) rest.push(members[index]!);
		const section = writeMembers(rest, room, baseStamp);
		if (section.count === 0) {
			assert(room < roomBytes, "a member entry does not fit a page");
			turnPage();
			continue;
		}
		body += section.text;
		room -= jsonBytes(section.text);
		written += section.count;
	}
	for (const { stream, records } of groups) {
		let writer: RecordsWriter | undefined;
		let previous = 0;
		for (const record of records) {
			for (const attempt of [1, 2]) {
				if (!writer) {
					writer = new RecordsWriter(
						room,
						{
							stream,
							after: previous,
							upTo: records[records.size() - 1]!.version,
							complete: false,
							dense: false,
						},
						baseStamp,
					);
				}
				if (writer.add(record)) break;
				assert(attempt === 1, "a record does not fit a page");
				if (writer.count() > 0) body += writer.finish();
				writer = undefined;
				turnPage();
			}
			previous = record.version;
		}
		if (writer && writer.count() > 0) {
			room -= writer.bytes();
			body += writer.finish();
		}
	}
	turnPage();
	return bodies;
}

/** One parity page repairs one lost page: of few, or where much is lost of fewer, since two that are lost of a group have to be asked for. */
function parityCount(pages: number, loss: number): number {
	const least = pages < 3 || (pages <= 16 && loss < 0.02) ? 1 : 2;
	return math.clamp(math.ceil(pages / PAGES_OF_PARITY), least, MOST_PARITIES);
}

/** Everything that can be given to another server, by pool and key. */
export function givableRegisters(replica: Replica): Register[] {
	const registers = new Array<Register>();
	for (const register of replica.sortedRegisters()) {
		if (register.version !== 0 && (register.stream === replica.own || isGivable(register)))
			registers.push(register);
	}
	return registers;
}

/** What states these registers in their owners' streams; streams in the order in which they first occur. */
export function recordsByStream(registers: ReadonlyArray<Register>): StreamRecords[] {
	const byStream = new Map<Stream, OutgoingRecord[]>();
	const groups = new Array<StreamRecords>();
	for (const register of registers) {
		let records = byStream.get(register.stream);
		if (!records) {
			records = [];
			byStream.set(register.stream, records);
			groups.push({ stream: register.stream, records });
		}
		for (const record of outgoingAll(register)) records.push(record);
	}
	return groups.map((group) => ({ ...group, records: inOrder(group.records) }));
}

/** The records of one stream with a version in (after, upTo] as far as this server has them, ascending. */
export function rangeOf(stream: Stream, after: number, upTo: number): OutgoingRecord[] {
	const records = new Array<OutgoingRecord>();
	for (const [, register] of stream.references) {
		if (register.version === 0 || (register.version <= after && !register.partVersions)) continue;
		if (!isGivable(register)) continue;
		for (const record of outgoingAll(register)) {
			if (record.version > after && record.version <= upTo) records.push(record);
		}
	}
	return inOrder(records);
}

/** Ascending, each version once: until a forged record is found out, a true one may have the same. */
function inOrder(records: OutgoingRecord[]): OutgoingRecord[] {
	records.sort((left, right) =>
		left.version === right.version ? left.reference < right.reference : left.version < right.version,
	);
	let previous = 0;
	return records.filter(({ version }) => {
		const isFirst = version !== previous;
		if (!isFirst) sometimes("two records of one version");
		previous = version;
		return isFirst;
	});
}

/** Collects the pages of one snapshot, in any order, with losses made good by parity. */
export class PageCollector {
	private readonly bodies = new Map<number, string>();
	private readonly parityTexts = new Map<number, string>();
	private pages = 0;
	private parities = 0;
	private arrived = 0;
	public baseStamp = 0;

	constructor(public readonly nonce: number) {}

	public started(): boolean {
		return this.pages > 0;
	}

	/**
	 * Takes a page's body, or for an index from `pages` on the parity text of a group. Pages of two snapshots do not mix:
	 * whoever answers again has taken a new one, and the newer one counts. Returns whether the page belongs to it.
	 */
	public add(index: number, pages: number, parities: number, baseStamp: number, text: string): boolean {
		if (this.pages === 0 || baseStamp > this.baseStamp) {
			if (this.pages > 0) sometimes("a newer snapshot amid an older one");
			this.pages = pages;
			this.parities = parities;
			this.baseStamp = baseStamp;
			this.bodies.clear();
			this.parityTexts.clear();
			this.arrived = 0;
		}
		if (pages !== this.pages || parities !== this.parities || baseStamp !== this.baseStamp) return false;
		if (index >= pages) this.parityTexts.set(index - pages, text);
		else this.hold(index, text);
		const missing = this.pages - this.arrived;
		if (missing === 0 || missing > this.parities) return true;
		for (const [recoveredIndex, body] of recoverPages(pages, parities, this.bodies, this.parityTexts)) {
			sometimes("a page repaired by parity");
			this.hold(recoveredIndex, body);
		}
		return true;
	}

	private hold(index: number, body: string): void {
		if (this.bodies.has(index)) return;
		assert(index < this.pages, "no page is beyond the last");
		this.bodies.set(index, body);
		this.arrived += 1;
	}

	public held(): number[] {
		const held = new Array<number>();
		for (const index of $range(0, this.pages - 1)) if (this.bodies.has(index)) held.push(index);
		return held;
	}

	public isComplete(): boolean {
		return this.pages > 0 && this.arrived === this.pages;
	}

	/** All pages in order, once they are there. */
	public finished(): string[] | undefined {
		if (!this.isComplete()) return undefined;
		const bodies = new Array<string>();
		for (const index of $range(0, this.pages - 1)) bodies.push(this.bodies.get(index)!);
		return bodies;
	}
}
