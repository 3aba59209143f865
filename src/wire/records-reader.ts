//!native
//!optimize 2
/** Reads a section of records. Hot: once per received record. */
import { COUNTER_LIMIT, KEY_BYTES_MOST, PARTS_MOST, POOL_NAME_BYTES_MOST } from "./bounds";
import { OwnerGonePolicy, RecordsSection, RelayedGroup, StreamName, WireRecord } from "./frame";
import {
	Form,
	FORM_STEP,
	GROUP_COUNT_MOST,
	GROUP_FLAGS,
	GroupFlag,
	HeadFlag,
	HEADS,
	PREFIX_BYTES,
	RecordsFlag,
} from "./layout";
import { Reader } from "./reader";

/** The least that a pool, and a record, can take. */
const POOL_BYTES_LEAST = 3;
const RECORD_BYTES_LEAST = 2;

const COUNTER_MOST = COUNTER_LIMIT - 1;

export function readStreamName(reader: Reader): StreamName {
	const shortId = reader.shortId();
	return { shortId, incarnation: reader.numberUpTo(COUNTER_MOST) };
}

function readPrefix(reader: Reader): StreamName {
	return { shortId: reader.digits(PREFIX_BYTES), incarnation: 0 };
}

/** What is in `reader` after a failure means nothing; the caller looks at `reader.failed`. */
export function readRecords(reader: Reader, baseStamp: number): RecordsSection {
	const flags = reader.digitUpTo(RecordsFlag.Foreign + RecordsFlag.Complete + RecordsFlag.Dense);
	const dense = bit32.btest(flags, RecordsFlag.Dense);
	const stream = bit32.btest(flags, RecordsFlag.Foreign) ? readStreamName(reader) : undefined;
	const after = reader.numberUpTo(COUNTER_MOST);
	const statedUpTo = dense ? COUNTER_MOST : after + reader.numberUpTo(COUNTER_MOST - after);

	const pools = readPools(reader);
	const count = reader.count(RECORD_BYTES_LEAST);
	const records = readRecordList(reader, baseStamp, { pools, after, statedUpTo, dense }, count);
	const last = records[records.size() - 1];
	return {
		kind: "records",
		stream,
		after,
		upTo: dense ? (last ? last.version : after) : statedUpTo,
		complete: bit32.btest(flags, RecordsFlag.Complete),
		records,
	};
}

/** Groups of records of several streams, which share their pools. */
export function readRelayed(reader: Reader, baseStamp: number): RelayedGroup[] {
	const pools = readPools(reader);
	const groups = new Array<RelayedGroup>();
	while (!reader.failed && !reader.done()) {
		const head = reader.digitUpTo(GROUP_COUNT_MOST * GROUP_FLAGS + GROUP_FLAGS - 1);
		const flags = head % GROUP_FLAGS;
		const dense = bit32.btest(flags, GroupFlag.Dense);
		const stream = bit32.btest(flags, GroupFlag.Prefix) ? readPrefix(reader) : readStreamName(reader);
		const after = reader.numberUpTo(COUNTER_MOST);
		const statedUpTo = dense ? COUNTER_MOST : after + reader.numberUpTo(COUNTER_MOST - after);
		let count = head.idiv(GROUP_FLAGS);
		if (count === 0) {
			count = reader.count(RECORD_BYTES_LEAST);
			// The shortest form is the only one.
			if (count > 0 && count <= GROUP_COUNT_MOST) reader.fail();
		}
		const records = readRecordList(reader, baseStamp, { pools, after, statedUpTo, dense }, count);
		if (reader.failed) break;
		const last = records[records.size() - 1];
		groups.push({
			stream,
			after,
			upTo: dense ? (last ? last.version : after) : statedUpTo,
			complete: bit32.btest(flags, GroupFlag.Complete),
			records,
		});
	}
	return groups;
}

interface Pools {
	readonly names: string[];
	readonly policies: OwnerGonePolicy[];
}

interface RecordList {
	readonly pools: Pools;
	readonly after: number;
	readonly statedUpTo: number;
	readonly dense: boolean;
}

function readPools(reader: Reader): Pools {
	const names = new Array<string>();
	const policies = new Array<OwnerGonePolicy>();
	for (const _ of $range(1, reader.count(POOL_BYTES_LEAST))) {
		names.push(reader.text(1, POOL_NAME_BYTES_MOST));
		policies.push(reader.flag() ? "adopt" : "remove");
	}
	return { names, policies };
}

function readRecordList(reader: Reader, baseStamp: number, list: RecordList, recordCount: number): WireRecord[] {
	const { pools, after, statedUpTo, dense } = list;
	const records = new Array<WireRecord>();
	let version = after;
	let stamp = baseStamp;
	// Of the last defining record.
	let lastReference = 0;
	let poolIndex = 0;
	for (const _ of $range(1, recordCount)) {
		const head = reader.digit();
		if (head >= HEADS) reader.fail();
		const form: Form = head.idiv(FORM_STEP);
		const delta = dense ? 1 : reader.number();
		version += delta;
		if (delta === 0 || version > statedUpTo) reader.fail();

		const takesNextReference = form === Form.ValueDefiningNext || form === Form.KeyDefiningNext;
		const reference = takesNextReference ? lastReference + 1 : reader.number();
		if (reference === 0 || reference > COUNTER_MOST) reader.fail();
		if (!bit32.btest(head, HeadFlag.SameStamp)) stamp = baseStamp - reader.numberUpTo(baseStamp);

		const samePool = bit32.btest(head, HeadFlag.SamePool);
		let pool: string | undefined;
		let policy: OwnerGonePolicy | undefined;
		let key: string | undefined;
		if (form === Form.Value || form === Form.Key || form === Form.Tombstone) {
			if (samePool) reader.fail();
		} else {
			if (!samePool) poolIndex = reader.number();
			pool = pools.names[poolIndex];
			policy = pools.policies[poolIndex];
			if (pool === undefined) reader.fail();
			key = reader.text(1, KEY_BYTES_MOST);
			lastReference = reference;
		}

		let value: string | undefined;
		let withdrawn: number | undefined;
		let partIndex: number | undefined;
		let partCount: number | undefined;
		if (form === Form.Tombstone || form === Form.TombstoneDefining) {
			withdrawn = stamp - reader.numberUpTo(stamp);
		} else if (form <= Form.ValueDefiningNext) {
			value = reader.text();
		} else if (form === Form.Part) {
			partIndex = reader.number();
			partCount = reader.numberUpTo(PARTS_MOST);
			if (partIndex >= partCount) reader.fail();
			value = reader.text();
		}
		// Before anything of a broken section is kept.
		if (reader.failed) break;
		const valueIsKey = form >= Form.Key && form <= Form.KeyDefiningNext;
		// Tables of up to eight fields take half of what those of more take, and most records need no more.
		records.push(
			withdrawn === undefined && partIndex === undefined
				? { version, reference, stamp, pool, policy, key, value, valueIsKey }
				: {
						version,
						reference,
						stamp,
						pool,
						policy,
						key,
						value,
						valueIsKey,
						withdrawn,
						partIndex,
						partCount,
					},
		);
	}
	return records;
}
