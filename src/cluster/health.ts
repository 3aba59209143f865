import { grouped } from "../diagnostics/errors";
import type { Phase } from "./context";

/** Why a server is not healthy; each word stands for one cause. See {@link Health}. */
export type HealthReason =
	| "subscribing"
	| "joining"
	| "publishing"
	| "silence"
	| "unheard"
	| "hub"
	| "rejoining"
	| "stoodStill"
	| "limits"
	| "backlog"
	| "loss"
	| "unreadable"
	| "memoryStore"
	| "studio"
	| "closed";

/** How well this server takes part. */
export interface Health {
	/** "healthy": all is well. "degraded": it takes part, later or with less than it should. "isolated": it shares nothing with the others now. */
	readonly Status: "healthy" | "degraded" | "isolated";
	/** The cause, the gravest where there are several; undefined for "healthy". */
	readonly Reason: HealthReason | undefined;
	/** The cause in words, with the values, and what to do about it; "" for "healthy". */
	readonly Detail: string;
}

/** What a server's health is judged by. Times are seconds that something has lasted, or since it happened; `math.huge` where it never did. */
export interface HealthReadings {
	readonly phase: Phase;
	/** Since this server started. */
	readonly runningSeconds: number;
	/** What the last subscribe call that failed said. */
	readonly subscribeFailure: string | undefined;
	/** Other servers, as far as is known. */
	readonly others: number;
	readonly isLeaf: boolean;
	/** Since anything came in, own messages included; since something of another server did; since the first own broadcast that none has come back after. */
	readonly silentSeconds: number;
	readonly othersSilentSeconds: number;
	/** Since the latest sign of life was due that another server has promised. */
	readonly overdueSeconds: number;
	readonly unheardSeconds: number;
	/** Since when every publish has failed, and how many. */
	readonly publishFailingSeconds: number;
	readonly publishFailures: number;
	readonly stoodStillSeconds: number;
	readonly stoodStillForSeconds: number;
	readonly congestionFactor: number;
	readonly oldestQueuedSeconds: number;
	readonly queueDepth: number;
	readonly loss: number;
	/** How many own broadcasts were sent since then. */
	readonly unheard: number;
	/** Messages of the last half minute that could not be read. */
	readonly unreadable: number;
	readonly memoryFailuresInRow: number;
}

/** A server that starts has so long to find the others. */
const JOINING_SECONDS = 12;
/** Silence counts so long after the last sign of life was due that any server has promised: the failure detector asks before that, and gives up after it. */
const OVERDUE_SECONDS = 6.5;
/** Where it counts at once: so many servers do not miss their signs of life together. */
const SEVERAL = 3;
const SILENT_SECONDS = 13.5;
/** A hub says something every 5 s. */
const HUB_SILENT_SECONDS = 16;
/** Who is alone says little. */
const SILENT_ALONE_SECONDS = 40;
/** The same for what comes back of this server's own broadcasts, from the first one that does not, and where so many did not. */
const UNHEARD_SECONDS = 8;
const LEAST_UNHEARD = 3;
/** Where a hub is silent, another one takes its place before this. */
const HUBLESS_SECONDS = 30;
const LEAST_PUBLISH_FAILURES = 2;
const PUBLISH_FAILING_SECONDS = 15;
/** A server that stood still is told of for so long. */
const STOOD_STILL_SECONDS = 30;
const LEAST_FACTOR = 0.75;
const BACKLOG_SECONDS = 10;
const MOST_LOSS = 0.12;
const LEAST_UNREADABLE = 3;
const MEMORY_FAILURES = 3;

export const HEALTHY: Health = { Status: "healthy", Reason: undefined, Detail: "" };

function isolated(Reason: HealthReason, Detail: string): Health {
	return { Status: "isolated", Reason, Detail };
}

function degraded(Reason: HealthReason, Detail: string): Health {
	return { Status: "degraded", Reason, Detail };
}

function inSeconds(seconds: number): string {
	return `${math.round(seconds)} s`;
}

function inPercent(fraction: number): string {
	return `${math.round(fraction * 100)} %`;
}

/** The health of a server with such readings: the gravest of what is wrong. */
export function judge(readings: HealthReadings): Health {
	return whileStarting(readings) ?? connection(readings) ?? quality(readings) ?? HEALTHY;
}

