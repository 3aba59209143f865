import { sometimes } from "../diagnostics/situations";
import { HybridClock } from "../replication/hybrid-clock";
import { MOST_VERSIONS_AHEAD } from "../replication/stream";
import {
	BeatSection,
	CastSection,
	CoverSection,
	DeparturesSection,
	DropReason,
	ElectionSection,
	HeardSection,
	Frame,
	Identity,
	MemberEntry,
	PageSection,
	ProbeSection,
	RecordsSection,
	RelayedGroup,
	Section,
	ShortId,
	StandingSection,
	SumSection,
} from "../wire/frame";
import { isDropReason, readFrame, readPageBody, readSections } from "../wire/frame-reader";
import { writeBeat, writeIdentity, writeProbe, writeProbeAck } from "../wire/section-writers";
import { Agenda } from "./agenda";
import { CastRepairer } from "./cast-repairer";
import { Channels } from "./channels";
import { Context, LOSS_UNKNOWN } from "./context";
import { Detector } from "./detector";
import { Joiner } from "./joiner";
import { Departed, Member } from "./membership";
import { Hub } from "./regime";
import { Repairer } from "./repairer";
import { Roster } from "./roster";
import { Sender } from "./sender";
import { SHORT_ID_BYTES } from "../wire/base85";
import { MESSAGE_BYTES } from "../wire/frame-writer";
import { FOUNDERS, RENDEZVOUS } from "./topics";
import { Label, labelled } from "../platform/labels";

/** An unknown server is believed to be live when its clock shows the present: nobody's messages are delayed that long, and a late copy's stamp is old. */
const FRESH_MILLISECONDS = 60_000;
/** A server that is not live here is asked at most so often whether it is. */
const PROBE_AGAIN_SECONDS = 4;
/** Servers that are known by hearsay only are asked for this far apart, on average. */
const HEARSAY_PROBE_SECONDS = 8;
/** Messages that were sent before a goodbye arrive within this time after it. */
const LAST_WORDS_SECONDS = 5;
/** What was heard of a server directly within this time is believed more than what another says of it. */
const HEARD_LATELY_SECONDS = 8;
/** No server sends more between two broadcasts; a higher report is not believed. */
const MOST_REPORTED_UNICASTS = 600;
/** Digests must disagree for so long before the stream is compared record by record: claims may be on their way. */
const DIGEST_PATIENCE_SECONDS = 20;
/** What a change takes of a message besides its key and value, about. */
const RECORD_BYTES = 9;

/** Who is lost, the hub has heard of within this time. */
const TOLD_SECONDS = 20;

/** A hub that has said that it lives without casting, for so long, is none any more: one that closes takes less. */
const STEPPED_BACK_SECONDS = 10;
/** Answers for casts that wait for the ones before. */
const MOST_POSTPONED = 20;

/** Not a part of anything. */
const WHOLE = { part: 0, parts: 1 };

/** What arrives: checked, sorted out, and applied. Whatever is wrong with it is dropped and counted. */
export class Receiver {
	/** When a server that is known by hearsay only is asked who it is at the earliest. */
	private nextHearsaySeconds = 0;
	private readonly probes = new Map<string, { nonce: number; atSeconds: number }>();
	private castRepairer: CastRepairer | undefined;
	/** Answers to requests for casts that came before those they build on. */
	private postponed: Array<[CoverSection, Frame]> | undefined;

	constructor(
		private readonly context: Context,
		private readonly sender: Sender,
		private readonly joiner: Joiner,
		private readonly repairer: Repairer,
		private readonly roster: Roster,
		private readonly detector: Detector,
		/** Made when a first channel, or something for one, comes up. */
		private readonly channels: () => Channels,
		/** Another server has given this one up. */
		private readonly onGivenUp: (source: string) => void,
		private readonly agenda: Agenda,
	) {}

	/** Made when a hub is heard of. */
	private casts(): CastRepairer {
		return (this.castRepairer ??= new CastRepairer(this.context, this.sender, this.agenda));
	}

