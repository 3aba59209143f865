import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { HybridClock } from "../replication/hybrid-clock";
import { PageCollector, Snapshot, takeSnapshot } from "../replication/snapshot";
import { Stream } from "../replication/stream";
import { CastSection, Frame, Identity, JoinSection, MemberEntry, PageSection, Section, ShortId } from "../wire/frame";
import { readSections } from "../wire/frame-reader";
import { writeCast, writeJoin, writePage, writeParity } from "../wire/section-writers";
import { jsonBytes } from "../wire/text";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { Founding } from "./founding";
import { MemoryReader, ReadState } from "./memory-reader";
import { isOlder } from "./membership";
import { Roster } from "./roster";
import { Sender } from "./sender";

/** Servers that start together announce themselves within this time, most of them late in it: few speak, and the others hear them. */
const HELLO_SPREAD_SECONDS = 0.2;
/** Question and answer take two deliveries of up to two seconds, but the first of many pages comes early. */
const REPEAT_SECONDS = 3.2;
/** Pages that were sent together arrive within this time, and pages that wait for the budget not much longer after each other. */
const PAGE_SPREAD_SECONDS = 2.1;
const PAGE_PAUSE_SECONDS = 0.6;
/** Without any answer to two announcements, there is nobody. */
const MOST_HELLOS = 3;
/** So many of them go to the servers that give the state, the others to all. */
const QUIET_HELLOS = 1;
const ALONE_AFTER_SECONDS = 2.3;
/** An announcement to all is repeated after this. */
const CLAIM_AGAIN_SECONDS = 2.2;
/** A server that was asked and does not answer is given up after so many requests. */
const MOST_REQUESTS = 3;
const MOST_CANDIDATES = 50;
/** A snapshot is kept for repeats of its pages, and holds the frontier back, for so long. */
const SNAPSHOT_KEPT_SECONDS = 20;
/** Pages that were sent so lately are still on their way. */
const SERVED_AGAIN_SECONDS = 2.2;
/** What is heard before the state is here waits; more is dropped and repaired later. */
const MOST_BUFFERED = 500;
/** A state that was taken so lately is given to others too. */
const STATE_SHARED_SECONDS = 0.7;
/** Page sections, and what a parity page needs more than the pages it is made of. */
const PAGE_RESERVE_BYTES = 40;

interface Candidate {
	readonly shortId: ShortId;
	readonly identity: Identity | undefined;
	readonly synced: boolean;
}

interface Asked {
	readonly join: JoinSection;
	readonly requester: ShortId;
}

interface State {
	readonly snapshot: Snapshot;
	/** What had been applied everywhere when it was taken. */
	readonly frontier: number;
	readonly takenAtSeconds: number;
}

interface Served extends State {
	readonly nonce: number;
	readonly requester: ShortId;
	lastSentSeconds: number;
}

/** What a server has that neither asks nor is asked: shared, and replaced when there is something to keep. */
const NO_CANDIDATES = table.freeze(new Array<Candidate>()) as Candidate[];
const NO_FRAMES = table.freeze(new Array<Frame>()) as Frame[];
const NOBODY_SERVED = table.freeze(new Array<Served>()) as Served[];
const NOBODY = table.freeze(new Set<ShortId>()) as Set<ShortId>;

/**
 * How a server gets the state, and gives it. Joining is one conversation with one server: an announcement, pages into the own inbox, done.
 * The same conversation brings a server back that was given up for lost.
 */
export class Joiner {
	private readonly stepping: Appointment;
	private candidates!: Candidate[];
	/** While the state is being read, nobody is asked for it. */
	private isReading!: boolean;
	/** Who has said goodbye since this server began to look. */
	private gone!: Set<ShortId>;
	private hellos!: number;
	private helloAtSeconds!: number;
	/** Until this server has announced itself to all. */
	private founding: Founding | undefined;
	private lastRequestSeconds!: number;
	/** When the pages that are still missing are asked for. */
	private missingAtSeconds!: number;
	private firstPageSeconds: number | undefined;
	private foundAtSeconds!: number;
	/** The cloud has brought back this server's own claim: so it has brought it to the others. */
	private isClaimCarried!: boolean;
	private collector: PageCollector | undefined;
	private responder: ShortId | undefined;
	/** Requests since the last page. */
	private requests!: number;
	private buffered!: Frame[];
	private waiting: Asked[] | undefined;
	private served!: Served[];
	private latest: State | undefined;

