import { receivedPerGamePerMinute, receivedPerTopicPerMinute, sendsPerMinute } from "../../../../src/platform/limits";
import { LimitName, LimitUse, VirtualGame } from "../../../../src/testing";
import { LimitMeter } from "../../../../src/testing/cloud-statistics";
import { MinuteWindow } from "../../../../src/testing/minute-window";
import { PLAYERS_PER_SERVER } from "../../world";

/** A message as the cloud takes it. */
export interface Published {
	readonly sender: string;
	readonly topic: string;
	readonly text: string;
	readonly receivers: number;
}

/** Of servers that give the state: the two or three oldest listen to those that start. */
const RENDEZVOUS_RECEIVERS = 2;

/**
 * Counts what is put on the topics from now on, message by message, so that it costs little in large games: a broadcast counts for each server,
 * lost or not.
 */
export class HubWatch {
	public broadcasts = 0;
	public addressed = 0;
	public deliveries = 0;
	public limitDrops = 0;
	public readonly limits = new LimitMeter();
	private readonly sinceSeconds: number;
	private readonly byGame = new MinuteWindow("sliding");
	private readonly byTopic = new Map<string, MinuteWindow>();
	private readonly bySender = new Map<string, MinuteWindow>();

	constructor(
		private readonly world: VirtualGame,
		private readonly servers: number,
		private readonly onMessage?: (published: Published, nowSeconds: number) => void,
	) {
		this.sinceSeconds = world.Now();
		const note = (sender: string, topic: string, text: string): void => this.note(sender, topic, text);
		const noteDrop = (): void => {
			this.limitDrops += 1;
		};
		world.SetWatcher({
			Published(_id, sender, topic, message) {
				note(sender, topic, message as string);
			},
			Delivered() {},
			Lost(_id, _receiver, reason) {
				if (reason === "limit") noteDrop();
			},
		});
	}

	public minutes(): number {
		return math.max(1, this.world.Now() - this.sinceSeconds) / 60;
	}

	public finish(): void {
		this.world.SetWatcher(undefined);
	}

	/** The most of a limit that was used within a minute. */
	public use(name: LimitName): LimitUse {
		const found = this.limits.list().find((use) => use.name === name);
		return found ?? { name, where: "", most: 0, limit: math.huge, share: 0 };
	}

	private note(sender: string, topic: string, text: string): void {
		const now = this.world.Now();
		const { servers, limits } = this;
		let receivers = 1;
		if (isBroadcast(topic)) {
			receivers = servers;
			this.broadcasts += 1;
		} else {
			if (string.match(topic, "/join$")[0] !== undefined) receivers = RENDEZVOUS_RECEIVERS;
			this.addressed += 1;
		}
		this.deliveries += receivers;
		this.byGame.add(now, receivers);
		limits.note("received by the game", "", this.byGame.lastMinute(now), receivedPerGamePerMinute(servers));
		const onTopic = count(this.byTopic, topic, now, receivers);
		limits.note("received on a topic", topic, onTopic, receivedPerTopicPerMinute(servers));
		const sent = count(this.bySender, sender, now, 1);
		limits.note("sends of a server", sender, sent, sendsPerMinute(PLAYERS_PER_SERVER));
		this.onMessage?.({ sender, topic, text, receivers }, now);
	}
}

export function isBroadcast(topic: string): boolean {
	return string.match(topic, "/all/%d+$")[0] !== undefined;
}

function count(windows: Map<string, MinuteWindow>, name: string, now: number, amount: number): number {
	let window = windows.get(name);
	if (!window) {
		window = new MinuteWindow("sliding");
		windows.set(name, window);
	}
	window.add(now, amount);
	return window.lastMinute(now);
}
