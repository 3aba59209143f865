import { cutParts } from "../wire/fragment";
import { MESSAGE_BYTES } from "../wire/frame-writer";
import { OutgoingRecord } from "../wire/records-writer";
import { jsonBytes, toWire } from "../wire/text";
import { Register } from "./register";

/** What a message with one part needs besides the part, key and pool, a hub's broadcast too: header, section heads, numbers, all of the largest kind. */
const PART_OVERHEAD_BYTES = 250;
/** However its bytes are written, such a value fits into a message, with any key and pool. */
const SMALL_VALUE_BYTES = 150;

/** A register's record, as a message carries it. */
export function outgoing(register: Register, version: number, reference: number, defining: boolean): OutgoingRecord {
	return {
		version,
		reference,
		stamp: register.stamp,
		defining,
		pool: register.pool.name,
		policy: register.pool.policy,
		key: register.key,
		value: register.value,
		withdrawn: register.withdrawn,
	};
}

/** How many bytes of value one part has; the same on every server, so that anybody can repair a part. */
function partBytes(register: Register): number {
	return (
		MESSAGE_BYTES - PART_OVERHEAD_BYTES - jsonBytes(toWire(register.key)) - jsonBytes(toWire(register.pool.name))
	);
}

/** Whether a register's value is too large for one message. */
export function needsParts(register: Register): boolean {
	const value = register.value;
	if (value === undefined || value.size() < SMALL_VALUE_BYTES) return false;
	return jsonBytes(toWire(value)) > partBytes(register);
}

/** The parts of a value that is too large for one message. */
export function partsOf(register: Register): string[] {
	return cutParts(register.value!, partBytes(register));
}

/** One part's record. */
export function outgoingPart(
	register: Register,
	partIndex: number,
	version: number,
	parts = partsOf(register),
	reference = register.reference,
): OutgoingRecord {
	return {
		version,
		reference,
		stamp: register.stamp,
		defining: true,
		pool: register.pool.name,
		policy: register.pool.policy,
		key: register.key,
		value: parts[partIndex],
		withdrawn: undefined,
		partIndex,
		partCount: parts.size(),
	};
}

/**
 * Whether a record of another server can be given on as that one said it. Not if it was said in more, fewer or larger pieces than this version would:
 * by a later version, or by somebody who means no good.
 */
export function isGivable(register: Register): boolean {
	const versions = register.partVersions;
	if (!versions) return !needsParts(register);
	return needsParts(register) && partsOf(register).size() === versions.size();
}

/** Everything that states a register in its owner's stream: one record, or its parts, ascending by version. */
export function outgoingAll(register: Register): OutgoingRecord[] {
	const versions = register.partVersions;
	if (!versions) return [outgoing(register, register.version, register.reference, true)];
	const parts = partsOf(register);
	// While an own value is being sent, only its first parts have versions.
	return versions.map((version, index) => outgoingPart(register, index, version, parts));
}