	/** A message came in: on a broadcast topic (its index), or on the own inbox (undefined). */
	public receive(message: unknown, topic: number | undefined): void {
		const { context } = this;
		const { traffic } = context;
		if (context.phase === "closed" || context.phase === "starting") return;
		traffic.received += 1;
		const frame = this.read(message, topic);
		if (isDropReason(frame)) {
			traffic.drop(frame);
			return;
		}
		traffic.unknownSections += frame.unknownSections;
		if (
			(frame.addressee === undefined) !== (topic !== undefined) ||
			(topic === undefined && frame.addressee !== context.selfId)
		) {
			traffic.drop("addressee");
			return;
		}
		if (topic === FOUNDERS) {
			this.joiner.noteIntention(frame);
			return;
		}
		if (frame.sender === context.selfId) {
			this.receiveOwn(frame, topic);
			return;
		}
		this.detector.noteInbound();
		const now = context.now();
		// Where a hub broadcasts for all, the others tell it what they have sent.
		if (topic === undefined && context.regime.role() === "hub") {
			context.budget.noteReportedUnicasts(
				now,
				frame.sender,
				math.min(math.max(frame.unicasts, 1), MOST_REPORTED_UNICASTS),
			);
		}
		if (topic === RENDEZVOUS) {
			context.budget.noteReportedUnicasts(now, frame.sender, frame.unicasts + 2);
		} else if (topic !== undefined) {
			context.noteLively();
			context.budget.noteHeard(now, frame.sender, topic);
			context.budget.noteReportedUnicasts(now, frame.sender, math.min(frame.unicasts, MOST_REPORTED_UNICASTS));
			// Of live servers only: names that somebody makes up must not fill the memory.
			if (context.membership.get(frame.sender)) {
				context.loss.heard(frame.sender, frame.counter, now, frame.baseStamp);
			}
		}
		this.process(frame, message as string);
		context.events.changed();
	}

	private read(message: unknown, topic: number | undefined): Frame | DropReason {
		const { checksumSeed, platform } = this.context;
		const { decoded } = platform;
		// Whoever has another key reads something else.
		if (!decoded || topic === undefined || checksumSeed !== 0 || !typeIs(message, "string")) {
			return readFrame(message, checksumSeed);
		}
		let frame = decoded.get(message) as Frame | DropReason | undefined;
		if (frame === undefined) {
			frame = readFrame(message, checksumSeed);
			decoded.set(message, frame);
		}
		return frame;
	}

	private receiveOwn(frame: Frame, topic: number | undefined): void {
		const { context } = this;
		if (topic === undefined) {
			// Only to find out whether it can hear does a server write to itself.
			if (frame.sections.some(({ kind }) => kind === "probe")) this.detector.noteOwn();
			else context.traffic.drop("own");
			return;
		}
		const sentAt = context.echoes.sentAt(frame.counter);
		if (sentAt !== undefined) context.latency.note(context.now() - sentAt);
		context.echoes.heard(frame.counter);
		for (const section of frame.sections) if (section.kind === "cast") this.sender.casts?.noteReturned(section);
		this.detector.noteOwn();
		this.joiner.noteOwn(frame);
	}

	/** What was heard before the state was here. */
	public replay(frame: Frame): void {
		labelled(this.context.platform, Label.Apply, () => this.applyFrom(frame));
	}

	private process(frame: Frame, message: string): void {
		const { context } = this;
		let identity: Identity | undefined;
		let beat: BeatSection | undefined;
		let asks = false;
		let page: PageSection | undefined;
		let election: ElectionSection | undefined;
		// First what is said between two servers, members of each other's view or not.
		for (const section of frame.sections) {
			if (section.kind === "identity") identity = section;
			else if (section.kind === "beat") beat = section;
			else if (section.kind === "page") {
				page = section;
				// Before it is read: a parity page alone may be all of a small state.
				context.hasMetCluster = true;
			} else if (section.kind === "parity" && page) this.joiner.notePage(page, frame, section.text);
			else if (section.kind === "probe") this.answerProbe(section, frame);
			else if (section.kind === "probeAck") this.noteProbeAck(section.nonce, frame);
			else if (section.kind === "election") election = section;
			else if (section.kind === "cast") context.hasMetCluster = true;
			else if (section.kind === "join") {
				asks = true;
				this.roster.noteNewcomer(frame.sender);
				this.joiner.noteJoin(section, frame.sender, frame.addressee !== undefined);
			}
		}
		if (page) {
			const body = page.index < page.pages ? readPageBody(message) : undefined;
			if (body !== undefined) this.joiner.notePage(page, frame, body);
			return;
		}
		if (!asks && context.phase !== "joining") labelled(context.platform, Label.Apply, () => this.applyFrom(frame));
		// From whoever it is: leaders of two sides meet before their servers have.
		if (election && context.rider && this.isFresh(frame)) context.rider.receive(election, frame.sender);
		if (context.phase === "joining") {
			if (beat?.synced) context.hasMetCluster = true;
			this.joiner.noteHeard(frame, identity, beat?.synced === true, asks);
		}
	}

