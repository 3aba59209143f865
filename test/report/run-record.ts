// What a run leaves for its report: plain values, ready for JSON, each list bounded. `test/tools/report/index.mjs` draws it.
//
// Times are virtual seconds since the start. A list has no holes: -1 stands where there is no value. Servers go by their numbers,
// from 1; 0 stands for the cloud, and for senders outside of the game.

/** The charts of a report; each figure stands beside one of them. */
export type Chart = "lag" | "limits" | "traffic" | "servers" | "leadership" | "contributions" | "diagram" | "campaign";

/** A number, what it should be, and whether it is. */
export interface Figure {
	readonly chart: Chart;
	/** The same in all ways that are compared. */
	readonly name: string;
	/** The way it is about; "" for the run as a whole. */
	readonly way: string;
	/** -1 for "never", where the unit is seconds. */
	readonly value: number;
	/** "s", "%", or what is counted, such as "messages"; may be empty. */
	readonly unit: string;
	/** More about the value, such as "1,203 of 2,800"; may be empty. */
	readonly detail: string;
	/** Undefined for a figure that is only reported. */
	readonly goal?: Goal;
	/** Whether the goal was met; true without one. */
	readonly passed: boolean;
}

export interface Goal {
	readonly relation: "at most" | "at least" | "exactly";
	readonly value: number;
}

/** Something that was done to the game. */
export interface PlanEntry {
	readonly atSeconds: number;
	/** -1 for what has no end: of a crash, that is right. */
	readonly untilSeconds: number;
	readonly kind: string;
	readonly text: string;
	/** Empty for all of them. */
	readonly servers: number[];
}

/** How long changes took until every server showed them, by when they were made; -1 where there were none, and for never. */
export interface LagSeries {
	readonly atSeconds: number[];
	readonly median: number[];
	readonly p95: number[];
	readonly most: number[];
	/** Changes that were made then and have not reached every server. */
	readonly never: number[];
}

/** Changes by how long they took: `counts[i]` took less than `binSeconds * (i + 1)`, and not less than the bin before. */
export interface Distribution {
	readonly binSeconds: number;
	readonly counts: number[];
	/** Longer than the last bin. */
	readonly beyond: number;
	readonly never: number;
	/** Of all of them; -1 for never. */
	readonly p50: number;
	readonly p95: number;
	readonly p99: number;
	readonly most: number;
}

/** One value for each sample; counts are since the sample before. */
export interface Series {
	readonly atSeconds: number[];
	/** Copies received in the worst minute that ended since the sample before, by the game and on its busiest topic; messages sent by its busiest server. */
	readonly gameReceived: number[];
	readonly gameLimit: number[];
	/** The same with those that were dropped for being over a limit. */
	readonly gameWanted: number[];
	readonly topicReceived: number[];
	readonly topicLimit: number[];
	readonly topicWanted: number[];
	readonly sends: number[];
	readonly sendsLimit: number[];
	readonly published: number[];
	readonly delivered: number[];
	/** Copies that got lost on the way, by chance or because of a fault; not those dropped for a limit. */
	readonly lost: number[];
	readonly overLimit: number[];
	readonly duplicates: number[];
	readonly repairs: number[];
	readonly liveServers: number[];
	/** How many servers the servers see: those that see the fewest and the most. */
	readonly seenLeast: number[];
	readonly seenMost: number[];
	/** Contributions in all pools: of those servers that show the fewest and the most. */
	readonly shownLeast: number[];
	readonly shownMost: number[];
}

/** What a server sees of the others, as long as that does not change. */
export interface View {
	readonly fromSeconds: number;
	toSeconds: number;
	readonly seen: number;
	/** Live servers that it does not see, and others that it sees although they are gone. */
	readonly missing: number;
	readonly gone: number;
}

/** One server's life. */
export interface ServerLane {
	readonly server: number;
	readonly startedAtSeconds: number;
	/** -1 if it lives at the end. */
	endedAtSeconds: number;
	end: "lives" | "crashed" | "closed";
	readonly views: View[];
	/** Contributions that it owns, as [from, count] in turn. */
	readonly owned: number[];
}

/** One time of leading what `scope` names. */
export interface Reign {
	readonly scope: string;
	readonly server: number;
	readonly term: number;
	readonly fromSeconds: number;
	/** -1 while it lasts. */
	toSeconds: number;
	/** Why it is over; "leads" if it is not. */
	end: "leads" | "crashed" | "expired" | "superseded" | "resigned" | "transferred" | "closing";
}

/** One game: that of the run, or one of several ways that are compared. */
export interface WayRecord {
	readonly name: string;
	readonly lag: LagSeries;
	readonly distribution: Distribution;
	readonly series: Series;
	/** The first servers; a long run may have had more. */
	readonly servers: ServerLane[];
	readonly serversLeftOut: number;
	/** Who led, in the order in which they began; the first ones. */
	readonly reigns: Reign[];
	readonly reignsLeftOut: number;
}

export interface DiagramMessage {
	readonly atSeconds: number;
	/** 0 for one from outside. */
	readonly sender: number;
	/** What it is for: "changes", "beat", "repair", "join", "state", "other". */
	readonly kind: string;
	readonly bytes: number;
	/** [server, arrival] in turn. */
	readonly arrivals: number[];
	/** Servers that went without; 0 for all of them. */
	readonly losses: number[];
	/** Why each of those did. */
	readonly reasons: string[];
}

/** A window of one game, message by message. */
export interface Diagram {
	readonly way: string;
	/** What is to be seen. */
	readonly text: string;
	readonly fromSeconds: number;
	readonly toSeconds: number;
	/** Servers that lived in the window. */
	readonly lanes: number[];
	readonly messages: DiagramMessage[];
	readonly messagesLeftOut: number;
}

export interface CampaignSeed {
	readonly seed: number;
	readonly mode: string;
	readonly servers: number;
	readonly hash: string;
	readonly passed: boolean;
	readonly problem?: string;
}

/** Many runs: what the report of a campaign shows besides one of them in full. */
export interface Campaign {
	readonly seeds: CampaignSeed[];
	/** States that have to be reached at least sometimes, and in how many runs (or how often) they were. */
	readonly markers: { readonly name: string; readonly count: number }[];
	readonly faults: { readonly kind: string; readonly count: number }[];
	/** Such as the rate of virtual time, or messages in all; no figure that differs between equal runs. */
	readonly totals: { readonly name: string; readonly value: number; readonly unit: string }[];
}

export interface Verdict {
	readonly passed: boolean;
	/** What is wrong, if something is. */
	readonly problem?: string;
}

export interface RunRecord {
	readonly title: string;
	/** One or two sentences: what this run is. */
	readonly summary: string;
	readonly commit: string;
	readonly seed: number;
	readonly mode: string;
	readonly seconds: number;
	readonly hash: string;
	readonly verdict: Verdict;
	/** The command that makes this run again; may be empty. */
	readonly command: string;
	readonly plan: PlanEntry[];
	readonly figures: Figure[];
	/** At least one. The first is what is judged. */
	readonly ways: WayRecord[];
	readonly diagram?: Diagram;
	readonly campaign?: Campaign;
}