function whileStarting({ phase, runningSeconds, subscribeFailure }: HealthReadings): Health | undefined {
	if (phase === "closed" || phase === "closing") return isolated("closed", "this server has left the cluster");
	if (phase === "local") {
		return isolated(
			"studio",
			"there is no MessagingService in this Studio session; publish the place and allow API access to try several servers",
		);
	}
	if (phase === "starting" && runningSeconds >= JOINING_SECONDS) {
		const why = subscribeFailure === undefined ? "the calls do not return" : subscribeFailure;
		return isolated(
			"subscribing",
			`cannot subscribe to MessagingService for ${inSeconds(runningSeconds)} (${why}); it goes on trying: look at Roblox's status, and whether other scripts use up the subscribe requests`,
		);
	}
	if (phase === "joining" && runningSeconds >= JOINING_SECONDS) {
		return degraded(
			"joining",
			`still getting the state of the others after ${inSeconds(runningSeconds)}; where much gets lost, or many start at once, it takes longer`,
		);
	}
	if (phase === "rejoining") {
		return degraded(
			"rejoining",
			"the others had given this server up for lost; it is getting their state anew, and nothing is to be done",
		);
	}
	return undefined;
}

function connection(readings: HealthReadings): Health | undefined {
	const { publishFailures, publishFailingSeconds, others, isLeaf } = readings;
	if (publishFailures >= LEAST_PUBLISH_FAILURES) {
		const detail = `the last ${grouped(publishFailures)} publishes failed, for ${inSeconds(publishFailingSeconds)}; they are repeated: look at Roblox's status, and whether other scripts are over MessagingService's limits`;
		if (publishFailingSeconds >= PUBLISH_FAILING_SECONDS) return isolated("publishing", detail);
		return degraded("publishing", detail);
	}
	if (readings.phase !== "synced") return undefined;
	const isSilent = readings.overdueSeconds >= OVERDUE_SECONDS || others >= SEVERAL || isLeaf;
	const silentMost = isLeaf ? HUB_SILENT_SECONDS : SILENT_SECONDS;
	if (readings.silentSeconds >= (others > 0 && isSilent ? silentMost : SILENT_ALONE_SECONDS)) {
		return isolated(
			"silence",
			`nothing has come in for ${inSeconds(readings.silentSeconds)}, not even what this server sent itself; contributions go on working here, and are shared once messages come again`,
		);
	}
	if (others > 0 && isSilent && readings.othersSilentSeconds >= silentMost) {
		const text = `nothing of ${others === 1 ? "the other server" : `the other ${grouped(others)} servers`} has come in for ${inSeconds(readings.othersSilentSeconds)}`;
		if (!isLeaf)
			return isolated(
				"silence",
				`${text}: they are gone, or cannot be reached; whoever does not answer is given up soon`,
			);
		const detail = `${text}; another server takes the hub's place about 15 s after a crash`;
		return readings.othersSilentSeconds >= HUBLESS_SECONDS ? isolated("hub", detail) : degraded("hub", detail);
	}
	if (others > 0 && !isLeaf && readings.unheard >= LEAST_UNHEARD && readings.unheardSeconds >= UNHEARD_SECONDS) {
		return isolated(
			"unheard",
			`none of this server's messages has come back for ${inSeconds(readings.unheardSeconds)}; what it contributes reaches the others later`,
		);
	}
	return undefined;
}

function quality(readings: HealthReadings): Health | undefined {
	if (readings.stoodStillSeconds < STOOD_STILL_SECONDS) {
		return degraded(
			"stoodStill",
			`this server stood still for ${inSeconds(readings.stoodStillForSeconds)}; a script that runs for seconds without yielding, or the machine, held it up`,
		);
	}
	if (readings.congestionFactor < LEAST_FACTOR) {
		return degraded(
			"limits",
			`sending ${inPercent(readings.congestionFactor)} of what is configured, because publishes fail or more gets lost than usual; other scripts may use MessagingService too: lower budgetShare, or their use`,
		);
	}
	if (readings.oldestQueuedSeconds >= BACKLOG_SECONDS) {
		return degraded(
			"backlog",
			`${grouped(readings.queueDepth)} changes wait to be sent, the oldest for ${inSeconds(readings.oldestQueuedSeconds)}; change less, contribute shorter values, or raise budgetShare`,
		);
	}
	if (readings.loss >= MOST_LOSS) {
		return degraded(
			"loss",
			`${inPercent(readings.loss)} of the others' messages get lost; they are repaired, which takes longer. Other scripts may be over MessagingService's limits`,
		);
	}
	if (readings.unreadable >= LEAST_UNREADABLE) {
		return degraded(
			"unreadable",
			`${grouped(readings.unreadable)} messages of the last half minute could not be read; do all servers have the same sharedKey, and versions of this library that fit?`,
		);
	}
	if (readings.memoryFailuresInRow >= MEMORY_FAILURES) {
		return degraded(
			"memoryStore",
			`the last ${grouped(readings.memoryFailuresInRow)} calls of MemoryStoreService failed; new servers get the state by messages meanwhile`,
		);
	}
	return undefined;
}

/** As one line. */
export function describeHealth({ Status, Reason, Detail }: Health): string {
	return Reason === undefined ? Status : `${Status} (${Reason}): ${Detail}`;
}
