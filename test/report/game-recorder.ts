// Watches one game and makes the record that a report is drawn from.
//
//   const recorder = new GameRecorder({ name: "net-server-sync", stage: stageOf(world), classify: classifyFrame, goals: {} });
//   record(world, recorder);                                  // watches the cloud, and takes a sample every few virtual seconds
//   watchPool(recorder, server, pool, (value) => value);      // once for each server and pool whose lag is to be measured
//   recorder.noteChange("Players", "Ann", "Ann", 3);          // before server 3 does it; the value "" for a removal
//   watchElection(recorder, server, election);                // once for each server that may lead
//   recorder.noteEvent({ kind: "crash", text: "server 2 crashes", servers: [2] });   // right after it was done
//   const heal = recorder.noteEvent({ kind: "partition", text: "...", servers: [4, 5], untilSeconds: 90 });
//   recorder.chooseWindow(60, 75, "before the failure");      // for the diagram; may reach back by 30 s
//   const runRecord = composeRecord(head, [recorder]);        // see compose.ts; `head` has title, seed, verdict, ...
//
// `stageOf`, `record`, `watchPool` and `watchElection` are in virtual-stage.ts. Nothing here changes what the game does.
import { receivedPerGamePerMinute, receivedPerTopicPerMinute, sendsPerMinute } from "../../src/platform/limits";
import { Column, newSamples, seriesOf } from "./columns";
import { DiagramRecorder } from "./diagram-recorder";
import { Goals } from "./goals";
import { LagMeter } from "./lag-meter";
import { milliseconds } from "./rounding";
import { Diagram, PlanEntry, Reign, WayRecord } from "./run-record";
import { Reigns } from "./reigns";
import { ServerLanes } from "./server-lanes";
import { CloudCounts, CloudWatcher, ObservedServer, Stage, Standing } from "./stage";
import { TrafficMeter } from "./traffic-meter";

/** What is done to the game. */
export interface GameEvent {
	/** "crash", "close", "start", "freeze", "partition", "deaf", "mute", or any other word. */
	readonly kind: string;
	readonly text: string;
	/** Those it is about, by their numbers; empty for all. */
	readonly servers: readonly number[];
	/** When it ends, if that is known. */
	readonly untilSeconds?: number;
	/** Whether these servers cannot keep up meanwhile, so that they are not waited for; default: freezes, partitions, the deaf and the mute. */
	readonly disturbs?: boolean;
}

export interface RecorderOptions {
	readonly name: string;
	readonly stage: Stage;
	readonly goals: Goals;
	/** Whether servers agree which of two close changes of one key is the later one; default false: such changes are not measured. */
	readonly latestWins?: boolean;
	/** What a message is for, in a word: "changes", "beat", "repair", "join", "state" or "other". */
	readonly classify?: (topic: string, message: unknown) => string;
}

const EVENTS_MOST = 200;
const DISTURBING: ReadonlySet<string> = new Set(["freeze", "partition", "deaf", "mute"]);
/** Events that are worth a look at the messages around them: in a large game a short one, as it has many of them. */
const WORTH_A_LOOK: ReadonlySet<string> = new Set(["crash", "partition", "freeze", "close"]);
const LOOK_SECONDS = 12;
const SHORT_LOOK_SECONDS = 8;
const LARGE_GAME_SERVERS = 9;
/** Of the distribution of lags, where no goal says more. */
const LONGEST_LAG_SECONDS = 20;

/** Is the watcher of the game's cloud; see the top of this file. */
export class GameRecorder implements CloudWatcher {
	public readonly name: string;
	public readonly goals: Goals;
	public readonly lag: LagMeter;
	public readonly lanes = new ServerLanes();
	public readonly reigns = new Reigns();
	public readonly events = new Array<PlanEntry>();
	public readonly samples = newSamples();
	private readonly stage: Stage;
	private readonly classify: (topic: string, message: unknown) => string;
	private readonly traffic = new TrafficMeter();
	private readonly diagram = new DiagramRecorder();
	private readonly numbers = new Map<string, number>();
	private live = new Array<ObservedServer>();
	private lastCounts: CloudCounts | undefined;
	private lastRepairs = 0;
	private readonly repairsBy = new Map<number, number>();
	private sampledAtSeconds = 0;