	constructor(
		private readonly context: Context,
		private readonly sender: Sender,
		private readonly roster: Roster,
		/** The state is here; `buffered` is what was heard meanwhile. */
		private readonly onSynced: (buffered: Frame[], again: boolean) => void,
		/** Begins, or ceases, to hear who else is about to claim to be the first. */
		private readonly listenToFounders: (listen: boolean) => void,
		agenda: Agenda,
		/** Where the state may be read in MemoryStoreService. */
		private readonly reader: MemoryReader | undefined,
		/** The state was read there, from this writer. */
		private readonly onRead: ((writer: ShortId) => void) | undefined,
	) {
		this.stepping = agenda.add(() => this.step());
	}

	// -- getting the state -------------------------------------------------------------------------------------------------------------------

	/** Subscriptions are up: looks for somebody to ask. */
	public start(): void {
		const { context } = this;
		context.phase = "joining";
		this.collector = new PageCollector(this.newNonce());
		if (!this.reader) {
			this.beginToAsk();
			return;
		}
		this.isReading = true;
		this.reader.read((state) => this.noteRead(state));
	}

	private beginToAsk(): void {
		const { context } = this;
		this.helloAtSeconds = context.now() + context.platform.random() * HELLO_SPREAD_SECONDS;
		// Somebody may have been heard while the state was being read.
		this.stepping.at(this.candidates.isEmpty() ? this.helloAtSeconds : context.now());
	}

	/** The state was read in MemoryStoreService, or cannot be. */
	private noteRead(state: ReadState | undefined): void {
		const { context } = this;
		if (!this.isReading || context.phase !== "joining") return;
		this.isReading = false;
		if (!state || !this.isUsable(state)) {
			sometimes("what is kept of the state cannot be used");
			this.beginToAsk();
			return;
		}
		sometimes("the state read where another server keeps it");
		context.memoryUse.joined = true;
		context.hasMetCluster = true;
		this.responder = state.writer;
		this.onRead?.(state.writer);
		this.finish(state.sections, state.baseStamp);
		context.events.changed();
	}

	/** Removals that the state does not know of must be remembered by all who live: its writer holds them back as long as it lives, and no hub has let them go. */
	private isUsable({ writer, frontier }: ReadState): boolean {
		if (this.gone.has(writer)) return false;
		for (const { sections } of this.buffered) {
			for (const section of sections) if (section.kind === "cast" && section.frontier > frontier) return false;
		}
		return true;
	}

	/** Gets the state anew from `source`, which had given this server up. */
	public restart(source: ShortId): void {
		const { context } = this;
		context.phase = "rejoining";
		this.collector = new PageCollector(this.newNonce());
		this.responder = undefined;
		this.requests = 0;
		this.candidates = [{ shortId: source, identity: undefined, synced: true }];
		for (const member of context.membership.all()) {
			if (member.shortId === source) continue;
			this.candidates.push({ shortId: member.shortId, identity: member.identity, synced: true });
		}
		this.lastRequestSeconds = -math.huge;
		this.stepping.at(context.now() + 0.1);
	}

	private newNonce(): number {
		return math.floor(this.context.platform.random() * 4294967296);
	}

