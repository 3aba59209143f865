// Hot: once per message heard.
import { beginWith } from "../diagnostics/begin-with";
import { Caps, EAGER_UNHEARD } from "./caps";
import { Account, BROADCAST_TOPICS, NO_TOPIC, UseWindow, WINDOW_SECONDS } from "./use-window";

/**
 * A server that has not listened for a full window yet takes what it heard for typical of a window, but of no less than
 * this many seconds.
 */
const SHORTEST_SAMPLE_SECONDS = 40;
/** However much is lost, what is heard is taken for at least half of what there was. */
const MOST_LOSS = 0.5;
/** Sums over all servers are built anew when the correction has changed by this much. */
const CORRECTION_STEP = 0.02;

/** What another server was heard to cause, and what it is reckoned with. */
class OtherAccount extends Account {
	/** Its place in the list; -1 once it is dropped. */
	public position = -1;
	public member = false;
	/** The topic on which its guarantee holds. */
	public home = NO_TOPIC;
	/** What of this account is in the sums. */
	public summedTotal = 0;
	public summedCommitment = 0;
	public readonly summedOnTopic = new Array<number>(BROADCAST_TOPICS, 0);
	public readonly summedCommitmentOnTopic = new Array<number>(BROADCAST_TOPICS, 0);
}

export interface MemberHome {
	readonly shortId: string;
	readonly home: number;
}

/**
 * What the other servers have used of the limits, and the most they can have used by now: a member may use its
 * guarantee at any time, and may have borrowed a little that was not heard yet. Sums over all servers are kept, so
 * asking costs the same in large games.
 */
export class OthersUse {
	private readonly window = new UseWindow<OtherAccount>();
	private readonly byShortId = new Map<string, OtherAccount>();
	/** In no meaningful order, but in the same one in every run: sums of fractions depend on it. */
	private readonly accounts = new Array<OtherAccount>();
	private heard!: number;
	private committed!: number;
	private readonly heardOnTopics = new Array<number>(BROADCAST_TOPICS, 0);
	private readonly committedOnTopics = new Array<number>(BROADCAST_TOPICS, 0);
	private loss!: number;
	private listeningSinceSeconds: number | undefined;
	/** What there was for each delivery that was heard. */
	private correction = 1;

	constructor(private caps: Caps) {}

	public advance(nowSeconds: number): void {
		if (this.listeningSinceSeconds === undefined) this.listeningSinceSeconds = nowSeconds;
		for (const account of this.window.advance(nowSeconds)) this.refresh(account);
		const listened = math.max(SHORTEST_SAMPLE_SECONDS, nowSeconds - this.listeningSinceSeconds);
		const correction = math.max(1, WINDOW_SECONDS / listened) / (1 - this.loss);
		if (math.abs(correction - this.correction) < CORRECTION_STEP && correction !== 1) return;
		if (correction === this.correction) return;
		this.correction = correction;
		this.refreshAll();
	}

	public setCaps(caps: Caps): void {
		this.caps = caps;
		this.refreshAll();
	}

	/** The share of the others' messages that was lost on the way here. */
	public setLoss(fraction: number): void {
		this.loss = math.clamp(fraction, 0, MOST_LOSS);
	}

	/** Who takes part, without this server. What others have used stays known until it is too old to count. */
	public setMembers(members: ReadonlyArray<MemberHome>): void {
		for (const account of this.accounts) {
			account.member = false;
			account.home = NO_TOPIC;
		}
		for (const { shortId, home } of members) {
			const account = this.accountOf(shortId);
			account.member = true;
			account.home = home;
		}
		this.refreshAll();
	}

	/**
	 * `shortId` caused deliveries: by a broadcast on a topic, or else with {@link NO_TOPIC}. The window has to have
	 * been advanced to the present.
	 */
	public note(shortId: string, topic: number, deliveries: number): void {
		const account = this.accountOf(shortId);
		this.window.add(account, topic, deliveries);
		this.refresh(account);
	}