	constructor(options: RecorderOptions) {
		this.name = options.name;
		this.stage = options.stage;
		this.goals = options.goals;
		this.lag = new LagMeter(options.latestWins);
		this.classify = options.classify ?? (() => "changes");
	}

	/** From now on, this server shows what is in a pool: changes of it are waited for. */
	public noteView(server: number, pool: string): void {
		this.lag.view(server, pool);
	}

	/** A server is about to change a key; "" removes it. Values of one key should differ. What is not measured supersedes all the same. */
	public noteChange(pool: string, key: string, value: string, server: number, isMeasured = true): void {
		this.lag.change(pool, key, value, server, this.stage.now(), isMeasured);
	}

	/** A server shows this value of a key now; "" when the key is gone. */
	public noteShown(pool: string, key: string, value: string, server: number): void {
		this.lag.show(server, pool, key, value, this.stage.now());
	}

	/** A server has begun to lead. `holds`: whether it still does, by its own clock; without it, until it is said that it does not. */
	public noteElected(scope: string, server: number, term: number, holds?: () => boolean): void {
		this.reigns.began(scope, server, term, this.stage.now(), holds);
	}

	/** A server leads no longer. */
	public noteVacated(scope: string, server: number, reason: Reign["end"]): void {
		this.reigns.ended(scope, server, this.stage.now(), reason);
	}

	/** Something has been done to the game. Returns what to call when it ends, unless `untilSeconds` says when. */
	public noteEvent(event: GameEvent): () => void {
		const atSeconds = this.stage.now();
		const { kind, text, servers } = event;
		let untilSeconds = event.untilSeconds ?? -1;
		this.look(atSeconds);
		if (event.disturbs ?? DISTURBING.has(kind)) {
			const numbers = servers.isEmpty() ? this.live.map(({ number }) => number) : servers;
			this.lag.disturb(numbers, () => (untilSeconds < 0 ? math.huge : untilSeconds));
		}
		if (WORTH_A_LOOK.has(kind)) {
			const seconds = this.live.size() < LARGE_GAME_SERVERS ? LOOK_SECONDS : SHORT_LOOK_SECONDS;
			const fromSeconds = math.max(0, atSeconds - seconds / 3);
			this.diagram.choose({ fromSeconds, toSeconds: fromSeconds + seconds, text }, true);
		}
		const index = this.events.size();
		const entry = { atSeconds: milliseconds(atSeconds), kind, text, servers: [...servers] };
		if (index < EVENTS_MOST) this.events.push({ ...entry, untilSeconds: milliseconds(untilSeconds) });
		return () => {
			untilSeconds = this.stage.now();
			if (index < EVENTS_MOST) this.events[index] = { ...entry, untilSeconds: milliseconds(untilSeconds) };
		};
	}

	/** What the diagram shows, instead of what is around the first crash, partition, freeze or close. May reach back by 30 s. */
	public chooseWindow(fromSeconds: number, toSeconds: number, text: string): void {
		this.diagram.choose({ fromSeconds, toSeconds, text }, false);
	}

	public Published(id: number, sender: string, topic: string, message: unknown, bytes: number): void {
		const now = this.stage.now();
		const number = this.numberOf(sender);
		this.traffic.published(id, number, topic, now);
		this.diagram.published(id, number, this.classify(topic, message), bytes, now);
	}

	public Delivered(id: number, receiver: string): void {
		const now = this.stage.now();
		this.traffic.copied(id, now);
		this.diagram.delivered(id, this.numberOf(receiver), now);
	}

