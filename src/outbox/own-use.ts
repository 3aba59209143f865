// Hot: once per message sent.
import { beginWith } from "../diagnostics/begin-with";
import { Pace } from "./pace";
import {
	Account,
	BROADCAST_TOPICS,
	HEARING_SECONDS,
	NO_TOPIC,
	NOTHING_ON_TOPICS,
	UseWindow,
	WINDOW_SECONDS,
} from "./use-window";
import { withoutFirst } from "./without-first";

/**
 * Until then every server that heard a broadcast still counts it, and goes on to for as long as something can be
 * unheard.
 */
const SURELY_COUNTED_SECONDS = WINDOW_SECONDS - HEARING_SECONDS;

const UNUSED_PACE = new Pace();

interface OwnBroadcast {
	readonly sentAtSeconds: number;
	readonly topic: number;
	readonly deliveries: number;
	/** The addressed messages it told the others about. */
	readonly reported: number;
}

/** What this server has used of the limits, and how much of that the others know. */
export class OwnUse {
	private readonly window = new UseWindow<Account>();
	private readonly account = new Account("own");
	private readonly sends = new Account("sends");
	/** Of these, what gave others the state. */
	private readonly given = new Account("given");
	/** Of addressed messages, once there was one. */
	private unicastPace: Pace | undefined;
	private byAddressee: Map<string, Account> | undefined;
	private lastBroadcastSeconds!: number;

	/** Oldest first: heard for long, surely counted by all, not surely heard. The latter two begin at these indices. */
	private broadcasts = new Array<OwnBroadcast>();
	private firstCounted!: number;
	private firstUnheard!: number;
	private visible!: number;
	private unheard!: number;
	private unheardOnTopics = NOTHING_ON_TOPICS;
	/** Addressed messages that no broadcast has told of, and those that the next one tells of. */
	private unreported!: number;
	private inReport!: number;

	public advance(nowSeconds: number): void {
		for (const account of this.window.advance(nowSeconds)) {
			if (account.total > 0 || account === this.account || account === this.sends || account === this.given)
				continue;
			this.byAddressee!.delete(account.name);
		}
		const count = this.broadcasts.size();
		while (this.firstUnheard < count) {
			const broadcast = this.broadcasts[this.firstUnheard]!;
			if (nowSeconds < broadcast.sentAtSeconds + HEARING_SECONDS) break;
			this.firstUnheard += 1;
			this.visible += broadcast.deliveries;
			this.unheard -= broadcast.deliveries + broadcast.reported;
			this.unheardOnTopics[broadcast.topic] = this.unheardOnTopics[broadcast.topic]! - broadcast.deliveries;
		}
		while (this.firstCounted < this.firstUnheard) {
			const broadcast = this.broadcasts[this.firstCounted]!;
			if (nowSeconds - broadcast.sentAtSeconds < SURELY_COUNTED_SECONDS) break;
			this.firstCounted += 1;
			this.visible -= broadcast.deliveries;
		}
		assert(this.visible >= 0 && this.unheard >= 0, "what becomes visible was unheard before");
		if (this.firstCounted > 32 && this.firstCounted * 2 > count) this.dropOldBroadcasts();
	}

	/** The window has to have been advanced to the present. */
	public noteBroadcast(nowSeconds: number, topic: number, deliveries: number): void {
		this.window.add(this.account, topic, deliveries);
		this.window.add(this.sends, NO_TOPIC, 1);
		this.broadcasts.push({ sentAtSeconds: nowSeconds, topic, deliveries, reported: this.inReport });
		this.unheard += deliveries + this.inReport;
		this.inReport = 0;
		if (this.unheardOnTopics === NOTHING_ON_TOPICS) this.unheardOnTopics = new Array(BROADCAST_TOPICS, 0);
		this.unheardOnTopics[topic] = this.unheardOnTopics[topic]! + deliveries;
		this.lastBroadcastSeconds = nowSeconds;
	}

	/** The window has to have been advanced to the present. */
	public noteUnicast(nowSeconds: number, addressee: string, givesState = false): void {
		this.byAddressee ??= new Map();
		let account = this.byAddressee.get(addressee);
		if (!account) {
			account = new Account(addressee);
			this.byAddressee.set(addressee, account);
		}
		this.window.add(account, NO_TOPIC, 1);
		this.window.add(this.account, NO_TOPIC, 1);
		this.window.add(this.sends, NO_TOPIC, 1);
		if (givesState) this.window.add(this.given, NO_TOPIC, 1);
		this.unicastPace ??= new Pace();
		this.unicastPace.note(nowSeconds, 1);
		this.unreported += 1;
	}

	/**
	 * How many addressed messages the next broadcast tells the others about. Those that no longer count are not worth
	 * telling.
	 */
	public takeReport(): number {
		const reported = this.unreportedUnicasts();
		this.inReport += reported;
		this.unreported = 0;
		return reported;
	}

	public unreportedUnicasts(): number {
		return math.min(this.unreported, this.account.total - this.account.broadcasts);
	}

	public deliveries(): number {
		return this.account.total;
	}

	public deliveriesOnTopic(topic: number): number {
		return this.account.onTopic[topic]!;
	}

	public messages(): number {
		return this.sends.total;
	}

	/** Messages but for those that gave others the state. */
	public messagesOfItsOwn(): number {
		return this.sends.total - this.given.total;
	}

	public messagesTo(addressee: string): number {
		return this.byAddressee?.get(addressee)?.total ?? 0;
	}

	/** Whether so many addressed messages more keep the pace of a cap per minute. */
	public pacesUnicasts(nowSeconds: number, count: number, capPerMinute: number): boolean {
		return (this.unicastPace ?? UNUSED_PACE).allows(nowSeconds, count, capPerMinute);
	}

	/** When the latest broadcast was sent; `-math.huge` if none was. */
	public lastBroadcastAt(): number {
		return this.lastBroadcastSeconds;
	}

	/** The deliveries by broadcasts that every other server has heard and still counts. */
	public visibleBroadcasts(): number {
		return this.visible;
	}

	/** The deliveries that some other server may not know of. */
	public unheardDeliveries(): number {
		return this.unheard + this.unreportedUnicasts() + this.inReport;
	}

	public unheardOnTopic(topic: number): number {
		return this.unheardOnTopics[topic]!;
	}

	/** When more of what was used becomes known, or is forgotten; undefined when neither happens. */
	public nextChangeAt(): number | undefined {
		const unheard = this.broadcasts[this.firstUnheard];
		const expiry = this.window.nextExpiryAt();
		if (!unheard) return expiry;
		return math.min(unheard.sentAtSeconds + HEARING_SECONDS, expiry ?? math.huge);
	}

	private dropOldBroadcasts(): void {
		this.broadcasts = withoutFirst(this.broadcasts, this.firstCounted);
		this.firstUnheard -= this.firstCounted;
		this.firstCounted = 0;
	}
}

beginWith(OwnUse, {
	lastBroadcastSeconds: -math.huge,
	firstCounted: 0,
	firstUnheard: 0,
	visible: 0,
	unheard: 0,
	unreported: 0,
	inReport: 0,
});
