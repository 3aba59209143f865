import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { HybridClock } from "../replication/hybrid-clock";
import { mergeParts, WHOLE } from "../replication/state-parts";
import {
	CastSection,
	Frame,
	Identity,
	JoinSection,
	PageSection,
	PartSection,
	Section,
	ShortId,
	TurnSection,
} from "../wire/frame";
import { readSections } from "../wire/frame-reader";
import { writeJoin, writePart } from "../wire/section-writers";
import { Agenda, Appointment } from "./agenda";
import { Candidates } from "./candidates";
import { Context } from "./context";
import { Founding } from "./founding";
import { MemoryReader, ReadState } from "./memory-reader";
import { isOlder } from "./membership";
import { PartRequest, REPEAT_SECONDS } from "./part-request";
import { Roster } from "./roster";
import { Sender } from "./sender";
import { Asked, StateGiver } from "./state-giver";
import { StateTaker } from "./state-taker";

/** Servers that start together announce themselves within this time, most of them late in it: few speak, and the others hear them. */
const HELLO_SPREAD_SECONDS = 0.2;
/** Without any answer to two announcements, there is nobody. */
const MOST_HELLOS = 3;
/** So many of them go to the servers that give the state, the others to all. */
const QUIET_HELLOS = 1;
const ALONE_AFTER_SECONDS = 2.3;
/** An announcement to all is repeated after this. */
const CLAIM_AGAIN_SECONDS = 2.2;
/** A server that was asked and does not answer is given up after so many questions, or somewhat fewer where there are others. */
const MOST_QUESTIONS = 3;
const MOST_QUESTIONS_OF_SEVERAL = 2;
/** Who has been sent to others so often asks one of them for everything. */
const MOST_TURNS = 3;
/** What is heard before the state is here waits; more is dropped and repaired later. */
const MOST_BUFFERED = 500;
/** So many others can wait for the state as well. */
const MOST_WAITING = 50;

/** What a server has that has the state: shared, and replaced when there is something to keep. */
const NO_FRAMES = table.freeze(new Array<Frame>()) as Frame[];
const NO_REQUESTS = table.freeze(new Array<PartRequest>()) as PartRequest[];
const NO_CANDIDATES = table.freeze(new Candidates()) as Candidates;

/**
 * How a server gets the state: an announcement, pages into the own inbox, done. Joining is one conversation with one server, or where the state is large
 * a few at a time. The same conversation brings a server back that was given up for lost.
 */
export class Joiner {
	private readonly stepping: Appointment;
	private readonly taker: StateTaker;
	private candidates!: Candidates;
	/** While the state is being read, nobody is asked for it. */
	private isReading!: boolean;
	private hellos!: number;
	private helloAtSeconds!: number;
	/** Until this server has announced itself to all. */
	private founding: Founding | undefined;
	/** When anybody was last asked for anything. */
	private lastAskedSeconds!: number;
	private foundAtSeconds!: number;
	/** One conversation for each part of the state. */
	private requests!: PartRequest[];
	/** How often this server was sent to others. */
	private turnsTaken!: number;
	private buffered!: Frame[];
	private waiting: Asked[] | undefined;

	constructor(
		private readonly context: Context,
		private readonly sender: Sender,
		roster: Roster,
		private readonly giver: StateGiver,
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
		this.taker = new StateTaker(context, roster);
		this.stepping = agenda.add(() => this.step());
	}

	/** Subscriptions are up: looks for somebody to ask. */
	public start(): void {
		const { context } = this;
		context.phase = "joining";
		this.candidates = new Candidates();
		this.requests = [new PartRequest(WHOLE, this.newNonce())];
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
		this.stepBy(this.candidates.isEmpty() ? this.helloAtSeconds : context.now());
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
		this.onRead?.(state.writer);
		this.finish(state.sections, state.baseStamp, new Set([state.writer]));
		context.events.changed();
	}

	/** Removals that the state does not know of must be remembered by all who live: its writer holds them back as long as it lives, and no hub has let them go. */
	private isUsable({ writer, frontier }: ReadState): boolean {
		if (this.candidates.hasGone(writer)) return false;
		for (const { sections } of this.buffered) {
			for (const section of sections) if (section.kind === "cast" && section.frontier > frontier) return false;
		}
		return true;
	}

