import { CloudLimits } from "./cloud-limits";
import { CloudLink, CloudSubscription, Delivery, Done, Publication, Receive } from "./cloud-link";
import { CloudFaults, CloudRules, DEFAULT_FAULTS } from "./cloud-options";
import { CloudCounters, CloudStatistics } from "./cloud-statistics";
import { LatestDecoded } from "./decoded-messages";
import { deepCopy } from "./deep-copy";
import { characters, jsonBytes } from "./json-size";
import { draw, drawBetween, mix, streamKey } from "./random";
import { Scheduler } from "./scheduler";
import { Topic, Topics } from "./topics";
import { Trace } from "./trace";

/** Unix time of virtual time zero. */
export const EPOCH_UNIX_SECONDS = 1767225600;

/** The sender of messages from outside, as a filter sees it. */
export const OUTSIDE = "outside";

/** Decides about each delivery, when the cloud has the message: "drop" loses it. May also just look on. */
export type CloudFilter = (sender: string, receiver: string, topic: string, message: unknown) => "deliver" | "drop";

/** The numbers of the draws of one call or delivery: each fault has its own, so that faults do not disturb each other. */
const enum Draw {
	PublishSeconds = 1,
	PublishError,
	PublishErrorEffect,
	PublishHang,
	PublishHangEffect,
	SubscribeSeconds,
	SubscribeError,
	Loss,
	Delay,
	Reorder,
	Duplication,
	DuplicateDelay,
	DuplicateReorder,
	PublishLoss,
	Late,
	DuplicateLate,
}

/** What became of a delivery that nobody got. */
export type LossReason = "loss" | "limit" | "filter" | "deafness" | "muteness" | "disconnected";

/** Is told of every message, for reports; must not change anything. `id` tells publishes apart. Tests make them: no method may throw or yield. */
export interface CloudWatcher {
	/** The cloud has the message. */
	Published(id: number, sender: string, topic: string, message: unknown, bytes: number): void;
	/** The message number `id` has reached a server. */
	Delivered(id: number, receiver: string): void;
	/** `receiver` is "" if everybody goes without. */
	Lost(id: number, receiver: string, reason: LossReason): void;
}

function ignore(): void {}

/**
 * The emulated backend of MessagingService, shared by all servers of a game. It enforces every documented limit;
 * what the documentation leaves open is an option. A message may be any value, whose bytes the caller gives; each receiver gets a copy.
 */
export class MessagingCloud {
	/** What happened so far, as a hash. */
	readonly trace = new Trace();
	/** What servers have made of the latest messages: decoding is most of what a message costs. */
	readonly decoded = new LatestDecoded();
	private faults = DEFAULT_FAULTS;
	private filter: CloudFilter | undefined;
	private watcher: CloudWatcher | undefined;
	private acceptedCount = 0;
	private liveServers = 0;
	private outsideNumber = 0;
	private readonly outsideKey: number;
	private readonly counters = new CloudCounters();
	private readonly limits: CloudLimits;
	private readonly topics: Topics;

	constructor(
		private readonly scheduler: Scheduler,
		private readonly seed: number,
		private readonly rules: CloudRules = {},
	) {
		this.outsideKey = streamKey(seed, "messages from outside");
		this.limits = new CloudLimits(rules, this.counters);
		this.topics = new Topics(rules.minute ?? "sliding");
	}

	/** Connects a server. `playerCount` is asked whenever a limit depends on it. */
	attach(serverId: string, playerCount: () => number): CloudLink {
		this.liveServers += 1;
		return new CloudLink(serverId, streamKey(this.seed, serverId), playerCount);
	}

	/** The server is gone: its subscriptions end and none of its calls returns. What it has sent goes on. */
	detach(link: CloudLink): void {
		if (link.detached) return;
		link.detached = true;
		this.liveServers -= 1;
		for (const subscription of link.subscriptions) this.topics.close(subscription, this.scheduler.now());
		link.subscriptions.clear();
	}

	/** Changes what goes wrong from now on; what is not named stays. */
	setFaults(faults: CloudFaults): void {
		this.faults = { ...this.faults, ...faults };
	}

	setFilter(filter: CloudFilter | undefined): void {
		this.filter = filter;
	}

	setWatcher(watcher: CloudWatcher | undefined): void {
		this.watcher = watcher;
	}

	/** Everything counted so far. */
	getStatistics(): CloudStatistics {
		return { ...this.counters, seconds: this.scheduler.now(), limits: this.limits.meter.list() };
	}

	/** Topics that are in use, or were lately. */
	topicCount(): number {
		return this.topics.size();
	}

