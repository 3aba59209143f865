import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { rangeOf } from "../replication/snapshot";
import { Stream } from "../replication/stream";
import { NackSection, RecordsSection, ShortId, VersionRange } from "../wire/frame";
import { OutgoingRecord, RecordsWriter } from "../wire/records-writer";
import { writeNack } from "../wire/section-writers";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { Sender } from "./sender";

/** A gap is not asked for before others' repeats had a chance to close it. */
const FIRST_REQUEST_SECONDS = { least: 0.8, most: 1.6 };
/** A message that others have heard may still be on its way here. */
const HEARSAY_SECONDS = 0.7;
/** An answer takes two deliveries; a request is repeated after that, ever more slowly. */
const REPEAT_SECONDS = 3;
const MOST_REPEAT_SECONDS = 15;
/** A gone server's last words are asked for so often. */
const LAST_WORDS_REQUESTS = 4;
/** The same request is not answered twice within this time. */
const LINGER_SECONDS = 1.5;
const MOST_RANGES = 20;
/** One answer is at most so many messages; what remains is asked for again. */
const MOST_ANSWER_MESSAGES = 16;

interface Pending {
	readonly stream: Stream;
	dueSeconds: number;
	requests: number;
	/** The stream is being compared record by record: what its owner does not list is dropped. */
	authoritative: boolean;
	/** Nothing of it is missing any more. */
	done: boolean;
}

/** Shared by all that miss nothing. */
const NOTHING_PENDING = table.freeze(new Array<Pending>()) as Pending[];

/** Asks for what is missing, and answers who asks. Repair is by state: what was overwritten since is simply absent. */
export class Repairer {
	private pending!: Pending[];
	private pendingByStream: Map<Stream, Pending> | undefined;
	private readonly requesting: Appointment;
	private served: Map<string, number> | undefined;
	private servedCount!: number;

	constructor(
		private readonly context: Context,
		private readonly sender: Sender,
		agenda: Agenda,
	) {
		this.requesting = agenda.add(() => this.request());
	}

	/** Makes sure that the gaps of a stream, if there are any, get closed. */
	public watch(stream: Stream, hearsay = false): void {
		const known = this.pendingByStream?.get(stream);
		if (stream.gaps.isEmpty()) {
			if (known) this.finish(known);
			return;
		}
		if (known) return;
		const spread = FIRST_REQUEST_SECONDS.most - FIRST_REQUEST_SECONDS.least;
		const patience = FIRST_REQUEST_SECONDS.least + (hearsay ? HEARSAY_SECONDS : 0);
		const dueSeconds = this.context.now() + patience + spread * this.context.platform.random();
		const pending = { stream, dueSeconds, requests: 0, authoritative: false, done: false };
		if (this.pending === NOTHING_PENDING) this.pending = [];
		this.pending.push(pending);
		(this.pendingByStream ??= new Map()).set(stream, pending);
		this.requesting.by(dueSeconds);
	}

	private finish(pending: Pending): void {
		pending.done = true;
		this.pendingByStream?.delete(pending.stream);
	}

	/** Asks a stream's owner for everything it has, which is versions up to `upTo`, and drops what it has not. */
	public audit(stream: Stream, upTo: number): void {
		const { replica, traffic } = this.context;
		traffic.resyncs += 1;
		// What lies above was never the owner's.
		if (stream.highest > upTo) replica.dropAbsent(stream, upTo, stream.highest, new Map());
		stream.reopen(upTo);
		this.watch(stream);
		const pending = this.pendingByStream?.get(stream);
		if (pending) pending.authoritative = true;
	}

	/** Whether an answer from the stream's owner is the whole truth about its range. */
	public isAudited(stream: Stream): boolean {
		return this.pendingByStream?.get(stream)?.authoritative ?? false;
	}