	/** Gets the state anew from `source`, which had given this server up. */
	public restart(source: ShortId): void {
		const { context } = this;
		context.phase = "rejoining";
		const others = context.membership.all().filter(({ shortId }) => shortId !== source);
		this.candidates = new Candidates();
		this.candidates.prefer([source, ...others.map(({ shortId }) => shortId)]);
		this.requests = [new PartRequest(WHOLE, this.newNonce())];
		this.lastAskedSeconds = -math.huge;
		this.stepBy(context.now() + 0.1);
	}

	private newNonce(): number {
		return math.floor(this.context.platform.random() * 4294967296);
	}

	// -- whom to ask -------------------------------------------------------------------------------------------------------------------------

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
			this.finish([], frame.baseStamp, new Set());
			context.events.changed();
			return;
		}
		if (cast && !cast.responders.isEmpty()) {
			const wasKnown = this.candidates.hasSynced();
			this.candidates.mix(cast.responders, () => context.platform.random());
			if (!wasKnown) this.askAfter(this.hellos > 0 ? REPEAT_SECONDS : 0.1);
			return;
		}
		const { candidates } = this;
		if (candidates.hasGone(frame.sender) || (!synced && !asksToo)) return;
		// Of those that look for the state as well, the first that announces itself to all founds the cluster, and the oldest of several.
		const yields = frame.addressee === undefined && this.hellos <= QUIET_HELLOS;
		const isOlderOne = identity && isOlder(frame.sender, identity, context.selfId, context.identity);
		if (!synced && !isOlderOne && !yields) return;
		if (!candidates.note({ shortId: frame.sender, identity, synced })) return;
		// The announcement may have reached it already: it gets time to answer before it is asked directly.
		this.askAfter(this.hellos > 0 && synced ? REPEAT_SECONDS : 0.2 + 0.4 * context.platform.random());
	}

	/** Somebody is there to be asked, which makes sense so long after the last question. */
	private askAfter(patienceSeconds: number): void {
		const now = this.context.now();
		this.stepBy(math.max(now + 0.05, this.lastAskedSeconds + patienceSeconds));
		this.foundAtSeconds = math.max(this.foundAtSeconds, now + REPEAT_SECONDS + ALONE_AFTER_SECONDS);
	}

	/** Another server that starts is about to announce itself to all. */
	public noteIntention(frame: Frame): void {
		const { context, founding } = this;
		if (!founding || context.phase !== "joining" || frame.sender === context.selfId) return;
		if (frame.sections.some(({ kind }) => kind === "join")) founding.noteIntention(frame);
	}

	/** Where nothing has come yet, nor was promised, the next step is due by then. */
	private stepBy(seconds: number): void {
		for (const request of this.requests) {
			if (request.hasStarted() || request.isPromised) continue;
			request.dueSeconds = math.min(request.dueSeconds, seconds);
		}
		this.stepAtDue();
	}

	private stepAtDue(): void {
		let due = math.huge;
		for (const { dueSeconds } of this.requests) due = math.min(due, dueSeconds);
		if (due < math.huge) this.stepping.at(due);
		else this.stepping.clear();
	}

	/** Who closes answers nobody any more. Pages that it has sent already may still come. */
	private noteGone(shortId: ShortId): void {
		const now = this.context.now();
		this.candidates.noteGone(shortId);
		const isAlone = this.requests.size() === 1;
		for (const request of this.requests) {
			if (request.hasStarted()) {
				if (isAlone || request.responder !== shortId) continue;
				// It does not hold the frontier back any more, and the other parts may take a while.
				request.begin(this.newNonce(), now + 0.1);
			} else if (request.target === shortId) {
				sometimes("asked a server that closes");
				request.begin(request.collector.nonce, now + 0.1);
			}
		}
		this.stepAtDue();
	}

	/** A server that was asked says when its pages come, or whom to ask instead. */
	public noteTurn(turn: TurnSection, sender: ShortId): void {
		const { context } = this;
		const now = context.now();
		const request = this.requests.find(({ collector }) => collector.nonce === turn.nonce);
		if (!request || (request.responder !== undefined && request.responder !== sender)) return;
		if (turn.responders.isEmpty()) {
			if (this.isReading || request.isComplete()) return;
			if (!request.hasStarted()) request.target = sender;
			request.notePromise(turn.seconds, now);
			this.stepAtDue();
			return;
		}
		if (context.phase !== "joining" || request.hasStarted() || this.requests.size() > 1) return;
		// Who has asked another meanwhile, or was told to wait, stays with that one.
		if (request.target !== undefined && request.target !== sender) return;
		if (this.turnsTaken >= MOST_TURNS) return;
		this.turnsTaken += 1;
		this.candidates.prefer(turn.responders.filter((shortId) => shortId !== context.selfId));
		if (turn.parts > 1) {
			this.requests = [];
			for (const part of $range(0, turn.parts - 1))
				this.requests.push(new PartRequest({ part, parts: turn.parts }, this.newNonce()));
		} else request.begin(request.collector.nonce, math.huge);
		this.stepBy(now);
	}

	// -- asking ------------------------------------------------------------------------------------------------------------------------------

	private step(): void {
		const { context } = this;
		const { phase } = context;
		if ((phase !== "joining" && phase !== "rejoining") || this.isReading) return;
		const now = context.now();
		const { requests } = this;
		for (const request of requests) {
			if (request.dueSeconds > now) continue;
			this.advance(request, now);
			// The state is here, or looked for in another way.
			if (this.requests !== requests) break;
		}
		this.stepAtDue();
	}

	private advance(request: PartRequest, now: number): void {
		const target = this.targetOf(request);
		if (target !== undefined) {
			this.founding?.rest();
			this.ask(request, target, now);
		} else if (this.requests.size() > 1) {
			// Nobody is left who gives parts.
			this.requests = [new PartRequest(WHOLE, this.newNonce())];
			this.stepBy(now + 0.1);
		} else if (this.context.phase === "rejoining") {
			// Nobody answers who could give the state: this server's own view is as good as any.
			sometimes("rejoined without an answer");
			this.finish([], 0, new Set());
		} else this.announce(request, now);
	}

	/** A conversation that has begun is continued with the same server: it has the pages. So is one that may have begun, or two would give all of it. */
	private targetOf(request: PartRequest): ShortId | undefined {
		const { candidates } = this;
		const { target } = request;
		if (request.hasStarted()) return request.responder;
		if (target !== undefined && candidates.hasSyncedOne(target)) return target;
		const asked = new Set<ShortId>();
		for (const other of this.requests) {
			const whom = other.responder ?? other.target;
			if (other !== request && whom !== undefined) asked.add(whom);
		}
		return candidates.best(asked);
	}

	private ask(request: PartRequest, target: ShortId, now: number): void {
		const hasOthers = !request.hasStarted() && this.candidates.hasSyncedBut(target);
		if (request.questions >= (hasOthers ? MOST_QUESTIONS_OF_SEVERAL : MOST_QUESTIONS)) {
			sometimes("another server asked for the state");
			this.giveUpOn(request, target);
			return;
		}
		if (request.hasStarted() && !request.isComplete()) sometimes("pages asked for again");
		request.noteAsked(target, now);
		this.lastAskedSeconds = now;
		const { addressed } = this.sender;
		const sections = new Array<string>();
		// Who comes back gets everything from one server, which says by that what is gone.
		if (this.context.phase === "joining" && this.turnsTaken < MOST_TURNS) sections.push(writePart(request.part));
		else if (request.part.parts > 1) sections.push(writePart(request.part));
		const room = addressed.roomBytes() - sections.join("").size();
		const join = writeJoin({ nonce: request.collector.nonce, attempt: 1, held: request.held() }, room);
		addressed.sendTo(target, "join", [join, ...sections]);
	}

	/** Nobody is known who could be asked. */
	private announce(request: PartRequest, now: number): void {
		const { context } = this;
		// Who asks this server has heard it.
		const isHeard = this.hellos > QUIET_HELLOS && this.waiting !== undefined;
		if (this.hellos < MOST_HELLOS && !isHeard) {
			const { nonce } = request.collector;
			if (this.founding) this.helloAtSeconds = this.founding.prepare(nonce);
			if (now < this.helloAtSeconds) {
				request.dueSeconds = this.helloAtSeconds;
				return;
			}
			this.endFounding();
			this.hellos += 1;
			this.lastAskedSeconds = now;
			const toAll = this.hellos > QUIET_HELLOS;
			this.helloAtSeconds = now + CLAIM_AGAIN_SECONDS;
			this.sender.hello(nonce, toAll ? this.hellos - QUIET_HELLOS : this.hellos, toAll);
			this.foundAtSeconds = now + ALONE_AFTER_SECONDS;
			if (this.hellos === QUIET_HELLOS) {
				this.founding = new Founding(context, this.sender, this.listenToFounders);
				this.helloAtSeconds = this.founding.prepare(nonce);
			}
			request.dueSeconds = this.hellos < MOST_HELLOS ? this.helloAtSeconds : this.foundAtSeconds;
			return;
		}
		if (now < this.foundAtSeconds) {
			request.dueSeconds = this.foundAtSeconds;
			return;
		}
		sometimes("alone after the announcements");
		context.founded = true;
		this.finish([], 0, new Set());
	}

	private endFounding(): void {
		this.founding?.rest();
		this.founding = undefined;
	}

	/** Begins anew with another server. */
	private giveUpOn(request: PartRequest, shortId: ShortId): void {
		this.candidates.remove(shortId);
		this.lastAskedSeconds = 0;
		request.begin(this.newNonce(), this.context.now() + 0.1);
		this.stepAtDue();
	}

	/** Somebody asks for the state. Whoever has none yet answers when it has. */
	public noteJoin(join: JoinSection, part: PartSection | undefined, requester: ShortId, addressed: boolean): void {
		const { context } = this;
		const asked = { join, part, requester };
		if (context.isActive()) {
			this.giver.answer(asked, addressed);
			return;
		}
		const waiting = this.waiting ?? [];
		if (!addressed || context.phase !== "joining" || waiting.size() >= MOST_WAITING) return;
		sometimes("asked for the state before having it");
		waiting.push(asked);
		this.waiting = waiting;
	}

	// -- getting it --------------------------------------------------------------------------------------------------------------------------

	/** A page of the state came in. `text` is its body, or a parity text. */
	public notePage(page: PageSection, frame: Frame, text: string): void {
		const { context } = this;
		const { phase } = context;
		if (phase !== "joining" && phase !== "rejoining") return;
		const request = this.requests.find(({ collector }) => collector.nonce === page.nonce);
		if (!request || (request.responder !== undefined && request.responder !== frame.sender)) return;
		const now = context.now();
		request.notePage(page, frame.sender, frame.baseStamp, text, now);
		this.stepAtDue();
		// Of what was complete long before a page has to come once more.
		if (this.requests.every((other) => other.isFinished(now))) this.putTogether(now);
	}

	private putTogether(now: number): void {
		const { context } = this;
		const given = this.requests.map((request) => {
			const sections = new Array<Section>();
			for (const body of request.collector.finished()!) {
				const read = readSections(body, request.collector.baseStamp);
				// The checksum of every message was right, so this is a defect of the sender; another one may do better.
				if (!read) return { request, sections: undefined };
				for (const section of read.sections) sections.push(section);
			}
			return { request, sections };
		});
		const givers = new Set<ShortId>();
		const parts = new Array<{ readonly part: number; readonly parts: number; readonly sections: Section[] }>();
		let baseStamp = 0;
		for (const { request, sections } of given) {
			if (!sections) {
				context.traffic.drop("malformed");
				this.giveUpOn(request, request.responder!);
				return;
			}
			assert(
				request.isFinished(now),
				"every part's server holds the frontier back until the state is put together",
			);
			givers.add(request.responder!);
			parts.push({ ...request.part, sections });
			baseStamp = math.max(baseStamp, request.collector.baseStamp);
		}
		this.finish(parts.size() === 1 ? parts[0]!.sections : mergeParts(parts), baseStamp, givers);
	}

	private finish(sections: Section[], baseStamp: number, givers: ReadonlySet<ShortId>): void {
		const { context } = this;
		this.stepping.clear();
		this.endFounding();
		this.requests = NO_REQUESTS;
		this.candidates = NO_CANDIDATES;
		const again = context.phase === "rejoining";
		if (HybridClock.accepts(baseStamp, context.platform.unixMilliseconds())) context.clock.witness(baseStamp);
		this.taker.take(sections, givers, again);
		context.phase = "synced";
		const { buffered } = this;
		this.buffered = NO_FRAMES;
		this.onSynced(buffered, again);
		const { waiting } = this;
		this.waiting = undefined;
		if (waiting && !context.isFounding()) for (const asked of waiting) this.giver.answer(asked, true);
	}
}

beginWith(Joiner, {
	candidates: NO_CANDIDATES,
	isReading: false,
	hellos: 0,
	helloAtSeconds: 0,
	lastAskedSeconds: 0,
	foundAtSeconds: math.huge,
	requests: NO_REQUESTS,
	turnsTaken: 0,
	buffered: NO_FRAMES,
});