	private applyFrom(frame: Frame): void {
		const member = this.memberOf(frame);
		if (!member) return;
		// A copy that comes minutes late is no sign of life; what is in it is as good as ever.
		const fresh = this.isFresh(frame);
		if (fresh) this.detector.noteHeard(member);
		// Everything the frame speaks of lies below its base: floors, frontiers, stamps. From now on this server's present does not.
		if (HybridClock.accepts(frame.baseStamp, this.context.platform.unixMilliseconds())) {
			this.context.clock.witness(frame.baseStamp);
		}
		const cast = frame.sections.find((section): section is CastSection => section.kind === "cast");
		if (cast) {
			this.applyCast(cast, member, frame, fresh);
			return;
		}
		if (fresh) this.noteSteppedBack(frame);
		const cover = frame.sections.find((section): section is CoverSection => section.kind === "cover");
		if (cover) {
			this.applyRepairedCasts(cover, frame);
			return;
		}
		const former = member.stream.highest;
		for (const section of frame.sections) {
			if (section.kind === "records") this.applyRecords(section, member, frame);
			else if (section.kind === "beat") this.applyBeat(section, member, fresh, frame.baseStamp);
			else if (section.kind === "departures") this.applyDepartures(section, member);
			else if (section.kind === "heard") this.noteHeardOf(section);
			else if (section.kind === "backlog" && frame.addressee === undefined && fresh) {
				this.context.regime.noteStrained(member.shortId, this.context.now());
			} else if (section.kind === "nack") this.repairer.answer(section, frame.sender);
			else if (section.kind === "castNack") this.casts().answer(section, frame.sender);
			else if (frame.addressee !== undefined) this.applyLetters(section, frame.sender, fresh);
		}
		if (frame.addressee !== undefined) this.noteUplink(frame, member, former);
		if (member.stream.highest > former) {
			member.stream.told = 0;
			member.stream.advancedAtSeconds = this.context.now();
		}
		this.repairer.watch(member.stream);
	}

	/** A hub says that it stops being one a few times only. Who missed that would follow it for ever: it lives, and speaks. */
	private noteSteppedBack(frame: Frame): void {
		const { regime } = this.context;
		const { hub } = regime;
		if (!hub || regime.role() !== "leaf" || frame.addressee !== undefined || frame.sender !== hub.shortId) return;
		const isBeating = frame.sections.some(({ kind }) => kind === "beat");
		if (!isBeating || frame.incarnation !== hub.incarnation || frame.baseStamp <= hub.castStamp) return;
		const now = this.context.now();
		hub.uncastSinceSeconds ??= now;
		if (now - hub.uncastSinceSeconds < STEPPED_BACK_SECONDS) return;
		sometimes("a hub that has stepped back unheard");
		regime.dissolve();
		this.detector.beginAnew();
		this.sender.follow();
	}

	/** What a server tells the hub says how much it would like to tell. */
	private noteUplink(frame: Frame, member: Member, former: number): void {
		if (this.context.regime.role() !== "hub") return;
		let bytes = 0;
		let waiting: number | undefined;
		for (const section of frame.sections) {
			if (section.kind === "backlog") waiting = section.waiting;
			else if (section.kind === "beat") waiting ??= 0;
			else if (section.kind === "records" && !section.stream) {
				for (const { version, key, value } of section.records) {
					if (version > former) bytes += RECORD_BYTES + (key?.size() ?? 0) + (value?.size() ?? 0);
				}
			}
		}
		if (bytes > 0 || waiting !== undefined) {
			this.sender.casts?.noteUplink(member.shortId, math.min(bytes, MESSAGE_BYTES), waiting ?? 0);
		}
	}

	/** What games send to this server alone, and what has become of what this one sends. Late copies were remembered once, and may be forgotten. */
	private applyLetters(section: Section, sender: ShortId, fresh: boolean): void {
		if (section.kind === "letter") {
			if (fresh) this.channels().letterBox.note(section, sender);
			else this.context.traffic.drop("stale");
		} else if (section.kind === "receipt") this.channels().noteReceipts(section, sender);
	}

	// -- casts -------------------------------------------------------------------------------------------------------------------------------

