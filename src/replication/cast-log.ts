import { CoverSection, ShortId } from "../wire/frame";
import { CastSums } from "./cast-sums";
import { Stream } from "./stream";

/** What is remembered of casts, so that anybody can repair them; older ones are repaired by other means. */
const KEPT_SECONDS = 120;
const MOST_ENTRIES = 4000;
/** Answers in parts of which some are missing. */
const MOST_PARTIAL = 40;

/** What some casts brought: a range of one stream, or word of a server. */
interface Entry {
	/** It came in one of the casts `after < seq <= upTo`. */
	readonly after: number;
	readonly upTo: number;
	readonly atSeconds: number;
	/** Undefined for word of a server: that it lives, or how it left. */
	readonly stream: Stream | undefined;
	readonly from: number;
	readonly to: number;
	readonly shortId: ShortId;
}

/** A range of one stream. */
export interface StreamRange {
	readonly stream: Stream;
	readonly after: number;
	readonly upTo: number;
}

/** What casts brought, as state: each stream once. */
export interface CastContent {
	readonly ranges: StreamRange[];
	readonly servers: ShortId[];
}

/**
 * The numbered broadcasts of one hub, as far as this server has them, and what they brought: ranges of streams, and word of servers.
 * A cast is repaired by state, like everything: what is current of those ranges. Pure.
 */
export class CastLog {
	/** Which casts have been received; its applied floor is the hub's, as far as it holds here. */
	public readonly casts: Stream;
	/** What casts brought that did not come, computed from others. */
	public readonly sums = new CastSums();
	private entries = new Array<Entry>();
	/** Of answers in several parts: which are missing, one bit each, by answer. */
	private readonly partial = new Map<string, number>();
	/** Entries up to this cast have been forgotten. */
	private forgottenUpTo = 0;

	constructor(
		public readonly hubId: ShortId,
		public readonly epoch: number,
	) {
		this.casts = new Stream(hubId, epoch);
	}

	/** The casts `after < seq <= upTo` brought this range. */
	public noteRange(after: number, upTo: number, range: StreamRange, nowSeconds: number): void {
		this.push({
			after,
			upTo,
			atSeconds: nowSeconds,
			stream: range.stream,
			from: range.after,
			to: range.upTo,
			shortId: range.stream.shortId,
		});
	}

	/** The casts `after < seq <= upTo` brought word of a server. */
	public noteServer(after: number, upTo: number, shortId: ShortId, nowSeconds: number): void {
		this.push({ after, upTo, atSeconds: nowSeconds, stream: undefined, from: 0, to: 0, shortId });
	}

	/** This was part of what the casts `after < seq <= upTo` brought; with the last part of the same answer they are here: another answer may be cut elsewhere. */
	public noteCover({ after, upTo, part, parts }: Omit<CoverSection, "kind">, answer: string): void {
		if (parts > 1) {
			const name = `${answer} ${after} ${upTo} ${parts}`;
			const missing = this.partial.get(name) ?? bit32.lshift(1, parts) - 1;
			const left = bit32.band(missing, bit32.bnot(bit32.lshift(1, part)));
			if (left !== 0) {
				if (this.partial.size() >= MOST_PARTIAL) this.partial.clear();
				this.partial.set(name, left);
				return;
			}
			this.partial.delete(name);
		}
		this.casts.close(after, upTo);
	}

	/** What casts up to this one brought is here by other means, or never will be: this server cannot repair them. */
	public skip(upTo: number): void {
		this.casts.close(0, upTo);
		this.forgottenUpTo = math.max(this.forgottenUpTo, upTo);
	}

	/** What the casts `after < seq <= upTo` brought; undefined if some of that has been forgotten, or never came. */
	public content(after: number, upTo: number): CastContent | undefined {
		if (after < this.forgottenUpTo || upTo > this.casts.highest) return undefined;
		for (const gap of this.casts.gaps) if (gap.after < upTo && gap.upTo > after) return undefined;
		const merged = new Map<Stream, { from: number; to: number }>();
		const streams = new Array<Stream>();
		const servers = new Array<ShortId>();
		const named = new Set<ShortId>();
		for (const entry of this.entries) {
			if (entry.after >= upTo || entry.upTo <= after) continue;
			if (!entry.stream) {
				if (!named.has(entry.shortId)) servers.push(entry.shortId);
				named.add(entry.shortId);
				continue;
			}
			const known = merged.get(entry.stream);
			if (known) {
				known.from = math.min(known.from, entry.from);
				known.to = math.max(known.to, entry.to);
			} else {
				merged.set(entry.stream, { from: entry.from, to: entry.to });
				streams.push(entry.stream);
			}
		}
		const ranges = streams.map((stream) => {
			const { from, to } = merged.get(stream)!;
			return { stream, after: from, upTo: to };
		});
		return { ranges, servers };
	}

	/** Up to which cast everything is here that can be given on: not the parts of a value that others are missing of. */
	public givableUpTo(): number {
		let upTo = this.casts.watermark();
		for (const { stream, to, after } of this.entries) {
			if (stream?.live && after < upTo && to > stream.givableUpTo()) upTo = after;
		}
		return upTo;
	}

	/** The ranges that were cast within the last seconds: a new hub casts them once more. */
	public since(atSeconds: number): StreamRange[] {
		const ranges = new Array<StreamRange>();
		for (const { stream, from, to, atSeconds: at } of this.entries) {
			if (stream && at >= atSeconds) ranges.push({ stream, after: from, upTo: to });
		}
		return ranges;
	}

	private push(entry: Entry): void {
		this.entries.push(entry);
		const first = this.entries[0]!;
		const tooMany = this.entries.size() > MOST_ENTRIES;
		if (!tooMany && entry.atSeconds - first.atSeconds < 2 * KEPT_SECONDS) return;
		const kept = new Array<Entry>();
		const from = tooMany ? MOST_ENTRIES.idiv(2) : 0;
		this.entries.forEach((known, index) => {
			if (index >= from && entry.atSeconds - known.atSeconds < KEPT_SECONDS) kept.push(known);
			else this.forgottenUpTo = math.max(this.forgottenUpTo, known.upTo);
		});
		this.entries = kept;
	}
}
