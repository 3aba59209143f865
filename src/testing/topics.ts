import { CloudSubscription } from "./cloud-link";
import { Minute, MinuteWindow } from "./minute-window";

export interface Topic {
	readonly name: string;
	/** In the order in which they connected. */
	readonly subscriptions: CloudSubscription[];
	/** What was received on it. */
	readonly received: MinuteWindow;
}

/** Idle topics are forgotten when there are this many and twice as many as after the last time. */
const FORGET_FROM = 256;

/** The topics that are in use, or were within the last minute. */
export class Topics {
	private readonly byName = new Map<string, Topic>();
	private count = 0;
	private forgetFrom = FORGET_FROM;

	constructor(private readonly minute: Minute) {}

	/** The topic of that name, made if need be. */
	get(name: string, nowSeconds: number): Topic {
		let topic = this.byName.get(name);
		if (!topic) {
			if (this.count >= this.forgetFrom) this.forgetIdle(nowSeconds);
			topic = { name, subscriptions: [], received: new MinuteWindow(this.minute) };
			this.byName.set(name, topic);
			this.count += 1;
		}
		return topic;
	}

	/** How many are kept in memory. */
	size(): number {
		return this.count;
	}

	connect(subscription: CloudSubscription, nowSeconds: number): void {
		if (subscription.closed) return;
		subscription.connected = true;
		this.get(subscription.topic, nowSeconds).subscriptions.push(subscription);
	}

	/** Ends the subscription, connected or not. */
	close(subscription: CloudSubscription, nowSeconds: number): void {
		subscription.closed = true;
		if (!subscription.connected) return;
		const { subscriptions } = this.get(subscription.topic, nowSeconds);
		subscriptions.remove(subscriptions.indexOf(subscription));
	}

	private forgetIdle(nowSeconds: number): void {
		const idle = new Array<string>();
		for (const [name, { subscriptions, received }] of this.byName) {
			const recent = received.lastMinute(nowSeconds) + received.used(nowSeconds);
			if (subscriptions.isEmpty() && recent === 0) idle.push(name);
		}
		for (const name of idle) this.byName.delete(name);
		this.count -= idle.size();
		this.forgetFrom = math.max(FORGET_FROM, this.count * 2);
	}
}
