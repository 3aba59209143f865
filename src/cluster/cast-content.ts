import { CastContent, StreamRange } from "../replication/cast-log";
import { rangeOf } from "../replication/snapshot";
import { Stream } from "../replication/stream";
import { MemberEntry, ShortId } from "../wire/frame";
import { OutgoingRecord, PoolTable, RecordsWriter } from "../wire/records-writer";
import { writeCover, writeMembers, writeRelayed } from "../wire/section-writers";
import { jsonBytes } from "../wire/text";
import { Context } from "./context";

/** A cover, and a relayed section without its pools and groups. */
const COVER_BYTES = 18;
const RELAYED_BYTES = 8;

/** Records of a stream as this server has them; all of a server's own. */
export function recordsOf(context: Context, stream: Stream, after: number, upTo: number): OutgoingRecord[] {
	return stream === context.replica.own ? context.sequencer.range(after, upTo) : rangeOf(stream, after, upTo);
}

/** Whether what this server has of a range is all there is: messages that were published before it had the state may still live elsewhere. */
export function hasAllOf(context: Context, { stream, after, upTo }: StreamRange): boolean {
	return stream === context.replica.own || stream.isWhole(after, upTo, context.now());
}

/** Servers that are members for less than this may not be known to all. */
const NEW_SECONDS = 90;

/** Who these servers are, as far as they live. */
export function introductions(context: Context, servers: ReadonlyArray<ShortId>): MemberEntry[] {
	const entries = new Array<MemberEntry>();
	for (const shortId of servers) {
		const member = context.membership.get(shortId);
		// Departures are said often enough by themselves.
		if (!member) continue;
		const { incarnation } = member.stream;
		entries.push({ shortId, incarnation, state: "live", applied: 0, appliedFloor: 0, ...member.identity });
	}
	return entries;
}

/** The servers that some casts named, and those whose records they brought that may not be known to all. */
export function serversIn(context: Context, { servers, ranges }: CastContent): ShortId[] {
	const named = [...servers];
	const since = context.now() - NEW_SECONDS;
	for (const { stream } of ranges) {
		const member = context.membership.get(stream.shortId);
		if (member && member.admittedAtSeconds > since && !named.includes(member.shortId)) named.push(member.shortId);
	}
	return named;
}

/** What some casts brought, as far as it is current, in up to `mostParts` messages of `roomBytes` each; undefined if it does not fit. */
export function writeCastContent(
	context: Context,
	casts: { readonly epoch: number; readonly after: number; readonly upTo: number },
	content: CastContent,
	roomBytes: number,
	mostParts: number,
	baseStamp: number,
	refer: (record: OutgoingRecord, stream: Stream) => OutgoingRecord = (record) => record,
	/** Whether streams are named by the beginnings of their short ids where that is enough. */
	byPrefix = false,
): string[] | undefined {
	const whole = roomBytes - COVER_BYTES - RELAYED_BYTES;
	const bodies = new Array<string>();
	let room = whole;
	let words = "";
	let pools = new PoolTable();
	let groups = new Array<string>();
	const turn = (): void => {
		bodies.push(words + (groups.isEmpty() ? "" : writeRelayed(pools, groups)));
		room = whole;
		words = "";
		pools = new PoolTable();
		groups = [];
	};
	let entries = introductions(context, content.servers);
	while (!entries.isEmpty()) {
		const { text, count } = writeMembers(entries, room, baseStamp);
		if (count < entries.size() && bodies.size() + 1 >= mostParts) return undefined;
		words = text;
		room -= jsonBytes(text);
		const rest = new Array<MemberEntry>();
		for (const index of $range(count, entries.size() - 1)) rest.push(entries[index]!);
		entries = rest;
		if (!entries.isEmpty()) turn();
	}
	for (const { stream, after, upTo } of content.ranges) {
		const records = recordsOf(context, stream, after, upTo);
		const isAll = hasAllOf(context, { stream, after, upTo });
		let from = after;
		let index = 0;
		while (true) {
			const writer = new RecordsWriter(
				math.max(0, room),
				{
					stream,
					after: from,
					upTo,
					complete: isAll,
					dense: false,
					byPrefix: byPrefix && context.goesByPrefix(stream),
				},
				baseStamp,
				pools,
			);
			while (index < records.size() && writer.add(refer(records[index]!, stream))) index += 1;
			const isLast = index >= records.size();
			const isRoomLeft = writer.bytes() <= room;
			if (isRoomLeft && (isLast || writer.count() > 0)) {
				const to = isLast ? upTo : records[index - 1]!.version;
				room -= writer.bytes();
				groups.push(writer.finish(to));
				context.traffic.recordsRepeated += writer.count();
				from = to;
				if (isLast) break;
			}
			if (bodies.size() + 1 >= mostParts) return undefined;
			assert(room < whole || writer.count() > 0, "any record fits into a message");
			turn();
		}
	}
	turn();
	const parts = bodies.size();
	return bodies.map((body, part) => writeCover({ ...casts, part, parts }) + body);
}