	/**
	 * Publishes a message, as `PublishAsync` does. `done` is called when that would return, not in a thread of its own.
	 * @param messageBytes size of the message as JSON; taken from the message if that is a string
	 */
	publish(link: CloudLink, topic: string, message: unknown, messageBytes: number | undefined, done: Done): void {
		if (link.detached) return;
		const now = this.scheduler.now();
		link.publishNumber += 1;
		const key = mix(link.key, link.publishNumber);
		const sent = link.rewrite ? link.rewrite(message) : message;
		const publication = this.publication(link, topic, sent, messageBytes, key, done);
		let seconds = drawBetween(key, Draw.PublishSeconds, this.faults.publishSeconds);
		const acceptSeconds = now + seconds / 2;
		let takesEffect = publication.failure === undefined;
		if (takesEffect) {
			publication.failure = this.limits.refuseSend(link, this.faults.limitScale, now);
			takesEffect = publication.failure === undefined;
		}
		if (takesEffect) {
			if (link.messaging === false) {
				publication.failure = "MessagingService: not available here";
				takesEffect = false;
			} else if (draw(key, Draw.PublishHang) < this.faults.publishHangs) {
				publication.failure = "MessagingService: request timed out";
				takesEffect = draw(key, Draw.PublishHangEffect) < 0.5;
				seconds = this.faults.publishHangSeconds;
			} else if (draw(key, Draw.PublishError) < this.faults.publishErrors) {
				publication.failure = "MessagingService: internal error";
				takesEffect = draw(key, Draw.PublishErrorEffect) < this.faults.publishErrorsAfterEffect;
			}
			if (publication.failure !== undefined) this.counters.failedByFault += 1;
		}
		if (takesEffect) this.scheduler.post(acceptSeconds, this.accept, publication);
		if (seconds < math.huge) this.scheduler.post(now + seconds, this.answer, publication);
	}

	/** Puts a message on a topic at once, as somebody with an Open Cloud key can. Returns why it was refused, if it was. */
	inject(topic: string, message: unknown, messageBytes?: number): string | undefined {
		this.counters.injections += 1;
		this.outsideNumber += 1;
		const key = mix(this.outsideKey, this.outsideNumber);
		const publication = this.publication(undefined, topic, message, messageBytes, key, ignore);
		if (publication.failure === undefined) this.accept(publication);
		return publication.failure;
	}

	/**
	 * Subscribes, as `SubscribeAsync` does. `done` is called when that would return, `receive` for each message, neither in a thread of its own.
	 * Returns what disconnects; afterwards neither is called again.
	 */
	subscribe(link: CloudLink, topic: string, receive: Receive, done: Done): () => void {
		if (link.detached) return ignore;
		const now = this.scheduler.now();
		this.counters.subscribeRequests += 1;
		link.subscribeNumber += 1;
		// Publishes are numbered from 1, so 0 sets the keys of subscriptions apart from theirs.
		const key = mix(mix(link.key, 0), link.subscribeNumber);
		let failure = this.limits.refuseSubscribe(link, topic, now);
		if (
			failure === undefined &&
			(link.messaging === false || draw(key, Draw.SubscribeError) < this.faults.subscribeErrors)
		) {
			this.counters.subscribesFailedByFault += 1;
			failure = "MessagingService: internal error";
		}
		const subscription: CloudSubscription = {
			link,
			topic,
			key,
			receive,
			done,
			connected: false,
			closed: false,
			failure,
		};
		const seconds = drawBetween(key, Draw.SubscribeSeconds, this.faults.subscribeSeconds);
		if (failure === undefined) {
			link.subscriptions.push(subscription);
			this.scheduler.post(now + seconds / 2, this.connect, subscription);
		}
		this.scheduler.post(now + seconds, this.answerSubscribe, subscription);
		return () => this.unsubscribe(subscription);
	}

	private unsubscribe(subscription: CloudSubscription): void {
		if (subscription.closed) return;
		const { subscriptions } = subscription.link;
		if (subscription.failure === undefined) subscriptions.remove(subscriptions.indexOf(subscription));
		this.topics.close(subscription, this.scheduler.now());
	}

	private publication(
		link: CloudLink | undefined,
		topic: string,
		message: unknown,
		messageBytes: number | undefined,
		key: number,
		done: Done,
	): Publication {
		this.counters.publishes += 1;
		let bytes = messageBytes;
		if (bytes === undefined) {
			assert(typeIs(message, "string"), "messageBytes has to be given for a message that is not a string");
			bytes = this.rules.sizeUnit === "characters" ? characters(message) : jsonBytes(message);
		}
		return {
			link,
			topic,
			message: deepCopy(message),
			messageBytes: bytes,
			key,
			id: 0,
			sentUnixSeconds: EPOCH_UNIX_SECONDS + this.scheduler.now(),
			done,
			failure: this.limits.refuseMessage(topic, message, bytes),
		};
	}

	private readonly connect = (subscription: CloudSubscription): void => {
		this.topics.connect(subscription, this.scheduler.now());
	};

	private readonly answerSubscribe = (subscription: CloudSubscription): void => {
		const { done } = subscription;
		subscription.done = ignore;
		if (!subscription.link.detached && !subscription.closed) done(subscription.failure);
	};