	/** A hub's broadcast: what is new, then what it covers of those before. */
	private applyCast(cast: CastSection, member: Member, frame: Frame, fresh: boolean): void {
		const { context } = this;
		const now = context.now();
		const { regime } = context;
		const before = regime.hub;
		// An old cast makes nobody a hub.
		const hub = fresh ? regime.noteCast(cast, member.stream, now) : undefined;
		if (hub && hub !== before) {
			this.detector.beginAnew();
			this.sender.follow();
		}
		const { seq } = cast;
		const isWhole = this.applyCasts(frame, { ...WHOLE, epoch: cast.epoch, after: seq - 1, upTo: seq }, hub);
		for (const section of frame.sections) {
			if (section.kind === "departures") {
				this.applyDepartures(section, member, true);
				for (const { shortId } of section.departures) hub?.log.noteServer(seq - 1, seq, shortId, now);
			} else if (section.kind === "beat") this.applyBeat(section, member, fresh, frame.baseStamp);
			else if (section.kind === "standing") this.compareStanding(section, cast, hub, frame.baseStamp);
		}
		this.repairer.watch(member.stream, true);
		if (!hub) return;
		hub.castStamp = math.max(hub.castStamp, frame.baseStamp);
		hub.uncastSinceSeconds = undefined;
		const { casts } = hub.log;
		if (isWhole) casts.close(seq - 1, seq);
		else casts.extend(seq);
		casts.noteFloor(seq, cast.floor);
		this.applySums(cast, frame, hub);
		if (seq === casts.highest) {
			hub.stableFrontier = cast.frontier;
			hub.uplinkSeconds = math.max(0.5, cast.uplinkTenths / 10);
			hub.messageSeconds = cast.messageTenths / 10;
			hub.giveShare = cast.givePercent / 100;
			if (!cast.responders.isEmpty()) hub.responders = cast.responders;
			context.doubts.compare(cast, now);
		}
		if (cast.dissolved) {
			regime.dissolve();
			this.detector.beginAnew();
			this.sender.follow();
			return;
		}
		this.casts().watch(hub);
	}

	/** What can be computed, now that this cast is here, of those that are not. */
	private applySums({ epoch, seq }: CastSection, frame: Frame, hub: Hub): void {
		const { sums, casts } = hub.log;
		const sum = frame.sections.find((section): section is SumSection => section.kind === "sum");
		sums.note({ seq, baseStamp: frame.baseStamp, text: frame.news ?? "" }, sum);
		for (const { seq: lost, baseStamp, text } of sums.takeComputed()) {
			if (casts.hasAll(lost - 1, lost)) continue;
			const content = readSections(text, baseStamp);
			if (!content) {
				this.context.traffic.drop("malformed");
				continue;
			}
			sometimes("a cast computed from a sum");
			const isWhole = this.applyCasts(
				{ ...frame, ...content, baseStamp },
				{ ...WHOLE, epoch, after: lost - 1, upTo: lost },
				hub,
			);
			if (isWhole) casts.close(lost - 1, lost);
		}
	}

	/** An answer to a request for casts, by anybody; of use for those of the hub that is followed. */
	private applyRepairedCasts(cover: CoverSection, frame: Frame): void {
		const { hub } = this.context.regime;
		const followed = hub?.epoch === cover.epoch ? hub : undefined;
		if (followed) {
			const { casts } = followed.log;
			const former = casts.watermark();
			this.applyAnswer(cover, frame, followed);
			// What it introduces may be what others that came before it speak of.
			if (casts.watermark() > former && this.postponed) {
				const { postponed } = this;
				this.postponed = undefined;
				for (const [earlier, answer] of postponed) this.applyAnswer(earlier, answer, followed);
			}
			this.casts().watch(followed);
		} else this.applyCasts(frame, { ...cover, after: cover.upTo }, undefined);
	}

	/** Keeps an answer that speaks of servers which another answer introduces. */
	private applyAnswer(cover: CoverSection, frame: Frame, hub: Hub): void {
		const { casts } = hub.log;
		// Nothing in it is of a cast of its own.
		this.applyCasts(frame, { ...cover, after: cover.upTo }, hub);
		if (cover.epoch !== hub.epoch || cover.parts > 1 || casts.hasAll(cover.after, cover.upTo)) return;
		const postponed = (this.postponed ??= []);
		if (postponed.size() < MOST_POSTPONED) postponed.push([cover, frame]);
	}

