import {
	DOCUMENTED_MESSAGE_BYTES,
	SUBSCRIBE_REQUESTS_PER_MINUTE,
	TOPIC_NAME_CHARACTERS,
	receivedPerGamePerMinute,
	receivedPerTopicPerMinute,
	sendsPerMinute,
	subscriptionsPerServer,
} from "../platform/limits";
import { CloudLink, Publication } from "./cloud-link";
import { CloudRules } from "./cloud-options";
import { CloudCounters, LimitMeter } from "./cloud-statistics";
import { isJsonText } from "./json-size";
import { Minute, MinuteWindow } from "./minute-window";
import { Topic } from "./topics";

/** Enforces the documented limits, and measures how close they come to being reached. Refusals are texts, as none of the engine's are known. */
export class CloudLimits {
	readonly meter = new LimitMeter();
	private readonly minute: Minute;
	private readonly receivedByGame: MinuteWindow;

	constructor(
		private readonly rules: CloudRules,
		private readonly counters: CloudCounters,
	) {
		this.minute = rules.minute ?? "sliding";
		this.receivedByGame = new MinuteWindow(this.minute);
	}

	/** Why this cannot be a message on this topic, if it cannot. */
	refuseMessage(topic: string, message: unknown, bytes: number): string | undefined {
		const badTopic = this.refuseTopic(topic);
		if (badTopic !== undefined) {
			this.counters.refusedTopic += 1;
			return badTopic;
		}
		if (bytes > DOCUMENTED_MESSAGE_BYTES) {
			this.counters.refusedSize += 1;
			return `MessagingService: message has ${bytes} bytes, the most is ${DOCUMENTED_MESSAGE_BYTES}`;
		}
		if (message === undefined || (typeIs(message, "string") && !isJsonText(message))) {
			this.counters.refusedText += 1;
			return "MessagingService: message cannot be encoded as JSON";
		}
		this.meter.note("message bytes", topic, bytes, DOCUMENTED_MESSAGE_BYTES);
		return undefined;
	}

	/** Counts one message sent by a server, or says why it may not be. */
	refuseSend(link: CloudLink, scale: number, now: number): string | undefined {
		const limit = sendsPerMinute(link.playerCount());
		const sends = (link.sends ??= new MinuteWindow(this.minute));
		if (sends.used(now) >= limit * scale) {
			this.counters.refusedSendLimit += 1;
			return `MessagingService: more than ${limit} messages sent in a minute`;
		}
		sends.add(now, 1);
		this.meter.note("sends of a server", link.serverId, sends.lastMinute(now), limit);
		return undefined;
	}

	/** Counts one subscribe request of a server, or says why it may not be. */
	refuseSubscribe(link: CloudLink, topic: string, now: number): string | undefined {
		const requestsLimit = SUBSCRIBE_REQUESTS_PER_MINUTE;
		const window = (link.subscribeRequests ??= new MinuteWindow(this.minute));
		let failure = this.refuseTopic(topic);
		if (failure === undefined && window.used(now) >= requestsLimit) {
			failure = `MessagingService: more than ${requestsLimit} subscribe requests in a minute`;
		}
		if (failure === undefined) {
			window.add(now, 1);
			const requests = window.lastMinute(now);
			this.meter.note("subscribe requests of a server", link.serverId, requests, requestsLimit);
			const subscriptions = link.subscriptions.size() + 1;
			const limit = subscriptionsPerServer(link.playerCount());
			if (subscriptions <= limit) {
				this.meter.note("subscriptions of a server", link.serverId, subscriptions, limit);
				return undefined;
			}
			failure = `MessagingService: more than ${limit} subscriptions`;
		}
		this.counters.subscribesRefusedByLimit += 1;
		return failure;
	}

	/** How many of a message's deliveries the receive limits allow, out of one for each subscriber of the topic; counts those. */
	allowDeliveries(topic: Topic, publication: Publication, liveServers: number, scale: number, now: number): number {
		const subscribers = topic.subscriptions.size();
		const servers = this.rules.countedServers ?? liveServers;
		const topicLimit = receivedPerTopicPerMinute(servers);
		const gameLimit = receivedPerGamePerMinute(servers);
		// In the reading that counts a message once it is delivered to all or to none.
		const countedOnce = this.rules.reading === "publishes";
		const cost = countedOnce ? 1 : subscribers;
		let allowed = cost;
		if (this.rules.overLimit !== "allow") {
			const topicRoom = math.max(0, math.floor(topicLimit * scale) - topic.received.used(now));
			const gameRoom = math.max(0, math.floor(gameLimit * scale) - this.receivedByGame.used(now));
			allowed = math.min(cost, topicRoom, gameRoom);
			if (allowed < cost && this.rules.overLimit === "error") {
				allowed = 0;
				this.counters.refusedReceiveLimit += 1;
				publication.failure = "MessagingService: too many messages received in a minute";
			}
			const dropped = countedOnce ? (1 - allowed) * subscribers : cost - allowed;
			this.counters.limiterDrops += dropped;
			if (topicRoom <= gameRoom) this.counters.limiterDropsOnTopic += dropped;
		}
		if (allowed > 0) {
			this.countReceived(topic, allowed, now);
			this.meter.note("received on a topic", topic.name, topic.received.lastMinute(now), topicLimit);
			this.meter.note("received by the game", "", this.receivedByGame.lastMinute(now), gameLimit);
		}
		return countedOnce ? allowed * subscribers : allowed;
	}

	/** Counts deliveries that nobody asked whether they were allowed: second copies. */
	countReceived(topic: Topic, count: number, now: number): void {
		topic.received.add(now, count);
		this.receivedByGame.add(now, count);
	}

	private refuseTopic(topic: string): string | undefined {
		const characters = topic.size();
		if (characters >= 1 && characters <= TOPIC_NAME_CHARACTERS) return undefined;
		return `MessagingService: a topic's name has 1 to ${TOPIC_NAME_CHARACTERS} characters, this one has ${characters}`;
	}
}