	/** Something was heard of another server while this one has no state yet. */
	public noteHeard(frame: Frame, identity: Identity | undefined, synced: boolean, asksToo: boolean): void {
		const { context } = this;
		if (context.phase !== "joining") return;
		if (!asksToo) {
			if (this.buffered === NO_FRAMES) this.buffered = [];
			if (this.buffered.size() < MOST_BUFFERED) this.buffered.push(frame);
			else context.traffic.drop("unsynced");
		}
		for (const section of frame.sections) {
			if (section.kind !== "departures") continue;
			for (const { shortId } of section.departures) if (shortId === frame.sender) this.noteGone(shortId);
		}
		const cast = frame.sections.find((section): section is CastSection => section.kind === "cast");
		if (cast?.founding && identity && !this.isReading) {
			sometimes("the state had by a new game's first casts");
			context.hasFirstCasts = true;
			// So do those that ask this server.
			this.waiting = undefined;
			this.finish([], frame.baseStamp);
			context.events.changed();
			return;
		}
		if (cast && !cast.responders.isEmpty()) {
			this.noteResponders(cast.responders);
			return;
		}
		if (this.gone.has(frame.sender) || (!synced && !asksToo)) return;
		// Of those that look for the state as well, the first that announces itself to all founds the cluster, and the oldest of several.
		const yields = frame.addressee === undefined && this.hellos <= QUIET_HELLOS;
		const isOlderOne = identity && isOlder(frame.sender, identity, context.selfId, context.identity);
		if (!synced && !isOlderOne && !yields) return;
		const known = this.candidates.find((candidate) => candidate.shortId === frame.sender);
		if (known && known.synced === synced) return;
		this.candidates = this.candidates.filter((candidate) => candidate.shortId !== frame.sender);
		if (this.candidates.size() >= MOST_CANDIDATES) return;
		this.candidates.push({ shortId: frame.sender, identity, synced });
		this.candidates.sort((left, right) => isBetterCandidate(left, right));
		// The announcement may have reached it already: it gets time to answer before it is asked directly.
		const patience = this.hellos > 0 && synced ? REPEAT_SECONDS : 0.2 + 0.4 * context.platform.random();
		this.stepping.by(math.max(context.now() + 0.05, this.lastRequestSeconds + patience));
		this.foundAtSeconds = math.max(this.foundAtSeconds, context.now() + REPEAT_SECONDS + ALONE_AFTER_SECONDS);
	}

	/** Another server that starts is about to announce itself to all. */
	public noteIntention(frame: Frame): void {
		const { context, founding } = this;
		if (!founding || context.phase !== "joining" || frame.sender === context.selfId) return;
		if (frame.sections.some(({ kind }) => kind === "join")) founding.noteIntention(frame);
	}

	/** This server's own claim came back to it. */
	public noteOwn(frame: Frame): void {
		if (this.context.phase !== "joining" || !frame.sections.some(({ kind }) => kind === "join")) return;
		this.isClaimCarried = true;
	}

	/** Servers that give the state in the hub's place: anybody asks any of them. */
	private noteResponders(responders: ReadonlyArray<ShortId>): void {
		const { context } = this;
		const wasEmpty = this.candidates.isEmpty() || !this.candidates[0]!.synced;
		if (this.candidates === NO_CANDIDATES) this.candidates = [];
		for (const shortId of responders) {
			if (this.candidates.size() >= MOST_CANDIDATES) break;
			if (this.gone.has(shortId) || this.candidates.some((other) => other.shortId === shortId && other.synced))
				continue;
			// Whom it is asking already stays first.
			const least = wasEmpty ? 0 : 1;
			const at = least + math.floor(context.platform.random() * (this.candidates.size() - least + 1));
			this.candidates.insert(math.min(at, this.candidates.size()), {
				shortId,
				identity: undefined,
				synced: true,
			});
		}
		if (!wasEmpty) return;
		const patience = this.hellos > 0 ? REPEAT_SECONDS : 0.1;
		this.stepping.by(math.max(context.now() + 0.05, this.lastRequestSeconds + patience));
		this.foundAtSeconds = math.max(this.foundAtSeconds, context.now() + REPEAT_SECONDS + ALONE_AFTER_SECONDS);
	}

	/** Who closes answers nobody any more. Pages that it has sent already may still come. */
	private noteGone(shortId: ShortId): void {
		if (this.gone === NOBODY) this.gone = new Set();
		this.gone.add(shortId);
		if (this.collector?.started() && this.responder === shortId) return;
		if (this.candidates[0]?.shortId === shortId) {
			sometimes("asked a server that closes");
			this.requests = 0;
			this.stepping.by(this.context.now() + 0.1);
		}
		this.candidates = this.candidates.filter((candidate) => candidate.shortId !== shortId);
	}

