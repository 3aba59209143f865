import { COUNTER_LIMIT } from "../../../src/wire/bounds";
import {
	Departure,
	FrameHeader,
	Identity,
	MemberEntry,
	ShortId,
	StreamName,
	VersionRange,
	WireRecord,
} from "../../../src/wire/frame";
import { OutgoingRecord, OutgoingSection, RecordsWriter } from "../../../src/wire/records-writer";
import { shortIdOf } from "../../../src/wire/short-id";
import { Generator } from "../support/generators";

/** A Sunday in November 2025. */
export const BASE_STAMP = 1_763_870_000_000;
const COUNTER_MOST = COUNTER_LIMIT - 1;

export function anyShortId(generate: Generator): ShortId {
	return shortIdOf(`server ${generate.integer(1, 1_000)}`);
}

export function anyStream(generate: Generator): StreamName {
	return { shortId: anyShortId(generate), incarnation: generate.magnitude(COUNTER_MOST) };
}

/** Mostly within the last seconds, sometimes anything. */
export function anyStamp(generate: Generator): number {
	return BASE_STAMP - generate.magnitude(generate.oneIn(10) ? BASE_STAMP : 5_000);
}

export function anyHeader(generate: Generator): FrameHeader {
	return {
		addressee: generate.oneIn(2) ? anyShortId(generate) : undefined,
		sender: anyShortId(generate),
		incarnation: generate.magnitude(COUNTER_MOST),
		counter: generate.integer(0, 84),
		baseStamp: BASE_STAMP,
		unicasts: generate.magnitude(10_000),
	};
}

function anyServerId(generate: Generator): string {
	const guid = () => {
		const digits = string.format(
			"%08x%08x%08x%08x",
			generate.word(),
			generate.word(),
			generate.word(),
			generate.word(),
		);
		return string.gsub(digits, "^(........)(....)(....)(....)", "%1-%2-%3-%4-")[0];
	};
	const kind = generate.integer(1, 8);
	if (kind <= 2) return generate.text(1, 60);
	if (kind === 3) return "11111111-2222-4333-8444-555555555555";
	if (kind === 4) return string.upper(guid());
	// Nearly one.
	if (kind === 5) return `${string.sub(guid(), 1, 35)}G`;
	return guid();
}

export function anyIdentity(generate: Generator): Identity {
	return {
		serverId: anyServerId(generate),
		startedAtSeconds: generate.integer(1_700_000_000, 1_800_000_000),
		placeVersion: generate.magnitude(100_000),
	};
}

export function anyMember(generate: Generator): MemberEntry {
	const { serverId, startedAtSeconds, placeVersion } = anyIdentity(generate);
	return {
		shortId: shortIdOf(serverId),
		incarnation: generate.oneIn(2) ? 0 : generate.magnitude(COUNTER_MOST),
		serverId,
		startedAtSeconds,
		placeVersion,
		state: generate.pick(["live", "closed", "lost"] as const),
		applied: generate.magnitude(COUNTER_MOST),
		appliedFloor: anyStamp(generate),
	};
}

export function anyDeparture(generate: Generator): Departure {
	const { shortId, incarnation } = anyStream(generate);
	const reason = generate.pick(["closed", "lost"] as const);
	return { shortId, incarnation, reason, upTo: generate.magnitude(COUNTER_MOST) };
}

export function anyRange(generate: Generator): VersionRange {
	const { shortId, incarnation } = anyStream(generate);
	const upTo = generate.magnitude(COUNTER_MOST);
	return { shortId, incarnation, after: generate.integer(0, upTo), upTo, authoritative: generate.oneIn(2) };
}

export function listOf<T extends defined>(count: number, make: () => T): T[] {
	const made = new Array<T>();
	for (const _ of $range(1, count)) made.push(make());
	return made;
}

export interface SampleSection {
	readonly section: OutgoingSection;
	readonly records: ReadonlyArray<OutgoingRecord>;
}

/** A section of any shape, and up to `most` records that may be added to it. */
export function anySection(generate: Generator, most: number): SampleSection {
	const dense = generate.oneIn(2);
	const after = generate.magnitude(COUNTER_MOST - 100_000);
	const pools = ["Players", "Prices", generate.text(1, 50)];
	const records = new Array<OutgoingRecord>();
	let version = after;
	let stamp = anyStamp(generate);
	let reference = generate.magnitude(2_000);
	for (const _ of $range(1, generate.integer(0, most))) {
		version += dense ? 1 : generate.integer(1, generate.pick([1, 1, 3, 500]));
		if (!generate.oneIn(3)) stamp = anyStamp(generate);
		reference = generate.oneIn(2) ? reference + 1 : 1 + generate.magnitude(generate.pick([100, 2_000, 10 ** 9]));
		records.push(anyRecord(generate, version, stamp, reference, generate.pick(pools)));
	}
	return {
		section: {
			stream: generate.oneIn(2) ? anyStream(generate) : undefined,
			after,
			upTo: dense || generate.oneIn(2) ? undefined : version + generate.magnitude(1_000),
			complete: generate.oneIn(2),
			dense,
		},
		records,
	};
}

function anyRecord(
	generate: Generator,
	version: number,
	stamp: number,
	reference: number,
	pool: string,
): OutgoingRecord {
	const key = generate.text(1, generate.pick([5, 20, 20, 200]));
	const kind = generate.integer(1, 10);
	const isTombstone = kind === 1;
	const isPart = kind === 2;
	const partCount = generate.integer(1, 64);
	const value = kind <= 5 ? key : generate.text(0, generate.pick([3, 30, 30, 300]));
	return {
		version,
		reference,
		stamp,
		defining: generate.oneIn(2),
		pool,
		policy: generate.pick(["remove", "adopt"] as const),
		key,
		value: isTombstone ? undefined : value,
		withdrawn: isTombstone ? stamp - generate.magnitude(stamp) : undefined,
		partIndex: isPart ? generate.integer(0, partCount - 1) : undefined,
		partCount: isPart ? partCount : undefined,
	};
}

/** What a receiver makes of a record. The policy that counts is that of the pool's first record in the section. */
export function asReceived(record: OutgoingRecord, policies: Map<string, "remove" | "adopt">): WireRecord {
	const isPart = record.partIndex !== undefined;
	const defining = record.defining || isPart;
	if (defining && !policies.has(record.pool)) policies.set(record.pool, record.policy);
	const valueIsKey = record.value === record.key && !isPart;
	return {
		version: record.version,
		reference: record.reference,
		stamp: record.stamp,
		pool: defining ? record.pool : undefined,
		policy: defining ? policies.get(record.pool) : undefined,
		key: defining ? record.key : undefined,
		value: valueIsKey ? undefined : record.value,
		valueIsKey,
		withdrawn: record.withdrawn,
		partIndex: record.partIndex,
		partCount: record.partCount,
	};
}

/** A section's text with as many of the records as `roomBytes` takes. */
export function packed(sample: SampleSection, roomBytes: number): string {
	const writer = new RecordsWriter(roomBytes, sample.section, BASE_STAMP);
	for (const record of sample.records) if (!writer.add(record)) break;
	return writer.finish();
}