	/** Words and records of the casts `first`, then those that each cover is about. Returns whether all of `first` is here now. */
	private applyCasts(frame: Frame, first: Omit<CoverSection, "kind">, hub: Hub | undefined): boolean {
		let casts = first;
		let isWhole = true;
		let isFirstWhole = true;
		const finish = (): void => {
			if (casts === first) isFirstWhole = isWhole;
			else if (hub && isWhole && casts.epoch === hub.epoch)
				hub.log.noteCover(casts, `${frame.sender} ${frame.baseStamp}`);
			isWhole = true;
		};
		for (const section of frame.sections) {
			if (section.kind === "cover") {
				finish();
				casts = section;
			} else if (casts !== first && hub?.log.casts.hasAll(casts.after, casts.upTo)) {
				// What the casts before have brought already is most of what there is.
				continue;
			} else if (section.kind === "members") this.admitAll(section.members, hub, casts);
			else if (section.kind === "relayed") {
				for (const group of section.groups) {
					if (!this.applyGroup(group, hub, casts.after, casts.upTo)) isWhole = false;
				}
			}
		}
		finish();
		return isFirstWhole;
	}

	private applyGroup(group: RelayedGroup, hub: Hub | undefined, after: number, upTo: number): boolean {
		const { context } = this;
		const stream = context.findNamed(group.stream);
		if (!stream) {
			// Whoever goes by the beginning of its name is asked for by the numbers that are missing.
			if (group.stream.shortId.size() < SHORT_ID_BYTES) return false;
			// Of a server that is gone, or of what it was before, nothing is missed.
			const { shortId, incarnation } = group.stream;
			const known = context.membership.get(shortId)?.stream ?? context.membership.departed(shortId)?.stream;
			if (known !== undefined && known.incarnation > incarnation) return true;
			// The hub knows a server that this one has never met: it introduces itself when asked, unless a cast that is missing did so.
			if (!hub || !isBehind(hub, after)) this.askWhoItIs(shortId, incarnation);
			return false;
		}
		const now = context.now();
		if (stream === context.replica.own) {
			for (const record of group.records) context.recents.heardAgain(stream, record.reference, record.version);
			if (hub) hub.ownCastUpTo = math.max(hub.ownCastUpTo, group.upTo);
		} else {
			const former = stream.highest;
			context.replica.applySection(
				stream,
				{ ...group, kind: "records" },
				context.clock,
				context.platform.unixMilliseconds(),
			);
			for (const register of context.replica.takeFresh()) context.recents.note(register, now);
			if (stream.highest > former) stream.advancedAtSeconds = now;
			if (!stream.live) this.roster.adoptOrphans();
			this.repairer.watch(stream, true);
		}
		hub?.log.noteRange(after, upTo, { stream, after: group.after, upTo: group.upTo }, now);
		// Of a key that goes by a reference which is not known here nothing was applied: what the cast brought counts as missing, and holds the frontier back.
		return stream.hasAll(group.after, group.upTo);
	}

	/** The hub names servers that are new. */
	private admitAll(
		entries: ReadonlyArray<MemberEntry>,
		hub: Hub | undefined,
		{ after, upTo }: Omit<CoverSection, "kind">,
	): void {
		const { context } = this;
		for (const entry of entries) {
			const { shortId, incarnation } = entry;
			if (shortId === context.selfId || entry.state !== "live") continue;
			hub?.log.noteServer(after, upTo, shortId, context.now());
			const member = context.membership.get(shortId);
			if (member) {
				if (incarnation > member.stream.incarnation) this.roster.renew(member, incarnation);
				continue;
			}
			const departed = context.membership.departed(shortId);
			if (!departed || incarnation > departed.stream.incarnation) this.roster.admit(entry, entry);
		}
	}

	/** The hub tells what streams come to: who has missed something without knowing finds out. */
	private compareStanding(
		section: StandingSection,
		{ seq, frontier }: CastSection,
		hub: Hub | undefined,
		baseStamp: number,
	): void {
		const { context } = this;
		const isLate = hub !== undefined && isBehind(hub, seq - 1);
		const now = context.now();
		for (const { shortId, incarnation, upTo, digest } of section.streams) {
			const member = context.membership.get(shortId);
			if (!member && !isLate && shortId !== context.selfId) this.askUnlessGone(shortId, incarnation, now);
			context.doubts.noteNamed(shortId);
			// The words that said so were missed.
			if (member && incarnation > member.stream.incarnation) this.roster.renew(member, incarnation);
			if (!member || member.stream.incarnation !== incarnation) continue;
			const { stream } = member;
			if (upTo > stream.highest && upTo <= stream.highest + MOST_VERSIONS_AHEAD) {
				stream.extend(upTo);
				this.repairer.watch(stream, true);
			}
			if (!this.endsBefore(member, upTo, baseStamp, now) && stream.watermark() === upTo)
				this.compareDigest({ digest, frontier }, member, now);
		}
	}