	/** The most the others can have used game-wide, if all of them spend their guarantees. */
	public committedInGame(): number {
		return this.committed;
	}

	/** The most the others can have used on a topic, if those whose home it is spend their guarantees. */
	public committedOnTopic(topic: number): number {
		return this.committedOnTopics[topic]!;
	}

	/** What the others have used game-wide, as far as it is known. */
	public usedInGame(): number {
		return this.heard * this.correction;
	}

	/** What was heard of the others' use, without any estimate of what was not. */
	public heardInGame(): number {
		return this.heard;
	}

	public heardOnTopic(topic: number): number {
		return this.heardOnTopics[topic]!;
	}

	/** What the others have used on a topic, as far as it is known. */
	public usedOnTopic(topic: number): number {
		return this.heardOnTopics[topic]! * this.correction;
	}

	public nextExpiryAt(): number | undefined {
		return this.window.nextExpiryAt();
	}

	private accountOf(shortId: string): OtherAccount {
		const known = this.byShortId.get(shortId);
		if (known) return known;
		const account = new OtherAccount(shortId);
		account.position = this.accounts.size();
		this.accounts.push(account);
		this.byShortId.set(shortId, account);
		return account;
	}

	private refreshAll(): void {
		for (let position = this.accounts.size() - 1; position >= 0; position--) this.refresh(this.accounts[position]!);
	}

	/**
	 * Brings the sums up to date with one account, and forgets it when it is neither a member's nor has anything in it.
	 */
	private refresh(account: OtherAccount): void {
		if (account.position === -1) return;
		const { caps, correction } = this;
		this.heard += account.total - account.summedTotal;
		account.summedTotal = account.total;
		assert(this.heard >= 0, "the others' use is the sum of what each is heard to use");
		const broadcasts = account.broadcasts * correction;
		// In a game too large for guarantees to buy broadcasts, who was not heard broadcasting is taken to keep silent.
		const silent = caps.scarce && broadcasts === 0;
		const commitment = this.commitment(account, broadcasts, silent);
		this.committed += commitment - account.summedCommitment;
		account.summedCommitment = commitment;
		const roams = broadcasts > caps.roamFrom;
		for (const topic of $range(0, BROADCAST_TOPICS - 1)) {
			const total = account.onTopic[topic]!;
			this.heardOnTopics[topic] = this.heardOnTopics[topic]! + total - account.summedOnTopic[topic]!;
			account.summedOnTopic[topic] = total;
			let onTopic = total * correction;
			if (account.member && !silent && (roams || topic === account.home)) onTopic += caps.unheardOnTopic;
			if (account.member && topic === account.home) onTopic = math.max(caps.guaranteedAtHome, onTopic);
			const summed = account.summedCommitmentOnTopic[topic]!;
			this.committedOnTopics[topic] = this.committedOnTopics[topic]! + onTopic - summed;
			account.summedCommitmentOnTopic[topic] = onTopic;
		}
		if (!account.member && account.total === 0) this.drop(account);
	}

	private commitment(account: OtherAccount, broadcasts: number, silent: boolean): number {
		const { caps } = this;
		const total = account.total * this.correction;
		if (!account.member) return total;
		if (silent) return math.max(caps.guaranteed, total + caps.unheardOfSilent);
		const unheard = broadcasts > caps.eagerFrom ? EAGER_UNHEARD * caps.unheard : caps.unheard;
		return math.max(caps.guaranteed, total + unheard);
	}

	private drop(account: OtherAccount): void {
		assert(
			account.summedTotal === 0 && account.summedCommitment === 0,
			"an account that is dropped counts for nothing",
		);
		this.byShortId.delete(account.name);
		const position = account.position;
		account.position = -1;
		const last = this.accounts.pop()!;
		if (last === account) return;
		this.accounts[position] = last;
		last.position = position;
	}
}

beginWith(OthersUse, { heard: 0, committed: 0, loss: 0 });