	private step(): void {
		const { context } = this;
		const { phase } = context;
		if ((phase !== "joining" && phase !== "rejoining") || this.isReading) return;
		const now = context.now();
		const collector = this.collector!;
		// Who does not answer may have too many to answer.
		const [first, second] = this.candidates;
		if (!collector.started() && this.requests > 0 && first && second?.synced) {
			this.candidates.remove(0);
			this.candidates.push(first);
		}
		// A conversation that has begun is continued with the same server: it has the pages.
		let target = collector.started() ? this.responder : undefined;
		const candidate = this.candidates[0];
		if (target === undefined && candidate) target = candidate.shortId;
		if (target !== undefined) {
			this.founding?.rest();
			if (collector.started() && now < this.missingAtSeconds) {
				this.stepping.at(this.missingAtSeconds);
				return;
			}
			this.requests += 1;
			if (this.requests > MOST_REQUESTS) {
				sometimes("another server asked for the state");
				this.giveUpOn(target);
				return;
			}
			this.lastRequestSeconds = now;
			this.missingAtSeconds = now + REPEAT_SECONDS;
			this.firstPageSeconds = undefined;
			if (collector.started()) sometimes("pages asked for again");
			const join = { nonce: collector.nonce, attempt: 1, held: collector.held() };
			this.sender.addressed.sendTo(target, "join", [writeJoin(join, this.sender.addressed.roomBytes())]);
			this.stepping.at(now + REPEAT_SECONDS);
			return;
		}
		if (phase === "rejoining") {
			// Nobody answers who could give the state: this server's own view is as good as any.
			sometimes("rejoined without an answer");
			this.finish([], 0);
			return;
		}
		// Who asks this server has heard it.
		const isHeard = this.hellos > QUIET_HELLOS && this.waiting !== undefined;
		if (this.hellos < MOST_HELLOS && !isHeard) {
			if (this.founding) this.helloAtSeconds = this.founding.prepare(collector.nonce);
			if (now < this.helloAtSeconds) {
				this.stepping.at(this.helloAtSeconds);
				return;
			}
			this.endFounding();
			this.hellos += 1;
			this.lastRequestSeconds = now;
			const toAll = this.hellos > QUIET_HELLOS;
			this.helloAtSeconds = now + CLAIM_AGAIN_SECONDS;
			this.sender.hello(collector.nonce, toAll ? this.hellos - QUIET_HELLOS : this.hellos, toAll);
			// A claim that was carried has been answered by then, if anybody is there; its repetition is for those that missed it.
			if (!this.isClaimCarried) this.foundAtSeconds = now + ALONE_AFTER_SECONDS;
			if (this.hellos === QUIET_HELLOS) {
				this.founding = new Founding(context, this.sender, this.listenToFounders);
				this.helloAtSeconds = this.founding.prepare(collector.nonce);
			}
			this.stepping.at(this.hellos < MOST_HELLOS ? this.helloAtSeconds : this.foundAtSeconds);
			return;
		}
		if (now < this.foundAtSeconds) {
			this.stepping.at(this.foundAtSeconds);
			return;
		}
		sometimes("alone after the announcements");
		context.founded = true;
		this.finish([], 0);
	}

	private endFounding(): void {
		this.founding?.rest();
		this.founding = undefined;
	}

	/** A page of the state came in. `text` is its body, or a parity text. */
	public notePage(page: PageSection, frame: Frame, text: string): void {
		const { collector, context } = this;
		const { phase } = context;
		if (!collector || page.nonce !== collector.nonce || (phase !== "joining" && phase !== "rejoining")) return;
		// Answers of two servers do not mix: the first that answers is the one.
		if (this.responder !== undefined && this.responder !== frame.sender) return;
		this.responder = frame.sender;
		// Pages come as one burst, or as fast as the budget allows: what is missing two seconds after the first one, and after a pause, is lost.
		const now = context.now();
		this.firstPageSeconds ??= now;
		this.missingAtSeconds = math.max(this.firstPageSeconds + PAGE_SPREAD_SECONDS, now + PAGE_PAUSE_SECONDS);
		this.stepping.at(this.missingAtSeconds);
		if (collector.add(page.index, page.pages, page.parities, frame.baseStamp, text)) this.requests = 0;
		const bodies = collector.finished();
		if (!bodies) return;
		const sections = new Array<Section>();
		for (const body of bodies) {
			const read = readSections(body, collector.baseStamp);
			// The checksum of every message was right, so this is a defect of the sender; another one may do better.
			if (!read) {
				context.traffic.drop("malformed");
				this.giveUpOn(frame.sender);
				return;
			}
			for (const section of read.sections) sections.push(section);
		}
		this.finish(sections, collector.baseStamp);
	}

