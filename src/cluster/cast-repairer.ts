import { sometimes } from "../diagnostics/situations";
import { StreamRange } from "../replication/cast-log";
import { CastNackSection, CastRange, ShortId } from "../wire/frame";
import { writeCastNack } from "../wire/section-writers";
import { Agenda, Appointment } from "./agenda";
import { serversIn, writeCastContent } from "./cast-content";
import { Context } from "./context";
import { Hub } from "./regime";
import { Sender } from "./sender";

/**
 * The next casts repeat what the ones before brought, and what was lost for all is cast again: a gap is asked for only when that has not closed it.
 * Of many that miss the same few ask early.
 */
const LEAST_PATIENCE_SECONDS = 0.5;
const PATIENCE_SPREAD_SECONDS = 1.7;
const REPEAT_SECONDS = 3.2;
/** The first few times that long, then ever longer. */
const EVEN_REQUESTS = 4;
const MOST_REPEAT_SECONDS = 15;
/** After so many requests what is missing is left to comparisons. */
const MOST_REQUESTS = 12;
const MOST_RANGES = 20;
/** One answer is at most so many messages, or pairs of them: where keys have to be named, a cast takes more room than it did. */
const MOST_ANSWERS = 12;
const MOST_PARTS = 5;

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
		const { membership, platform } = this.context;
		const steepness = math.log(membership.serverCount() + 1);
		// Truncated exponential, as for announcements.
		const late = math.log(1 + platform.random() * (math.exp(steepness) - 1)) / steepness;
		this.requesting.by(this.context.now() + LEAST_PATIENCE_SECONDS + PATIENCE_SPREAD_SECONDS * late);
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
			hub.log.skip(hub.log.casts.highest);
			this.requests = 0;
			return;
		}
		const ranges = new Array<CastRange>();
		for (const { after, upTo } of gaps) if (ranges.size() < MOST_RANGES) ranges.push({ after, upTo });
		sometimes("casts asked for");
		context.traffic.repairsRequested += 1;
		this.sender.addressed.sendTo(target, "nack", [
			writeCastNack(hub.epoch, ranges, this.sender.addressed.roomBytes()).text,
		]);
		const wait = math.min(REPEAT_SECONDS * 1.5 ** math.max(0, this.requests - EVEN_REQUESTS), MOST_REPEAT_SECONDS);
		this.requesting.at(context.now() + wait * (0.8 + 0.4 * context.platform.random()));
	}

	/** Anybody first, so that the hub has its messages for casts; then the hub, in turns. */
	private target(hub: Hub): ShortId | undefined {
		const members = this.context.membership.all();
		if (members.isEmpty()) return undefined;
		const { platform, membership } = this.context;
		const knowsHub = membership.get(hub.shortId) !== undefined;
		if (knowsHub && (this.requests % 3 === 1 || members.size() === 1)) return hub.shortId;
		const index = math.floor(platform.random() * members.size());
		const { shortId } = members[index]!;
		return shortId === hub.shortId ? members[(index + 1) % members.size()]!.shortId : shortId;
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
	private answerFrom({ epoch, log }: Hub, after: number, upTo: number, requester: ShortId): number | undefined {
		const { context } = this;
		const { addressed } = this.sender;
		let to = upTo;
		while (to > after) {
			const content = log.content(after, to);
			if (!content || !content.ranges.every((range) => this.canGive(range))) return undefined;
			const baseStamp = context.nowStamp();
			const isSingle = to - after === 1;
			const texts = writeCastContent(
				context,
				{ epoch, after, upTo: to },
				{ ranges: content.ranges, servers: serversIn(context, content) },
				addressed.roomBytes(),
				isSingle ? MOST_PARTS : 1,
				baseStamp,
			);
			if (texts) {
				for (const text of texts) addressed.sendTo(requester, "repair", [text], baseStamp);
				return to;
			}
			to = after + (to - after).idiv(2);
		}
		return undefined;
	}

	private canGive({ stream, upTo }: StreamRange): boolean {
		return stream === this.context.replica.own || stream.givableUpTo() >= upTo;
	}
}
