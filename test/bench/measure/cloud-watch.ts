import { receivedPerGamePerMinute, receivedPerTopicPerMinute, sendsPerMinute } from "../../../src/platform/limits";
import { CloudFilter, LimitName, LimitUse, VirtualGame } from "../../../src/testing";
import { LimitMeter } from "../../../src/testing/cloud-statistics";
import { MinuteWindow } from "../../../src/testing/minute-window";
import { PLAYERS_PER_SERVER } from "../world";

/** One message as the cloud takes it. */
export interface Seen {
	readonly atSeconds: number;
	readonly sender: string;
	readonly topic: string;
	readonly message: string;
	/** How many servers it goes to. */
	receivers: number;
}

/**
 * Looks at every delivery at the moment when the cloud has the message, from now on: what is allowed by the limits, lost afterwards or not.
 * Messages with a single receiver are addressed ones: a broadcast comes back to its sender, too.
 */
export class CloudWatch {
	public messages = 0;
	public deliveries = 0;
	public addressed = 0;
	public readonly limits = new LimitMeter();
	private readonly sinceSeconds: number;
	private last: Seen | undefined;
	private readonly receivedByGame = new MinuteWindow("sliding");
	private readonly receivedByTopic = new Map<string, MinuteWindow>();
	private readonly sentByServer = new Map<string, MinuteWindow>();

	constructor(
		private readonly world: VirtualGame,
		private readonly servers: number,
		/** Gets each message when all its deliveries have been seen. */
		private readonly onMessage?: (seen: Seen) => void,
		/** May lose deliveries. */
		private readonly filter?: CloudFilter,
	) {
		this.sinceSeconds = world.Now();
		world.SetFilter((sender, receiver, topic, message) => this.look(sender, receiver, topic, message));
	}

	/** Messages in a minute, on average. */
	public messagesPerMinute(): number {
		return (this.messages * 60) / math.max(1, this.world.Now() - this.sinceSeconds);
	}

	public broadcasts(): number {
		return this.messages - this.addressed;
	}

	/** Completes the latest message: whether it has more receivers is known once time has advanced. */
	public flush(): void {
		const { last } = this;
		if (!last) return;
		this.last = undefined;
		if (last.receivers === 1) this.addressed += 1;
		this.onMessage?.(last);
	}

	/** To be called at the end: the last message counts, and nothing after it. */
	public finish(): void {
		this.flush();
		this.world.SetFilter(undefined);
	}

	/** The most of a limit that was used within a minute. */
	public use(name: LimitName): LimitUse {
		const found = this.limits.list().find((use) => use.name === name);
		return found ?? { name, where: "", most: 0, limit: math.huge, share: 0 };
	}

	private look(sender: string, receiver: string, topic: string, message: unknown): "deliver" | "drop" {
		const now = this.world.Now();
		const { last } = this;
		// All deliveries of a message are decided at one moment, one after the other.
		if (
			last &&
			last.atSeconds === now &&
			last.sender === sender &&
			last.topic === topic &&
			last.message === message
		) {
			last.receivers += 1;
		} else {
			this.flush();
			this.messages += 1;
			this.last = { atSeconds: now, sender, topic, message: tostring(message), receivers: 1 };
			const sent = this.count(this.sentByServer, sender, now);
			this.limits.note("sends of a server", sender, sent, sendsPerMinute(PLAYERS_PER_SERVER));
		}
		this.deliveries += 1;
		this.receivedByGame.add(now, 1);
		const { limits, servers } = this;
		const onTopic = this.count(this.receivedByTopic, topic, now);
		limits.note("received on a topic", topic, onTopic, receivedPerTopicPerMinute(servers));
		limits.note("received by the game", "", this.receivedByGame.lastMinute(now), receivedPerGamePerMinute(servers));
		return this.filter ? this.filter(sender, receiver, topic, message) : "deliver";
	}

	private count(windows: Map<string, MinuteWindow>, name: string, now: number): number {
		let window = windows.get(name);
		if (!window) {
			window = new MinuteWindow("sliding");
			windows.set(name, window);
		}
		window.add(now, 1);
		return window.lastMinute(now);
	}
}
