import { MinuteWindow } from "../../src/testing/minute-window";

/** A minute's count, and the most it has been since it was last asked. */
class PeakWindow {
	private readonly window = new MinuteWindow("sliding");
	private peak = 0;

	public add(now: number): void {
		this.window.add(now, 1);
		this.peak = math.max(this.peak, this.window.lastMinute(now));
	}

	public takePeak(now: number): number {
		const current = this.window.lastMinute(now);
		const peak = math.max(this.peak, current);
		this.peak = current;
		return peak;
	}
}

interface Publish {
	readonly id: number;
	readonly atSeconds: number;
	readonly topic: string;
}

/** Deliveries later than this are not counted on their topic. */
const REMEMBERED_SECONDS = 120;

/** Counts what goes through the cloud in sliding minutes, by what is limited: by game, topic and sender. */
export class TrafficMeter {
	private readonly received = new PeakWindow();
	private readonly wanted = new PeakWindow();
	private readonly receivedByTopic = new Map<string, PeakWindow>();
	private readonly wantedByTopic = new Map<string, PeakWindow>();
	private readonly sentBy = new Map<number, PeakWindow>();
	private publishes = new Array<Publish>();
	private readonly topics = new Map<number, string>();

	public published(id: number, sender: number, topic: string, now: number): void {
		windowOf(this.sentBy, sender).add(now);
		this.publishes.push({ id, atSeconds: now, topic });
		this.topics.set(id, topic);
	}

	/** A copy that came, or got lost on its way: to the limits that is the same. */
	public copied(id: number, now: number): void {
		this.received.add(now);
		this.wanted.add(now);
		const topic = this.topics.get(id);
		if (topic === undefined) return;
		windowOf(this.receivedByTopic, topic).add(now);
		windowOf(this.wantedByTopic, topic).add(now);
	}

	public refused(id: number, now: number): void {
		this.wanted.add(now);
		const topic = this.topics.get(id);
		if (topic !== undefined) windowOf(this.wantedByTopic, topic).add(now);
	}

	/** The most in a minute since this was asked before; of topics, on the busiest. */
	public takePeaks(now: number): { game: number; gameWanted: number; topic: number; topicWanted: number } {
		this.forget(now);
		return {
			game: this.received.takePeak(now),
			gameWanted: this.wanted.takePeak(now),
			topic: mostOf(this.receivedByTopic, now),
			topicWanted: mostOf(this.wantedByTopic, now),
		};
	}

	/** The most that a server sent in a minute since this was asked before. */
	public takeSends(server: number, now: number): number {
		return this.sentBy.get(server)?.takePeak(now) ?? 0;
	}

	private forget(now: number): void {
		const from = now - REMEMBERED_SECONDS;
		if (this.publishes.isEmpty() || this.publishes[0]!.atSeconds >= from) return;
		for (const { id, atSeconds } of this.publishes) if (atSeconds < from) this.topics.delete(id);
		this.publishes = this.publishes.filter(({ atSeconds }) => atSeconds >= from);
	}
}

function windowOf<K>(windows: Map<K, PeakWindow>, name: K): PeakWindow {
	let window = windows.get(name);
	if (!window) {
		window = new PeakWindow();
		windows.set(name, window);
	}
	return window;
}

/** Forgets those in which nothing is. */
function mostOf(windows: Map<string, PeakWindow>, now: number): number {
	let most = 0;
	const idle = new Array<string>();
	for (const [name, window] of windows) {
		const peak = window.takePeak(now);
		if (peak === 0) idle.push(name);
		most = math.max(most, peak);
	}
	for (const name of idle) windows.delete(name);
	return most;
}