	/** The hub takes a server for live that is none here: it introduces itself when asked, and comes back if it was taken for lost. */
	private askUnlessGone(shortId: ShortId, incarnation: number, now: number): void {
		const departed = this.context.membership.departed(shortId);
		if (!departed) {
			this.askWhoItIs(shortId, incarnation);
			return;
		}
		const { reason, departedAtSeconds, stream } = departed;
		if (incarnation < stream.incarnation || now - departedAtSeconds < TOLD_SECONDS) return;
		if (reason === "lost" || incarnation > stream.incarnation) {
			this.probeServer(shortId, incarnation === stream.incarnation, incarnation);
		}
	}

	/** The live member a frame is from; undefined if it is not to be applied. */
	private memberOf(frame: Frame): Member | undefined {
		const { context } = this;
		const { membership } = context;
		const member = membership.get(frame.sender);
		if (member) {
			if (frame.incarnation === member.stream.incarnation) return member;
			if (frame.incarnation < member.stream.incarnation) {
				sometimes("a message of a former incarnation");
				context.traffic.drop("stale");
				return undefined;
			}
			if (this.isFresh(frame)) {
				this.roster.renew(member, frame.incarnation);
				return member;
			}
			sometimes("a late message of a new stream");
			this.probe(frame, false, member.stream.incarnation);
			return undefined;
		}
		const departed = membership.departed(frame.sender);
		if (departed) {
			if (this.applyLastWords(frame, departed)) return undefined;
			sometimes("a message of a gone server");
			context.traffic.drop("departed");
			// Who said goodbye is gone; a late copy of what it sent is no reason to ask.
			if (departed.reason === "lost" || frame.incarnation > departed.stream.incarnation) {
				this.probe(frame, true, departed.stream.incarnation);
			}
			return undefined;
		}
		let identity: Identity | undefined;
		let synced = false;
		for (const section of frame.sections) {
			if (section.kind === "identity") identity = section;
			else if (section.kind === "beat") synced = section.synced;
			else if (section.kind === "cast") synced = true;
		}
		if (identity && synced && this.isFresh(frame)) return this.roster.admit(this.nameOf(frame), identity);
		sometimes("a message of an unknown server");
		context.traffic.drop("unknown");
		this.probe(frame, false, frame.incarnation);
		return undefined;
	}

	/** What a closed server had said before its goodbye may arrive after it: it is no sign of life, but what it hands on is not lost. */
	private applyLastWords(frame: Frame, departed: Departed): boolean {
		const { context } = this;
		const { stream } = departed;
		const late = context.now() - departed.departedAtSeconds;
		if (departed.reason !== "closed" || departed.purged || late > LAST_WORDS_SECONDS) return false;
		if (frame.incarnation !== stream.incarnation) return false;
		// Leaves say theirs to the hub.
		if (frame.addressee !== undefined && context.regime.role() !== "hub") return false;
		sometimes("last words after the goodbye");
		for (const section of frame.sections) {
			if (section.kind !== "records" || section.stream) continue;
			context.replica.applySection(stream, section, context.clock, context.platform.unixMilliseconds());
		}
		if (!context.replica.takeFresh().isEmpty()) this.roster.adoptOrphans();
		this.sender.casts?.noteAdvanced(stream);
		return true;
	}

	private nameOf(frame: Frame): { shortId: string; incarnation: number } {
		return { shortId: frame.sender, incarnation: frame.incarnation };
	}

	private isFresh(frame: Frame): boolean {
		const { context } = this;
		return (
			frame.baseStamp > context.nowStamp() - FRESH_MILLISECONDS &&
			HybridClock.accepts(frame.baseStamp, context.platform.unixMilliseconds())
		);
	}

	// -- probes ------------------------------------------------------------------------------------------------------------------------------

	private probe(frame: Frame, presumedDead: boolean, incarnation: number): void {
		this.probeServer(frame.sender, presumedDead, incarnation);
	}

	/**
	 * The hub knows a server that this one has never met. While a game starts there are many of them at every server: they are introduced
	 * by the hub, or with an answer to who misses what they said, and asked themselves only now and then.
	 */
	private askWhoItIs(shortId: ShortId, incarnation: number): void {
		const now = this.context.now();
		if (now < this.nextHearsaySeconds) return;
		this.nextHearsaySeconds = now + HEARSAY_PROBE_SECONDS * (0.5 + this.context.platform.random());
		this.probeServer(shortId, false, incarnation);
	}

