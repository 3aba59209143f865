//!native
//!optimize 2
/** Packs records into a section. Hot: once per record sent, and once more per record that did not fit. */
import { DIGITS, encodeNumber, numberBytes } from "./base85";
import { OwnerGonePolicy, StreamName } from "./frame";
import {
	Form,
	FORM_STEP,
	GROUP_COUNT_MOST,
	GROUP_FLAGS,
	GroupFlag,
	HeadFlag,
	Kind,
	PREFIX_BYTES,
	RecordsFlag,
} from "./layout";
import { jsonBytes, toWire } from "./text";

export interface OutgoingRecord {
	readonly version: number;
	readonly reference: number;
	readonly stamp: number;
	/** Whether pool and key go with it, for receivers that do not know the reference yet. Parts always define. */
	readonly defining: boolean;
	readonly pool: string;
	readonly policy: OwnerGonePolicy;
	readonly key: string;
	/** The value, or the text of this part; undefined for a tombstone. */
	readonly value: string | undefined;
	/** For a tombstone: the stamp of the value it withdraws. */
	readonly withdrawn?: number | undefined;
	readonly partIndex?: number | undefined;
	readonly partCount?: number | undefined;
	/** `toWire` of the value and of the key, for callers that keep them. */
	readonly wireValue?: string | undefined;
	readonly wireKey?: string | undefined;
}

export interface OutgoingSection {
	/** Undefined: the sender's own stream. */
	readonly stream: StreamName | undefined;
	readonly after: number;
	/** The range's end; if undefined, the last record's version. Without meaning in a dense section. */
	readonly upTo?: number | undefined;
	/** Every current record of the stream with a version in (after, upTo] is going to be added. */
	readonly complete: boolean;
	/** In a group: whether the first characters of the short id name the stream, and its incarnation is 0. */
	readonly byPrefix?: boolean;
	/** The records added have the versions after + 1, after + 2, and so on. */
	readonly dense: boolean;
}

/** The pools that records of one section are in. Several groups of records may share it. */
export class PoolTable {
	private readonly indices = new Map<string, number>();
	private readonly texts = new Array<string>();
	/** Characters of all entries, and how many more they are once JSON has escaped them. */
	public bytes = 0;
	public escapeBytes = 0;

	public indexOf(pool: string): number | undefined {
		return this.indices.get(pool);
	}

	public count(): number {
		return this.texts.size();
	}

	/** What an entry for this pool would be. */
	public static entryText(pool: string, policy: OwnerGonePolicy): string {
		const wirePool = toWire(pool);
		return encodeNumber(wirePool.size()) + wirePool + DIGITS[policy === "adopt" ? 1 : 0]!;
	}

	public add(pool: string, entryText: string): void {
		this.indices.set(pool, this.texts.size());
		this.texts.push(entryText);
		this.bytes += entryText.size();
		this.escapeBytes += jsonBytes(entryText) - entryText.size();
	}

	public text(): string {
		return encodeNumber(this.texts.size()) + this.texts.join("");
	}
}

export class RecordsWriter {
	private readonly dense: boolean;
	private readonly flags: number;
	/** From the name of the stream up to the end of the range, or the end itself where that is not known yet. */
	private readonly start: string;
	private readonly after: number;
	private readonly statedUpTo: number | undefined;

	private readonly pieces = new Array<string>();
	private recordCount = 0;
	/** Characters of records, and how many more they are once JSON has escaped them. */
	private contentBytes = 0;
	private escapeBytes = 0;

	private lastVersion: number;
	private lastStamp: number;
	private lastReference = 0;
	private lastPoolIndex = 0;

	private readonly pools: PoolTable;
	/** What the pools took before. */
	private readonly formerPoolBytes: number;
	private readonly formerPoolEscapes: number;

	/**
	 * @param roomBytes - what the whole section may take of a message.
	 * @param sharedPools - the pools of the section that this is a group of; undefined for a section of its own.
	 */
	constructor(
		private readonly roomBytes: number,
		section: OutgoingSection,
		private readonly baseStamp: number,
		private readonly sharedPools?: PoolTable,
	) {
		this.pools = sharedPools ?? new PoolTable();
		this.formerPoolBytes = this.pools.bytes;
		this.formerPoolEscapes = this.pools.escapeBytes;
		const { stream, after, dense } = section;
		const { complete, byPrefix } = section;
		if (sharedPools) {
			this.flags =
				(dense ? GroupFlag.Dense : 0) + (complete ? GroupFlag.Complete : 0) + (byPrefix ? GroupFlag.Prefix : 0);
		} else {
			this.flags =
				(dense ? RecordsFlag.Dense : 0) +
				(complete ? RecordsFlag.Complete : 0) +
				(stream ? RecordsFlag.Foreign : 0);
		}
		assert(!byPrefix || stream?.incarnation === 0, "only first incarnations go by the beginning of their names");
		this.start = (stream ? nameText(stream, byPrefix === true) : "") + encodeNumber(after);
		this.dense = dense;
		this.after = after;
		this.statedUpTo = section.upTo;
		this.lastVersion = after;
		this.lastStamp = baseStamp;
	}

