import { MemberEntry, RecordsSection, Section, ShortId, StreamName, WithdrawnEntry } from "../wire/frame";
import { writeHeard, writeMembers, writeWithdrawn } from "../wire/section-writers";
import { jsonBytes } from "../wire/text";
import { isGivable } from "./outgoing";
import { Register } from "./register";
import { Replica } from "./replica";
import { cutPages, givableRegisters, recordsByStream } from "./snapshot";
import { Stream } from "./stream";

/** With so few servers the difference says of each everything, floors included; of more only how far their streams go. */
const WHOLE_MEMBERS_MOST = 20;
const PLENTY = 10_000_000;

/** One server of the state, with its stream. */
export interface GivenMember {
	readonly entry: MemberEntry;
	readonly stream: Stream;
}

/** A record as the pages of a generation have it. */
interface GivenRecord {
	readonly register: Register;
	readonly stream: Stream;
	readonly version: number;
	/** Of a value in parts: the version of each. */
	readonly versions: ReadonlyArray<number> | undefined;
}

/**
 * The whole state, written down once, and afterwards only what has changed since: the difference is a statement of the state too, together with the pages.
 * It names what the pages have and the state has not any more, so it does not matter for how long removals are remembered. Pure.
 */
export class Generation {
	/** The sections of each page. */
	public readonly bodies: string[];
	private readonly members = new Map<ShortId, GivenMember>();
	private readonly given = new Array<GivenRecord>();
	private readonly byRegister = new Map<Register, GivenRecord>();

	constructor(
		replica: Replica,
		members: ReadonlyArray<GivenMember>,
		roomBytes: number,
		/** Every stamp in the pages is written relative to this one. */
		public readonly baseStamp: number,
	) {
		for (const member of members) this.members.set(member.entry.shortId, member);
		const registers = givableRegisters(replica);
		for (const register of registers) {
			const { stream, version, partVersions } = register;
			const record = { register, stream, version, versions: partVersions };
			this.given.push(record);
			this.byRegister.set(register, record);
		}
		this.bodies = cutPages(
			members.map(({ entry }) => entry),
			recordsByStream(registers),
			roomBytes,
			baseStamp,
		);
	}

	/** What is different now, as sections that begin with `head`; undefined if that takes more than `roomBytes`. */
	public difference(
		replica: Replica,
		members: ReadonlyArray<GivenMember>,
		roomBytes: number,
		baseStamp: number,
		head: string,
	): string | undefined {
		const whole = new Array<MemberEntry>();
		const heard = new Array<StreamName & { readonly upTo: number }>();
		const isFew = members.size() <= WHOLE_MEMBERS_MOST;
		const known = new Map<ShortId, Stream>();
		for (const { entry, stream } of members) {
			known.set(entry.shortId, stream);
			const former = this.members.get(entry.shortId);
			if (isFew || former?.stream !== stream || former.entry.state !== entry.state) whole.push(entry);
			else if (former.entry.applied !== entry.applied) heard.push({ ...entry, upTo: entry.applied });
		}
		const start =
			head +
			writeWithdrawn(this.withdrawn(known)) +
			(heard.isEmpty() ? "" : writeHeard(heard, PLENTY).text) +
			(whole.isEmpty() ? "" : writeMembers(whole, PLENTY, baseStamp).text);
		if (jsonBytes(start) > roomBytes) return undefined;
		const groups = recordsByStream(this.changed(replica));
		for (const { records } of groups) if (records.size() * 4 > roomBytes) return undefined;
		const bodies = cutPages([], groups, roomBytes, baseStamp, start);
		return bodies.size() > 1 ? undefined : (bodies[0] ?? "");
	}

