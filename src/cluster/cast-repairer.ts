import { rangeOf } from "../replication/snapshot";
import { CastNackSection, CastRange, MemberEntry, ShortId } from "../wire/frame";
import { PoolTable, RecordsWriter } from "../wire/records-writer";
import { writeCast, writeCastNack, writeMembers, writeRelayed } from "../wire/section-writers";
import { jsonBytes } from "../wire/text";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { Hub } from "./regime";
import { Sender } from "./sender";

/** The next casts repeat what the ones before brought: a gap is asked for only when that has not closed it. */
const FIRST_REQUEST_SECONDS = { least: 1.8, most: 3.4 };
const REPEAT_SECONDS = 3;
const MOST_REPEAT_SECONDS = 15;
/** After so many requests what is missing is left to comparisons. */
const MOST_REQUESTS = 12;
const MOST_RANGES = 20;
/** One answer is at most so many messages. */
const MOST_ANSWERS = 12;
/** The head of an answer, and of its sections. */
const HEAD_BYTES = 80;

/** Asks for casts that did not arrive, and answers who asks: any server can, that has them. */
export class CastRepairer {
	private readonly requesting: Appointment;
	private requests = 0;
	private hub: Hub | undefined;

	constructor(
		private readonly context: Context,
		private readonly sender: Sender,
		agenda: Agenda,
	) {
		this.requesting = agenda.add(() => this.request());
	}

	/** Makes sure that missing casts are asked for. */
	public watch(hub: Hub): void {
		if (this.hub !== hub) {
			this.hub = hub;
			this.requests = 0;
		}
		if (hub.log.casts.gaps.isEmpty()) {
			this.requests = 0;
			this.requesting.clear();
			return;
		}
		if (this.requests > 0) return;
		const spread = FIRST_REQUEST_SECONDS.most - FIRST_REQUEST_SECONDS.least;
		this.requesting.by(this.context.now() + FIRST_REQUEST_SECONDS.least + spread * this.context.platform.random());
	}

	private request(): void {
		const { context, hub } = this;
		if (!hub || context.regime.hub !== hub || !context.isActive() || context.regime.role() !== "leaf") return;
		const { gaps } = hub.log.casts;
		if (gaps.isEmpty()) return;
		const target = this.target(hub);
		this.requests += 1;
		if (target === undefined || this.requests > MOST_REQUESTS) {
			// Nobody has them: what they brought differs from what streams stand at, and is found so.
			hub.log.casts.close(0, hub.log.casts.highest);
			this.requests = 0;
			return;
		}
		const ranges = new Array<CastRange>();
		for (const { after, upTo } of gaps) if (ranges.size() < MOST_RANGES) ranges.push({ after, upTo });
		context.traffic.repairsRequested += 1;
		this.sender.sendTo(target, "nack", [writeCastNack(hub.epoch, ranges, this.sender.addressedRoomBytes()).text]);
		const wait = math.min(REPEAT_SECONDS * 1.3 ** (this.requests - 1), MOST_REPEAT_SECONDS);
		this.requesting.at(context.now() + wait * (0.8 + 0.4 * context.platform.random()));
	}

	/** Anybody first, so that the hub has its messages for casts; then the hub, in turns. */
	private target(hub: Hub): ShortId | undefined {
		const members = this.context.membership.all();
		if (members.isEmpty()) return undefined;
		if (this.requests % 3 === 2 && this.context.membership.get(hub.shortId)) return hub.shortId;
		return members[math.floor(this.context.platform.random() * members.size())]!.shortId;
	}

	public answer(nack: CastNackSection, requester: ShortId): void {
		const { context } = this;
		const { hub } = context.regime;
		if (!hub || hub.epoch !== nack.epoch) return;
		let answers = 0;
		for (const { after, upTo } of nack.ranges) {
			let from = after;
			while (from < upTo && answers < MOST_ANSWERS) {
				const to = this.answerFrom(hub, from, upTo, requester);
				if (to === undefined) break;
				from = to;
				answers += 1;
			}
		}
		if (answers > 0) context.traffic.repairsServed += 1;
	}

	/** Answers with as many casts as fit into one message. Returns up to which; undefined if there is nothing to answer with. */
	private answerFrom(hub: Hub, after: number, upTo: number, requester: ShortId): number | undefined {
		let to = upTo;
		while (to > after) {
			const sections = this.sectionsOf(hub, after, to);
			if (sections === "unknown") return undefined;
			if (sections) {
				this.sender.sendTo(requester, "repair", sections.texts, sections.baseStamp);
				return to;
			}
			to = after + (to - after).idiv(2);
		}
		return undefined;
	}

	private sectionsOf(
		hub: Hub,
		after: number,
		upTo: number,
	): { readonly texts: string[]; readonly baseStamp: number } | "unknown" | undefined {
		const { context } = this;
		const content = hub.log.content(after, upTo);
		if (!content) return "unknown";
		const baseStamp = context.nowStamp();
		let room = this.sender.addressedRoomBytes() - HEAD_BYTES;
		const entries = new Array<MemberEntry>();
		for (const shortId of content.servers) {
			const member = context.membership.get(shortId);
			if (!member) continue;
			const { incarnation } = member.stream;
			entries.push({ shortId, incarnation, state: "live", applied: 0, appliedFloor: 0, ...member.identity });
		}
		const words = writeMembers(entries, room, baseStamp);
		if (words.count < entries.size()) return upTo - after === 1 ? "unknown" : undefined;
		room -= jsonBytes(words.text);
		const pools = new PoolTable();
		const groups = new Array<string>();
		for (const { stream, after: from, upTo: to } of content.ranges) {
			const own = stream === context.replica.own;
			if (!own && stream.givableUpTo() < to) return "unknown";
			const writer = new RecordsWriter(
				math.max(0, room),
				{ stream, after: from, upTo: to, complete: true, dense: false },
				baseStamp,
				pools,
			);
			const records = own ? context.sequencer.range(from, to) : rangeOf(stream, from, to);
			for (const record of records) {
				if (!writer.add(record)) return upTo - after === 1 ? "unknown" : undefined;
			}
			room -= writer.bytes();
			groups.push(writer.finish(to));
		}
		if (room < 0) return upTo - after === 1 ? "unknown" : undefined;
		const head = writeCast(
			{
				epoch: hub.epoch,
				seq: upTo,
				after,
				dissolved: false,
				uplinkTenths: math.round(hub.uplinkSeconds * 10),
				floor: 0,
				frontier: 0,
				servers: 0,
				census: 0,
				responders: [],
			},
			baseStamp,
		);
		const texts = [head];
		if (words.text !== "") texts.push(words.text);
		if (!groups.isEmpty()) texts.push(writeRelayed(pools, groups));
		return { texts, baseStamp };
	}
}