	/** Adds a record, in ascending order of version. False: it does not fit, and nothing changed. */
	public add(record: OutgoingRecord): boolean {
		const { version, reference, stamp, key, value, withdrawn, partIndex } = record;
		if (version <= this.lastVersion || (this.dense && version !== this.lastVersion + 1)) {
			error(`version ${version} does not follow ${this.lastVersion}`);
		}
		if (stamp > this.baseStamp) error(`stamp ${stamp} is above the base stamp ${this.baseStamp}`);

		const isPart = partIndex !== undefined;
		const defining = isPart || record.defining;
		const isNext = defining && reference === this.lastReference + 1;
		let form: Form;
		if (isPart) form = Form.Part;
		else if (value === undefined) form = defining ? Form.TombstoneDefining : Form.Tombstone;
		else {
			form = value === key ? Form.Key : Form.Value;
			if (defining) form += isNext ? 2 : 1;
		}

		let head = form * FORM_STEP;
		let fields = this.dense ? "" : encodeNumber(version - this.lastVersion);
		if (!isNext || form >= Form.Tombstone) fields += encodeNumber(reference);
		if (stamp === this.lastStamp) head += HeadFlag.SameStamp;
		else fields += encodeNumber(this.baseStamp - stamp);

		let poolCount = this.pools.count();
		let poolIndex = this.lastPoolIndex;
		let poolText = "";
		let wireKey = "";
		let escapeBytes = this.escapeBytes;
		if (defining) {
			const knownIndex = this.pools.indexOf(record.pool);
			poolIndex = knownIndex ?? poolCount;
			if (knownIndex === undefined) {
				poolText = PoolTable.entryText(record.pool, record.policy);
				poolCount += 1;
			}
			if (poolIndex === this.lastPoolIndex) head += HeadFlag.SamePool;
			else fields += encodeNumber(poolIndex);
			wireKey = record.wireKey ?? toWire(key);
			fields += encodeNumber(wireKey.size());
			escapeBytes += jsonBytes(wireKey) - wireKey.size();
		}

		let tail = "";
		let wireValue = "";
		if (value === undefined) {
			tail = encodeNumber(stamp - withdrawn!);
		} else if (isPart || value !== key) {
			wireValue = record.wireValue ?? toWire(value);
			tail = encodeNumber(wireValue.size());
			if (isPart) tail = encodeNumber(partIndex) + encodeNumber(record.partCount!) + tail;
			escapeBytes += jsonBytes(wireValue) - wireValue.size();
		}

		const contentBytes = this.contentBytes + 1 + fields.size() + wireKey.size() + tail.size() + wireValue.size();
		const recordCount = this.recordCount + 1;
		const poolBytes = this.poolBytes() + poolText.size();
		const poolEscapes = this.poolEscapes() + (poolText === "" ? 0 : jsonBytes(poolText) - poolText.size());
		const bytes = this.sectionBytes(version, poolCount, recordCount, contentBytes + poolBytes);
		if (bytes + escapeBytes + poolEscapes > this.roomBytes) return false;

		if (poolText !== "") this.pools.add(record.pool, poolText);
		this.pieces.push(DIGITS[head]! + fields + wireKey + tail + wireValue);
		this.recordCount = recordCount;
		this.contentBytes = contentBytes;
		this.escapeBytes = escapeBytes;
		this.lastVersion = version;
		this.lastStamp = stamp;
		if (defining) {
			this.lastReference = reference;
			this.lastPoolIndex = poolIndex;
		}
		return true;
	}

	/** Records added. */
	public count(): number {
		return this.recordCount;
	}

	/** What the section as it is takes of a message: exact, JSON's escapes included. */
	public bytes(): number {
		const contentBytes = this.contentBytes + this.poolBytes();
		const bytes = this.sectionBytes(this.lastVersion, this.pools.count(), this.recordCount, contentBytes);
		return bytes + this.escapeBytes + this.poolEscapes();
	}

	/**
	 * The section. A complete section for which the room ended early says with `upTo` how far it is complete;
	 * not further than it was announced, not less than the last record added.
	 */
	public finish(upTo = this.statedUpTo ?? this.lastVersion): string {
		if (upTo < this.lastVersion || upTo > (this.statedUpTo ?? this.lastVersion)) {
			error(`a section of ${this.after} to ${this.lastVersion} cannot end at ${upTo}`);
		}
		const range = this.start + (this.dense ? "" : encodeNumber(upTo - this.after));
		if (this.sharedPools) {
			const inHead = isCountInHead(this.recordCount);
			const head = DIGITS[this.flags + (inHead ? this.recordCount * GROUP_FLAGS : 0)]!;
			return head + range + (inHead ? "" : encodeNumber(this.recordCount)) + this.pieces.join("");
		}
		const body =
			DIGITS[this.flags]! + range + this.pools.text() + encodeNumber(this.recordCount) + this.pieces.join("");
		return DIGITS[Kind.Records]! + encodeNumber(body.size()) + body;
	}

	/** Characters of the pools that this writer has added. */
	private poolBytes(): number {
		return this.pools.bytes - this.formerPoolBytes;
	}

	/** How many more they are once JSON has escaped them. */
	private poolEscapes(): number {
		return this.pools.escapeBytes - this.formerPoolEscapes;
	}

	/** Characters of a section, or of a group, with such content. */
	private sectionBytes(lastVersion: number, poolCount: number, recordCount: number, contentBytes: number): number {
		let bodyBytes = 1 + this.start.size() + contentBytes;
		if (!this.dense) bodyBytes += numberBytes((this.statedUpTo ?? lastVersion) - this.after);
		if (this.sharedPools) return bodyBytes + (isCountInHead(recordCount) ? 0 : numberBytes(recordCount));
		bodyBytes += numberBytes(recordCount) + numberBytes(poolCount);
		return 1 + numberBytes(bodyBytes) + bodyBytes;
	}
}

function nameText({ shortId, incarnation }: StreamName, byPrefix: boolean): string {
	return byPrefix ? string.sub(shortId, 1, PREFIX_BYTES) : shortId + encodeNumber(incarnation);
}

/** Whether a group's head digit has room for the number of its records. */
function isCountInHead(recordCount: number): boolean {
	return recordCount > 0 && recordCount <= GROUP_COUNT_MOST;
}