	private probeServer(shortId: ShortId, presumedDead: boolean, incarnation: number): void {
		const { context } = this;
		if (!context.isActive()) return;
		const now = context.now();
		const outstanding = this.probes.get(shortId);
		if (outstanding && now - outstanding.atSeconds < PROBE_AGAIN_SECONDS) return;
		if (!outstanding && this.probes.size() >= 200) this.probes.clear();
		const nonce = math.floor(context.platform.random() * 4294967296);
		this.probes.set(shortId, { nonce, atSeconds: now });
		context.traffic.probes += 1;
		this.sender.addressed.sendTo(shortId, "probe", [writeProbe({ nonce, presumedDead, incarnation })]);
	}

	private answerProbe(probe: ProbeSection, frame: Frame): void {
		const { context } = this;
		if (!context.isActive()) return;
		if (probe.presumedDead && probe.incarnation === context.incarnation && context.phase === "synced") {
			this.onGivenUp(frame.sender);
		}
		const baseStamp = context.nowStamp();
		const beat = {
			synced: true,
			upTo: context.sequencer.upTo(),
			floor: 0,
			frontier: 0,
			nextSeconds: math.ceil(this.context.beatSeconds()),
			lossPercent: context.lossPercent(),
			digest: 0,
		};
		this.sender.addressed.sendTo(
			frame.sender,
			"probeAck",
			[writeIdentity(context.identity), writeBeat(beat, baseStamp), writeProbeAck({ nonce: probe.nonce })],
			baseStamp,
		);
	}

	private noteProbeAck(nonce: number, frame: Frame): void {
		const { context } = this;
		const outstanding = this.probes.get(frame.sender);
		if (!outstanding || outstanding.nonce !== nonce) return;
		this.probes.delete(frame.sender);
		const member = context.membership.get(frame.sender);
		if (member) {
			if (frame.incarnation > member.stream.incarnation) this.roster.renew(member, frame.incarnation);
			return;
		}
		const departed = context.membership.departed(frame.sender);
		if (departed && frame.incarnation <= departed.stream.incarnation) return;
		for (const section of frame.sections) {
			if (section.kind !== "identity") continue;
			sometimes("a server admitted by its answer");
			this.roster.admit(this.nameOf(frame), section);
			break;
		}
	}

	// -- sections ----------------------------------------------------------------------------------------------------------------------------

	private applyRecords(section: RecordsSection, member: Member, frame: Frame): void {
		const { context } = this;
		const stream = section.stream ? context.findStream(section.stream) : member.stream;
		if (!stream) return;
		if (stream === context.replica.own) {
			// Others repeat what this server sent: so much less is left to repeat.
			for (const record of section.records) context.recents.heardAgain(stream, record.reference, record.version);
			return;
		}
		const former = context.replica.fresh.size();
		const givable = stream.givableUpTo();
		context.replica.applySection(stream, section, context.clock, context.platform.unixMilliseconds());
		if (stream.givableUpTo() > givable) this.sender.casts?.noteAdvanced(stream);
		if (context.replica.fresh.size() > former) {
			const now = context.now();
			// What came as a repair was on the air before; repeating it to everybody is of less use, but costs nothing.
			for (const register of context.replica.takeFresh()) context.recents.note(register, now);
			if (!stream.live) this.roster.adoptOrphans();
		}
		if (frame.addressee !== undefined && frame.sender === stream.shortId)
			this.repairer.settleAudit(stream, section);
		if (stream !== member.stream) this.repairer.watch(stream);
	}

	/** Another server tells how far it has heard of others' streams. */
	private noteHeardOf(section: HeardSection): void {
		const { context } = this;
		for (const entry of section.streams) {
			const stream = context.findStream(entry);
			if (!stream || stream === context.replica.own || !stream.live) continue;
			if (entry.upTo === stream.highest) stream.told += 1;
			if (entry.upTo <= stream.highest || entry.upTo > stream.highest + MOST_VERSIONS_AHEAD) continue;
			sometimes("others tell of a missed message");
			stream.extend(entry.upTo);
			stream.told = 1;
			stream.advancedAtSeconds = context.now();
			// The message itself may still be on its way.
			this.repairer.watch(stream, true);
		}
	}