	/** Begins anew with another server. */
	private giveUpOn(shortId: ShortId): void {
		this.candidates = this.candidates.filter((candidate) => candidate.shortId !== shortId);
		this.requests = 0;
		this.collector = new PageCollector(this.newNonce());
		this.responder = undefined;
		this.lastRequestSeconds = 0;
		this.stepping.at(this.context.now() + 0.1);
	}

	private finish(sections: Section[], baseStamp: number): void {
		const { context } = this;
		this.stepping.clear();
		this.endFounding();
		this.collector = undefined;
		this.candidates = [];
		this.gone = NOBODY;
		const again = context.phase === "rejoining";
		if (HybridClock.accepts(baseStamp, context.platform.unixMilliseconds())) context.clock.witness(baseStamp);
		this.applySnapshot(sections, again);
		context.phase = "synced";
		const { buffered } = this;
		this.buffered = NO_FRAMES;
		this.onSynced(buffered, again);
		const { waiting } = this;
		this.waiting = undefined;
		if (waiting && !context.isFounding()) for (const { join, requester } of waiting) this.serve(join, requester);
	}

	private applySnapshot(sections: Section[], again: boolean): void {
		const { context } = this;
		const unixMilliseconds = context.platform.unixMilliseconds();
		const streams = new Map<string, Stream>();
		const entries = new Array<MemberEntry>();
		let responderLive = false;
		// Before the members: with a hub there is less to remember of each.
		for (const section of sections) {
			const hubId = section.kind === "cast" ? section.responders[0] : undefined;
			if (section.kind !== "cast" || hubId === undefined) continue;
			const name = { shortId: hubId, incarnation: incarnationOf(hubId, sections) };
			context.regime.adopt(name, section.epoch, section.seq, context.now());
		}
		for (const section of sections) {
			if (section.kind !== "members") continue;
			for (const entry of section.members) {
				if (entry.shortId === context.selfId) continue;
				entries.push(entry);
				if (entry.shortId === this.responder) responderLive = true;
				const stream = this.streamOf(entry, again);
				if (stream) streams.set(streamKey(entry.shortId, entry.incarnation), stream);
			}
		}
		if (!again) this.restampOwn(sections);
		const kept = new Map<Stream, Map<number, number>>();
		for (const section of sections) {
			if (section.kind !== "records" || !section.stream) continue;
			const stream = streams.get(streamKey(section.stream.shortId, section.stream.incarnation));
			if (!stream) continue;
			let versions = kept.get(stream);
			if (!versions) {
				versions = new Map();
				kept.set(stream, versions);
			}
			for (const record of section.records) versions.set(record.version, record.reference);
			context.replica.applySection(stream, section, context.clock, unixMilliseconds);
		}
		for (const entry of entries) {
			const stream = streams.get(streamKey(entry.shortId, entry.incarnation));
			if (!stream) continue;
			if (again && responderLive)
				context.replica.dropAbsent(stream, 0, entry.applied, kept.get(stream) ?? new Map<number, number>());
			// Who was cut off, and not for as long as messages live, misses none of them.
			if (again && context.replica.messages) stream.adoptButMessages(entry.applied);
			else stream.adopt(entry.applied, context.now());
			if (!again && entry.applied > 0) stream.hasUnknownPast = true;
			stream.noteFloor(entry.applied, entry.appliedFloor);
		}
	}