	private request(): void {
		const { context } = this;
		if (!context.isActive()) return;
		const now = context.now();
		const ranges = new Map<ShortId, VersionRange[]>();
		const targets = new Array<ShortId>();
		let dropped = 0;
		let nextSeconds = math.huge;
		const { hub } = context.regime;
		const castsMissing = hub !== undefined && !hub.log.casts.gaps.isEmpty();
		for (const pending of this.pending) {
			// A stream that was replaced, or forgotten, is nobody's any more. Few are due at a time: the others are not looked at.
			if (pending.dueSeconds <= now && !pending.done) {
				const { stream } = pending;
				if (stream.gaps.isEmpty() || context.findStream(stream) !== stream) this.finish(pending);
			}
			if (pending.done) {
				dropped += 1;
				continue;
			}
			// Missing casts, which are asked for as such, will bring it.
			if (castsMissing && pending.dueSeconds <= now) pending.dueSeconds = now + REPEAT_SECONDS;
			if (pending.dueSeconds <= now) {
				const target = this.target(pending);
				pending.requests += 1;
				pending.dueSeconds =
					now + math.min(REPEAT_SECONDS * 1.4 ** (pending.requests - 1), MOST_REPEAT_SECONDS);
				if (target === undefined) {
					sometimes("last words given up");
					pending.stream.giveUpGaps();
					continue;
				}
				let list = ranges.get(target);
				if (!list) {
					list = [];
					ranges.set(target, list);
					targets.push(target);
				}
				const { stream } = pending;
				for (const gap of stream.gaps) {
					if (list.size() >= MOST_RANGES) break;
					list.push({
						shortId: stream.shortId,
						incarnation: stream.incarnation,
						after: gap.after,
						upTo: gap.upTo,
						authoritative: pending.authoritative,
					});
				}
			}
			nextSeconds = math.min(nextSeconds, pending.dueSeconds);
		}
		if (dropped > 0) this.pending = this.pending.filter(({ done }) => !done);
		for (const target of targets) {
			context.traffic.repairsRequested += 1;
			this.sender.addressed.sendTo(target, "nack", [
				writeNack(ranges.get(target)!, this.sender.addressed.roomBytes()).text,
			]);
		}
		if (nextSeconds < math.huge) this.requesting.at(nextSeconds);
	}

	/** Whom to ask: the owner; when it does not answer, others in turn. Undefined: nobody is left to ask. */
	private target(pending: Pending): ShortId | undefined {
		const { membership } = this.context;
		const { stream } = pending;
		const members = membership.all();
		if (!stream.live) {
			const source = membership.departed(stream.shortId)?.source;
			if (pending.requests >= LAST_WORDS_REQUESTS) return undefined;
			if (pending.requests === 0 && source !== undefined) return source;
			return members[pending.requests % math.max(1, members.size())]?.shortId;
		}
		if (pending.authoritative || pending.requests % 3 < 2 || members.size() < 2) return stream.shortId;
		sometimes("a repair asked of another than the owner");
		const other = members[(pending.requests.idiv(3) + 1) % members.size()]!;
		return other.shortId;
	}

	public answer(nack: NackSection, requester: ShortId): void {
		for (const range of nack.ranges) {
			const stream = this.context.findStream(range);
			if (stream && !this.servedLately(range, requester)) this.answerRange(stream, range, requester);
		}
	}

	private servedLately(range: VersionRange, requester: ShortId): boolean {
		const now = this.context.now();
		const name = `${requester}${range.shortId}${range.incarnation}:${range.after}:${range.upTo}`;
		const served = (this.served ??= new Map());
		const last = served.get(name);
		if (last !== undefined && now - last < LINGER_SECONDS) {
			sometimes("the same request twice");
			return true;
		}
		if (last === undefined) this.servedCount += 1;
		if (this.servedCount > 200) {
			served.clear();
			this.servedCount = 1;
		}
		served.set(name, now);
		return false;
	}

	private answerRange(stream: Stream, range: VersionRange, requester: ShortId): void {
		const { context } = this;
		const own = stream === context.replica.own;
		const upTo = math.min(range.upTo, stream.highest);
		if (upTo <= range.after) return;
		const complete = own || stream.isWhole(range.after, upTo, context.now());
		const records = own ? context.sequencer.range(range.after, upTo) : rangeOf(stream, range.after, upTo);
		if (records.isEmpty() && !complete) return;
		if (!complete) sometimes("a repair answered in part");
		context.traffic.repairsServed += 1;
		this.sendRange(stream, range.after, upTo, complete, records, requester);
	}

	private sendRange(
		stream: Stream,
		after: number,
		upTo: number,
		complete: boolean,
		records: OutgoingRecord[],
		requester: ShortId,
	): void {
		const baseStamp = this.context.nowStamp();
		let index = 0;
		let from = after;
		for (const _ of $range(1, MOST_ANSWER_MESSAGES)) {
			const writer = new RecordsWriter(
				this.sender.addressed.roomBytes(),
				{ stream, after: from, upTo, complete, dense: false },
				baseStamp,
			);
			while (index < records.size() && writer.add(records[index]!)) index += 1;
			const last = index >= records.size();
			assert(last || writer.count() > 0, "any record fits into a message");
			const to = last ? upTo : records[index - 1]!.version;
			this.sender.addressed.sendTo(requester, "repair", [writer.finish(to)], baseStamp);
			if (last) return;
			sometimes("a repair of several messages");
			from = to;
		}
	}

	/** After a section of an audited stream came from its owner: what the range no longer has, this server drops. */
	public settleAudit(stream: Stream, section: RecordsSection): void {
		if (!section.complete || !this.isAudited(stream)) return;
		const kept = new Map<number, number>();
		for (const record of section.records) kept.set(record.version, record.reference);
		this.context.replica.dropAbsent(stream, section.after, section.upTo, kept);
	}
}

beginWith(Repairer, { pending: NOTHING_PENDING, servedCount: 0 });
