import { ServerLane } from "./run-record";

/** What one server says of the others, and what is so. */
export interface Sight {
	readonly seen: number;
	readonly missing: number;
	readonly gone: number;
}

const LANES_MOST = 48;
/** Changes of what a server sees, and of what it owns. */
const STEPS_MOST = 160;

/** The servers' lives: from when to when, what they see, what they own. */
export class ServerLanes {
	public readonly lanes = new Array<ServerLane>();
	public leftOut = 0;
	private readonly byServer = new Map<number, ServerLane>();

	public started(server: number, atSeconds: number): void {
		if (this.lanes.size() >= LANES_MOST) {
			this.leftOut += 1;
			return;
		}
		const lane: ServerLane = {
			server,
			startedAtSeconds: atSeconds,
			endedAtSeconds: -1,
			end: "lives",
			views: [],
			owned: [],
		};
		this.lanes.push(lane);
		this.byServer.set(server, lane);
	}

	public ended(server: number, atSeconds: number, ending: "crashed" | "closed"): void {
		const lane = this.byServer.get(server);
		if (!lane) return;
		lane.endedAtSeconds = atSeconds;
		lane.end = ending;
		const last = lane.views[lane.views.size() - 1];
		if (last) last.toSeconds = atSeconds;
	}

	/** Holds since the sample before. */
	public saw(server: number, sinceSeconds: number, now: number, sight: Sight): void {
		const lane = this.byServer.get(server);
		if (!lane) return;
		const last = lane.views[lane.views.size() - 1];
		const same = last && last.seen === sight.seen && last.missing === sight.missing && last.gone === sight.gone;
		if (last && (same || lane.views.size() >= STEPS_MOST)) {
			last.toSeconds = now;
			return;
		}
		const fromSeconds = last ? last.toSeconds : math.max(sinceSeconds, lane.startedAtSeconds);
		lane.views.push({ fromSeconds, toSeconds: now, ...sight });
	}

	public owns(server: number, now: number, count: number): void {
		const owned = this.byServer.get(server)?.owned;
		if (!owned) return;
		const size = owned.size();
		if (size > 0 && owned[size - 1] === count) return;
		if (size >= STEPS_MOST * 2) owned[size - 1] = count;
		else owned.push(now, count);
	}

	/** The longest time for which a server that lived on saw others than there were, but for its own start. */
	public longestWrongSeconds(exceptFirstSeconds: number): number {
		let longest = 0;
		for (const lane of this.lanes) {
			let wrong = 0;
			for (const view of lane.views) {
				const isWrong = view.missing + view.gone > 0;
				const from = math.max(view.fromSeconds, lane.startedAtSeconds + exceptFirstSeconds);
				wrong = isWrong ? wrong + math.max(0, view.toSeconds - from) : 0;
				longest = math.max(longest, wrong);
			}
		}
		return longest;
	}
}