	/** The stream a snapshot's member entry is about, made live or departed as it says; undefined if this server knows better. */
	private streamOf(entry: MemberEntry, again: boolean): Stream | undefined {
		const { context } = this;
		const member = context.membership.get(entry.shortId);
		if (member)
			return member.stream.incarnation === entry.incarnation && entry.state === "live"
				? member.stream
				: undefined;
		if (entry.state === "live") {
			// Whom this server has given up comes back by answering a probe, not by hearsay; only who gave the state has proved that it lives.
			if (context.membership.departed(entry.shortId) && entry.shortId !== this.responder) return undefined;
			return this.roster.admit(entry, entry).stream;
		}
		if (again || context.membership.departed(entry.shortId)) return undefined;
		return this.roster.remember(entry, entry, entry.state).stream;
	}

	/** What was contributed before the state was here was contributed now, as far as anybody else is concerned: it is above everything the state has. */
	private restampOwn(sections: Section[]): void {
		const { context } = this;
		const unixMilliseconds = context.platform.unixMilliseconds();
		let highest = context.nowStamp();
		for (const section of sections) {
			if (section.kind !== "records") continue;
			for (const record of section.records) {
				if (HybridClock.accepts(record.stamp, unixMilliseconds)) highest = math.max(highest, record.stamp);
			}
		}
		context.clock.witness(highest + 1);
		context.replica.restampOwn(highest + 1);
	}

	// -- giving the state --------------------------------------------------------------------------------------------------------------------

	/** Somebody asks everybody (`attempt`), or this server, for the state. */
	public noteJoin(join: JoinSection, requester: ShortId, addressed: boolean): void {
		const { context } = this;
		if (!context.isActive()) {
			const waiting = this.waiting ?? [];
			if (addressed && context.phase === "joining" && waiting.size() < 50) {
				sometimes("asked for the state before having it");
				waiting.push({ join, requester });
				this.waiting = waiting;
			}
			return;
		}
		if (!addressed && !this.isToAnswer(join.attempt)) return;
		// They hear of it soon.
		if (context.isFounding()) return;
		this.serve(join, requester);
	}

	/** One server answers an announcement: the oldest; a repeated one is answered by the next oldest too. The hub has no messages to spare for that. */
	private isToAnswer(attempt: number): boolean {
		const { membership, regime } = this.context;
		const { hub } = regime;
		if (!hub || membership.serverCount() < 3) return membership.rank() < attempt;
		return hub.shortId !== this.context.selfId && membership.rankBut(hub.shortId) < attempt;
	}

	private serve(join: JoinSection, requester: ShortId): void {
		const { context } = this;
		const now = context.now();
		this.served = this.served.filter((served) => now - served.lastSentSeconds < SNAPSHOT_KEPT_SECONDS);
		let { held } = join;
		let served = this.served.find((other) => other.nonce === join.nonce && other.requester === requester);
		if (served && now - served.lastSentSeconds < SERVED_AGAIN_SECONDS) return;
		if (!served || join.held.isEmpty()) {
			if (this.served.size() >= 30) return;
			served = { nonce: join.nonce, requester, ...this.takeState(now), lastSentSeconds: now };
			held = [];
			this.served = this.served.filter((other) => other.requester !== requester);
			this.served.push(served);
			context.traffic.snapshotsServed += 1;
		}
		served.lastSentSeconds = now;
		// A large state takes a while in a busy game; for as long as pages are asked for, the frontier waits.
		context.pinFrontier(served.frontier, now + SNAPSHOT_KEPT_SECONDS);
		this.sender.expectListener(now + SNAPSHOT_KEPT_SECONDS);
		this.sendPages(served, held);
	}

	/** The state as it is; those that ask about the same time are given the same. */
	private takeState(now: number): State {
		const { context, latest } = this;
		if (latest && now - latest.takenAtSeconds < STATE_SHARED_SECONDS) return latest;
		const baseStamp = context.nowStamp();
		const room = this.sender.addressed.roomBytes() - PAGE_RESERVE_BYTES;
		const head = this.hubSection(baseStamp);
		const loss = context.observedLoss();
		const snapshot = takeSnapshot(context.replica, this.memberEntries(), room, baseStamp, loss, head);
		this.latest = { snapshot, frontier: context.ownFrontier(), takenAtSeconds: now };
		return this.latest;
	}