	public Lost(id: number, receiver: string, reason: string): void {
		const now = this.stage.now();
		if (receiver !== "") {
			if (reason === "limit") this.traffic.refused(id, now);
			else this.traffic.copied(id, now);
		}
		this.diagram.lost(id, receiver === "" ? 0 : this.numberOf(receiver), reason);
	}

	/** Takes a sample. Returns in how many seconds the next is due. */
	public sample(): number {
		const now = this.stage.now();
		this.look(now);
		const { live } = this;
		const sinceSeconds = this.sampledAtSeconds;
		let [seenLeast, seenMost, shownLeast, shownMost] = [math.huge, 0, math.huge, 0];
		let [sends, sendsLimit] = [0, sendsPerMinute(0)];
		const leaving = new Map<string, boolean>();
		let leavingCount = 0;
		for (const server of live) {
			leaving.set(server.id, server.leaving());
			if (server.leaving()) leavingCount += 1;
		}
		const standing = (id: string): Standing => {
			const isLeaving = leaving.get(id);
			return isLeaving === undefined ? "gone" : isLeaving ? "leaving" : "live";
		};
		for (const server of live) {
			const { number } = server;
			const sight = server.sight(standing, live.size() - leavingCount, leavingCount);
			if (sight) {
				this.lanes.saw(number, sinceSeconds, now, sight);
				seenLeast = math.min(seenLeast, sight.seen);
				seenMost = math.max(seenMost, sight.seen);
			}
			const pools = server.pools();
			if (pools) {
				if (pools.owned >= 0) this.lanes.owns(number, milliseconds(now), pools.owned);
				shownLeast = math.min(shownLeast, pools.shown);
				shownMost = math.max(shownMost, pools.shown);
			}
			const repairs = server.repairs();
			if (repairs !== undefined) this.repairsBy.set(number, repairs);
			const [sent, limit] = [this.traffic.takeSends(number, now), sendsPerMinute(server.players())];
			if (sent / limit >= sends / sendsLimit) [sends, sendsLimit] = [sent, limit];
		}
		const peaks = this.traffic.takePeaks(now);
		this.samples.add(milliseconds(now), {
			gameReceived: peaks.game,
			gameLimit: receivedPerGamePerMinute(live.size()),
			gameWanted: peaks.gameWanted,
			topicReceived: peaks.topic,
			topicLimit: receivedPerTopicPerMinute(live.size()),
			topicWanted: peaks.topicWanted,
			sends,
			sendsLimit,
			...this.countsSince(),
			liveServers: live.size(),
			seenLeast: seenLeast === math.huge ? -1 : seenLeast,
			seenMost: seenLeast === math.huge ? -1 : seenMost,
			shownLeast: shownLeast === math.huge ? -1 : shownLeast,
			shownMost: shownLeast === math.huge ? -1 : shownMost,
		});
		this.reigns.look(now);
		this.diagram.forget(now);
		this.sampledAtSeconds = now;
		return this.samples.stepSeconds;
	}

	public counts(): CloudCounts {
		return this.stage.statistics();
	}

	/** Servers that live now. */
	public liveCount(): number {
		return this.live.size();
	}

	/** Changes that are not everywhere although there was time for it. */
	public missing(): number {
		return this.lag.missing(this.graceEndSeconds());
	}

	/** Of all measured changes, in seconds; -1 for never. */
	public lagPercentiles(shares: ReadonlyArray<number>): number[] {
		return this.lag.percentiles(shares, this.graceEndSeconds());
	}

	/** What the game would have received in the worst minute without limits, as a share of the limit. */
	public mostAskedShare(): number {
		const limits = this.samples.column("gameLimit");
		let most = 0;
		this.samples.column("gameWanted").forEach((asked, index) => {
			most = math.max(most, asked / limits[index]!);
		});
		return most;
	}