	private applyBeat(beat: BeatSection, member: Member, fresh: boolean, baseStamp: number): void {
		const { context } = this;
		const { stream } = member;
		const now = context.now();
		if (beat.upTo > stream.highest + MOST_VERSIONS_AHEAD) return;
		stream.extend(beat.upTo);
		const unixMilliseconds = context.platform.unixMilliseconds();
		if (HybridClock.accepts(beat.floor, unixMilliseconds)) stream.noteFloor(beat.upTo, beat.floor);
		if (beat.frontier > member.frontier && HybridClock.accepts(beat.frontier, unixMilliseconds)) {
			member.frontier = beat.frontier;
		}
		if (fresh) {
			context.membership.noteLoss(member, beat.lossPercent === LOSS_UNKNOWN ? undefined : beat.lossPercent / 100);
			member.promisedBySeconds = math.max(member.promisedBySeconds, now + math.min(beat.nextSeconds, 90));
		}
		if (this.endsBefore(member, beat.upTo, baseStamp, now)) return;
		// Comparable only where this server has just what the digest is of.
		if (stream.watermark() === beat.upTo && beat.digest !== 0) this.compareDigest(beat, member, now);
	}

	/** Whether a stream is said to end before what is known of it. When that is so for long, somebody else has spoken in its server's name. */
	private endsBefore(member: Member, upTo: number, baseStamp: number, now: number): boolean {
		const { behind, stream } = member;
		if (upTo >= stream.highest) {
			member.behind = undefined;
			return false;
		}
		// What comes late says less than is known.
		if (!behind || upTo >= behind.highest) {
			member.behind = { highest: stream.highest, stamp: this.context.nowStamp(), sinceSeconds: now };
		} else if (baseStamp > behind.stamp && now - behind.sinceSeconds >= DIGEST_PATIENCE_SECONDS) {
			sometimes("a stream that ends before what is known of it");
			this.compareAll(member, upTo);
		}
		return true;
	}

	private compareDigest(
		{ digest, frontier }: Pick<BeatSection, "digest" | "frontier">,
		member: Member,
		now: number,
	): void {
		const { context } = this;
		const { stream } = member;
		stream.forgetAssemblies();
		context.replica.dropUnconfirmed(stream);
		if (math.max(1, stream.digest) === digest) {
			if (member.differs) sometimes("a digest mismatch that healed by itself");
			member.differs = undefined;
			return;
		}
		member.differs ??= { sinceSeconds: now, stamp: context.nowStamp() };
		// Whoever has not applied yet what this server had when they began to differ, does not know what it has lost to others.
		if (frontier < member.differs.stamp || now - member.differs.sinceSeconds < DIGEST_PATIENCE_SECONDS) return;
		this.compareAll(member, stream.highest);
	}

	private compareAll(member: Member, upTo: number): void {
		sometimes("a stream compared record by record");
		member.differs = undefined;
		member.behind = undefined;
		this.context.log.info(
			`what is here of server ${member.identity.serverId} differs from what it says; comparing`,
		);
		this.repairer.audit(member.stream, upTo);
	}

	private applyDepartures(section: DeparturesSection, member: Member, byHub = false): void {
		const { context } = this;
		for (const departure of section.departures) {
			if (departure.shortId === context.selfId) {
				if (departure.incarnation === context.incarnation && context.phase === "synced")
					this.onGivenUp(member.shortId);
				continue;
			}
			// That it closes, a server says itself.
			if (departure.reason === "closed" && departure.shortId !== member.shortId && !byHub) continue;
			const accused = context.membership.get(departure.shortId);
			const heardLately =
				accused !== undefined &&
				accused !== member &&
				departure.reason === "lost" &&
				// Who is known by hearsay only has not been heard.
				accused.lastHeardSeconds > accused.admittedAtSeconds &&
				context.now() - accused.lastHeardSeconds < HEARD_LATELY_SECONDS;
			if (heardLately) {
				sometimes("a loss not believed");
				continue;
			}
			const wasLive = context.membership.get(departure.shortId) !== undefined;
			this.roster.depart(departure, departure.reason, member.shortId, departure.upTo);
			// The hub passes on what only it was told.
			if (wasLive && context.regime.role() === "hub") this.sender.losses.announceLost(departure);
			const departed = context.membership.departed(departure.shortId);
			if (departed && !departed.purged) this.repairer.watch(departed.stream);
			this.sender.losses.noteLost(departure);
			const more = this.roster.knowsMore(departure, departure.upTo);
			if (more !== undefined) this.sender.losses.correctLost({ ...departure, reason: "lost", upTo: more });
		}
	}
}

/** Whether casts up to this one are missing here: what they brought cannot be known. */
function isBehind({ log }: Hub, upTo: number): boolean {
	return log.casts.watermark() < upTo;
}