	private sendPages(served: Served, held: ReadonlyArray<number>): void {
		const { bodies, parities, baseStamp } = served.snapshot;
		const room = this.sender.addressed.roomBytes();
		const has = new Set<number>();
		for (const index of held) has.add(index);
		const head = (index: number) =>
			writePage({ nonce: served.nonce, index, pages: bodies.size(), parities: parities.size() });
		this.sender.addressed.forgetPages(served.requester);
		for (const index of $range(0, bodies.size() - 1)) {
			if (!has.has(index))
				this.sender.addressed.sendTo(served.requester, "page", [head(index), bodies[index]!], baseStamp);
		}
		if (!held.isEmpty()) return;
		for (const group of $range(0, parities.size() - 1)) {
			const sections = [head(bodies.size() + group), writeParity(parities[group]!)];
			// Text that is mostly not ASCII makes parity larger than its pages; then a lost page is asked for instead.
			if (jsonBytes(sections.join("")) <= room)
				this.sender.addressed.sendTo(served.requester, "page", sections, baseStamp);
		}
	}

	/** Which hub there is, and up to which cast everything is in the state: the hub is the one responder that it names. */
	public hubSection(baseStamp: number): string {
		const { regime } = this.context;
		const { hub } = regime;
		if (!hub || !regime.isHeld()) return "";
		const seq = hub.log.givableUpTo();
		const { epoch } = hub;
		const about = {
			epoch,
			seq,
			dissolved: false,
			founding: false,
			uplinkTenths: math.round(hub.uplinkSeconds * 10),
			messageTenths: math.round(hub.messageSeconds * 10),
		};
		const responders = [hub.shortId];
		return writeCast(
			{ ...about, floor: 0, frontier: 0, servers: 0, census: 0, givePercent: 0, responders },
			baseStamp,
		);
	}

	/** Everybody this server knows of, itself first. */
	public memberEntries(): MemberEntry[] {
		const { context } = this;
		const entries = new Array<MemberEntry>();
		entries.push({
			shortId: context.selfId,
			incarnation: context.incarnation,
			...context.identity,
			state: "live",
			applied: context.sequencer.upTo(),
			appliedFloor: context.floor.floor(context.nowStamp()),
		});
		for (const { shortId, stream, identity } of context.membership.all()) {
			const { incarnation } = stream;
			const applied = stream.givableUpTo();
			entries.push({
				shortId,
				incarnation,
				...identity,
				state: "live",
				applied,
				appliedFloor: stream.appliedFloor,
			});
		}
		for (const { shortId, stream, identity, reason, purged } of context.membership.allDeparted()) {
			if (!identity || purged) continue;
			const { incarnation } = stream;
			const applied = stream.givableUpTo();
			entries.push({
				shortId,
				incarnation,
				...identity,
				state: reason,
				applied,
				appliedFloor: stream.appliedFloor,
			});
		}
		return entries;
	}
}

beginWith(Joiner, {
	isReading: false,
	hellos: 0,
	helloAtSeconds: 0,
	lastRequestSeconds: 0,
	missingAtSeconds: 0,
	foundAtSeconds: math.huge,
	isClaimCarried: false,
	requests: 0,
	candidates: NO_CANDIDATES,
	gone: NOBODY,
	buffered: NO_FRAMES,
	served: NOBODY_SERVED,
});

function isBetterCandidate(left: Candidate, right: Candidate): boolean {
	if (left.synced !== right.synced) return left.synced;
	if (left.identity && right.identity) return isOlder(left.shortId, left.identity, right.shortId, right.identity);
	if ((left.identity === undefined) !== (right.identity === undefined)) return left.identity !== undefined;
	return left.shortId < right.shortId;
}

/** What members sections say of a server; 0 if nothing. */
function incarnationOf(shortId: ShortId, sections: ReadonlyArray<Section>): number {
	for (const section of sections) {
		if (section.kind !== "members") continue;
		const entry = section.members.find((other) => other.shortId === shortId);
		if (entry) return entry.incarnation;
	}
	return 0;
}

function streamKey(shortId: ShortId, incarnation: number): string {
	return `${shortId}${incarnation}`;
}