	private readonly answer = (publication: Publication): void => {
		if (!publication.link!.detached) publication.done(publication.failure);
	};

	/** The cloud has the message: counts it against the receive limits and sends it to whoever is connected now. */
	private readonly accept = (publication: Publication): void => {
		const { counters, trace } = this;
		const now = this.scheduler.now();
		trace.addSeconds(now);
		trace.add(publication.key);
		trace.add(publication.messageBytes);
		const { watcher } = this;
		this.acceptedCount += 1;
		publication.id = this.acceptedCount;
		if (watcher) {
			const sender = publication.link?.serverId ?? OUTSIDE;
			watcher.Published(publication.id, sender, publication.topic, publication.message, publication.messageBytes);
		}
		if (publication.link?.mute) {
			counters.droppedByMuteness += 1;
			watcher?.Lost(publication.id, "", "muteness");
			return;
		}
		const { publishLoss } = this.faults;
		if (publishLoss > 0 && draw(publication.key, Draw.PublishLoss) < publishLoss) {
			counters.publishesLost += 1;
			watcher?.Lost(publication.id, "", "loss");
			return;
		}
		counters.publishedBytes += publication.messageBytes;
		const topic = this.topics.get(publication.topic, now);
		const { subscriptions } = topic;
		const subscribers = subscriptions.size();
		const allowed = this.limits.allowDeliveries(topic, publication, this.liveServers, this.faults.limitScale, now);
		// Which subscribers go without is as good as random: it is not always the last ones.
		const first = allowed < subscribers ? publication.key % subscribers : 0;
		for (const offset of $range(0, allowed - 1)) {
			// A filter may have ended subscriptions meanwhile.
			const subscription = subscriptions[(first + offset) % subscribers];
			if (subscription) this.send(publication, subscription, topic, now);
		}
		if (!watcher) return;
		for (const offset of $range(allowed, subscribers - 1)) {
			const subscription = subscriptions[(first + offset) % subscribers];
			if (subscription) watcher.Lost(publication.id, subscription.link.serverId, "limit");
		}
	};

	/** Hot: once per delivery. */
	private send(publication: Publication, subscription: CloudSubscription, topic: Topic, now: number): void {
		const { faults, counters, filter, scheduler } = this;
		if (subscription.link === publication.link && this.rules.selfDelivery === false) return;
		if (filter) {
			const sender = publication.link?.serverId ?? OUTSIDE;
			if (filter(sender, subscription.link.serverId, topic.name, publication.message) === "drop") {
				counters.droppedByFilter += 1;
				this.watcher?.Lost(publication.id, subscription.link.serverId, "filter");
				return;
			}
		}
		const key = mix(publication.key, subscription.key);
		if (faults.duplication > 0 && draw(key, Draw.Duplication) < faults.duplication) {
			counters.duplicates += 1;
			this.limits.countReceived(topic, 1, now);
			const seconds = drawBetween(key, Draw.DuplicateDelay, faults.delaySeconds);
			let more = draw(key, Draw.DuplicateReorder) * faults.reorderSeconds;
			if (draw(key, Draw.DuplicateLate) < faults.lateDeliveries) more += faults.lateSeconds;
			scheduler.post(now + seconds + more, this.deliver, { subscription, publication });
		}
		if (faults.loss > 0 && draw(key, Draw.Loss) < faults.loss) {
			counters.droppedByLoss += 1;
			this.watcher?.Lost(publication.id, subscription.link.serverId, "loss");
			return;
		}
		let seconds = drawBetween(key, Draw.Delay, faults.delaySeconds);
		if (faults.reorderSeconds > 0) seconds += draw(key, Draw.Reorder) * faults.reorderSeconds;
		if (faults.lateDeliveries > 0 && draw(key, Draw.Late) < faults.lateDeliveries) seconds += faults.lateSeconds;
		scheduler.post(now + seconds, this.deliver, { subscription, publication });
	}

	/** Hot: once per delivery. */
	private readonly deliver = (delivery: Delivery): void => {
		const { subscription, publication } = delivery;
		const { counters, trace } = this;
		if (subscription.closed) {
			counters.droppedAtDisconnected += 1;
			this.watcher?.Lost(publication.id, subscription.link.serverId, "disconnected");
			return;
		}
		if (subscription.link.deaf) {
			counters.droppedByDeafness += 1;
			this.watcher?.Lost(publication.id, subscription.link.serverId, "deafness");
			return;
		}
		counters.deliveries += 1;
		counters.deliveredBytes += publication.messageBytes;
		trace.addSeconds(this.scheduler.now());
		trace.add(publication.key);
		trace.add(subscription.key);
		this.watcher?.Delivered(publication.id, subscription.link.serverId);
		subscription.receive(deepCopy(publication.message), publication.sentUnixSeconds, subscription);
	};
}