	/** What the pages have and is nobody's any more, or somebody else's. */
	private withdrawn(known: ReadonlyMap<ShortId, Stream>): WithdrawnEntry[] {
		const gone = new Array<WithdrawnEntry>();
		const versions = new Map<Stream, number[]>();
		const streams = new Array<Stream>();
		for (const [shortId, { stream }] of this.members) {
			if (known.get(shortId) !== stream) gone.push({ ...nameOf(stream), versions: undefined });
		}
		gone.sort((left, right) => left.shortId < right.shortId);
		for (const record of this.given) {
			const { register, stream } = record;
			if ((!register.dropped && register.stream === stream) || known.get(stream.shortId) !== stream) continue;
			let list = versions.get(stream);
			if (!list) {
				list = [];
				versions.set(stream, list);
				streams.push(stream);
			}
			for (const version of record.versions ?? [record.version]) list.push(version);
		}
		for (const stream of streams) {
			const list = versions.get(stream)!;
			list.sort((left, right) => left < right);
			gone.push({ ...nameOf(stream), versions: list });
		}
		return gone;
	}

	/** What the pages do not have, or not as it is now; by pool and key. */
	private changed(replica: Replica): Register[] {
		const changed = new Array<Register>();
		for (const [, pool] of replica.pools) {
			for (const [, register] of pool.registers) {
				const former = this.byRegister.get(register);
				if (former && former.version === register.version && former.stream === register.stream) continue;
				if (isGiven(register, replica)) changed.push(register);
			}
		}
		changed.sort((left, right) =>
			left.pool === right.pool ? left.key < right.key : left.pool.name < right.pool.name,
		);
		return changed;
	}
}

function isGiven(register: Register, replica: Replica): boolean {
	if (register.version === 0) return false;
	return register.stream === replica.own || isGivable(register);
}

function nameOf({ shortId, incarnation }: Stream): StreamName {
	return { shortId, incarnation };
}

function keyOf({ shortId, incarnation }: StreamName): string {
	return `${shortId}${incarnation}`;
}

/** The state that pages and a difference are together, as sections that a snapshot could have. */
export function mergeState(pages: ReadonlyArray<Section>, difference: ReadonlyArray<Section>): Section[] {
	const goneStreams = new Set<string>();
	const goneVersions = new Map<string, Set<number>>();
	const applied = new Map<string, number>();
	const members = new Map<ShortId, MemberEntry>();
	const order = new Array<ShortId>();
	const merged = new Array<Section>();
	const list = (entry: MemberEntry): void => {
		if (!members.has(entry.shortId)) order.push(entry.shortId);
		members.set(entry.shortId, entry);
	};
	for (const section of difference) {
		if (section.kind === "heard") for (const entry of section.streams) applied.set(keyOf(entry), entry.upTo);
		if (section.kind === "cast") merged.push(section);
		if (section.kind !== "withdrawn") continue;
		for (const entry of section.streams) {
			if (!entry.versions) {
				goneStreams.add(keyOf(entry));
				continue;
			}
			const versions = goneVersions.get(keyOf(entry)) ?? new Set<number>();
			for (const version of entry.versions) versions.add(version);
			goneVersions.set(keyOf(entry), versions);
		}
	}
	for (const section of pages) {
		if (section.kind !== "members") continue;
		for (const entry of section.members) {
			const key = keyOf(entry);
			if (!goneStreams.has(key)) list({ ...entry, applied: applied.get(key) ?? entry.applied });
		}
	}
	for (const section of difference) {
		if (section.kind === "members") for (const entry of section.members) list(entry);
	}
	const listed = new Array<MemberEntry>();
	for (const shortId of order) listed.push(members.get(shortId)!);
	merged.push({ kind: "members", members: listed });
	for (const section of pages) {
		if (section.kind !== "records" || !section.stream || goneStreams.has(keyOf(section.stream))) continue;
		merged.push(without(section, goneVersions.get(keyOf(section.stream))));
	}
	for (const section of difference) if (section.kind === "records") merged.push(section);
	return merged;
}

function without(section: RecordsSection, versions: ReadonlySet<number> | undefined): RecordsSection {
	// What is not among the records may have been withdrawn: the section alone is not the whole truth about its range.
	const records = versions ? section.records.filter(({ version }) => !versions.has(version)) : section.records;
	return { ...section, complete: false, records };
}