	public wayRecord(): WayRecord {
		const endSeconds = this.stage.now();
		const { samples, lanes, lag, reigns } = this;
		const longest = this.goals.lagMostSeconds ?? this.goals.lagP99Seconds;
		return {
			name: this.name,
			lag: lag.series(endSeconds, this.graceEndSeconds()),
			distribution: lag.distribution(
				longest === undefined ? LONGEST_LAG_SECONDS : longest * 2,
				this.graceEndSeconds(),
			),
			series: seriesOf(samples),
			servers: lanes.lanes,
			serversLeftOut: lanes.leftOut,
			reigns: reigns.list,
			reignsLeftOut: reigns.leftOut,
		};
	}

	/** The window that was chosen, or else the first that suggested itself. */
	public diagramRecord(): Diagram | undefined {
		const { window } = this.diagram;
		if (!window) return undefined;
		const lanes = new Array<number>();
		for (const { server, startedAtSeconds, endedAtSeconds } of this.lanes.lanes) {
			const isOver = endedAtSeconds >= 0 && endedAtSeconds < window.fromSeconds;
			if (startedAtSeconds <= window.toSeconds && !isOver) lanes.push(server);
		}
		const { messages, leftOut } = this.diagram.messages();
		return {
			way: this.name,
			text: window.text,
			fromSeconds: milliseconds(window.fromSeconds),
			toSeconds: milliseconds(math.min(window.toSeconds, this.stage.now())),
			lanes,
			messages,
			messagesLeftOut: leftOut,
		};
	}

	public endSeconds(): number {
		return milliseconds(this.stage.now());
	}

	/** Finds out who lives: at each sample, and when something has happened. */
	private look(now: number): void {
		const before = this.live;
		this.live = this.stage.servers();
		const numbers = new Set<number>();
		for (const { number, id } of this.live) {
			numbers.add(number);
			if (this.numbers.has(id)) continue;
			this.numbers.set(id, number);
			this.lanes.started(number, milliseconds(now));
		}
		for (const server of before) {
			if (numbers.has(server.number)) continue;
			const crashed = server.crashed();
			this.lanes.ended(server.number, milliseconds(now), crashed ? "crashed" : "closed");
			this.lag.serverEnded(server.number, crashed, now);
			this.reigns.serverEnded(server.number, now, crashed ? "crashed" : "closed");
		}
	}

	/** Changes later than this may still be on their way. */
	private graceEndSeconds(): number {
		return this.stage.now() - (this.goals.lagMostSeconds ?? this.goals.lagP99Seconds ?? LONGEST_LAG_SECONDS);
	}

	private countsSince(): Pick<
		Record<Column, number>,
		"published" | "delivered" | "lost" | "overLimit" | "duplicates" | "repairs"
	> {
		const counts = this.stage.statistics();
		const before = this.lastCounts;
		let repairs = 0;
		for (const [, count] of this.repairsBy) repairs += count;
		const sum = {
			published: counts.publishes - (before?.publishes ?? 0),
			delivered: counts.deliveries - (before?.deliveries ?? 0),
			lost: lostIn(counts) - (before ? lostIn(before) : 0),
			overLimit: counts.limiterDrops - (before?.limiterDrops ?? 0),
			duplicates: counts.duplicates - (before?.duplicates ?? 0),
			repairs: repairs - this.lastRepairs,
		};
		this.lastCounts = counts;
		this.lastRepairs = repairs;
		return sum;
	}

	private numberOf(id: string): number {
		let found = this.numbers.get(id);
		if (found === undefined) {
			// It has started since the last sample.
			this.look(this.stage.now());
			found = this.numbers.get(id) ?? 0;
		}
		return found;
	}
}

/** Copies that were lost, whatever the reason, but for limits. */
function lostIn(counts: CloudCounts): number {
	return counts.droppedByLoss + counts.droppedByFilter + counts.droppedByDeafness;
}
