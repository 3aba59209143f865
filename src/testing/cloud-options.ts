import { Minute } from "./minute-window";
import { Checks, Range, count, delayRange, notNegative, oneOf, probability, truth } from "./options";

/** What can go wrong in the emulated cloud. May be changed while the game runs. Nothing of it is documented but "best effort" and "1 to 2 seconds". */
export interface CloudFaults {
	/** Probability that a delivery is lost, independently for each receiver; default 0. */
	readonly loss?: number;
	/** Probability that a whole publish is lost, for every receiver, although it reports success; default 0. */
	readonly publishLoss?: number;
	/** How long a delivery takes, drawn for each, so later messages overtake earlier ones; default 0.3 to 2 s. */
	readonly delaySeconds?: Range;
	/** The most that is added to a delivery's delay, to reorder more; default 0. */
	readonly reorderSeconds?: number;
	/** Probability that a delivery comes a second time, with a delay of its own; default 0. */
	readonly duplication?: number;
	/** Probability that a delivery takes `lateSeconds` longer; default 0. */
	readonly lateDeliveries?: number;
	/** How much later a late delivery comes; default 600 s. */
	readonly lateSeconds?: number;
	/** Probability that a publish reports a failure; default 0. */
	readonly publishErrors?: number;
	/** Share of the publish errors that are reported although the message went out; default 0.5. */
	readonly publishErrorsAfterEffect?: number;
	/** How long a publish takes to return; the cloud has the message after half of that. Default 0.05 to 0.2 s. */
	readonly publishSeconds?: Range;
	/** Probability that a publish hangs and then fails, whether or not the message went out; default 0. */
	readonly publishHangs?: number;
	/** How long a publish hangs; default 30 s, `math.huge` for ever. */
	readonly publishHangSeconds?: number;
	/** Probability that a subscribe request fails; default 0. */
	readonly subscribeErrors?: number;
	/** How long a subscribe request takes; what the cloud has before half of that is not received. Default 0.05 to 0.2 s. */
	readonly subscribeSeconds?: Range;
	/** What the documented limits of sending and receiving are multiplied by, a factor; default 1. They may be other ones than documented. */
	readonly limitScale?: number;
}

/** How the emulated cloud understands the documented limits, where the documentation leaves it open. */
export interface CloudRules {
	/** What "received" counts: each message for each subscriber, or each message once; default "deliveries", the stricter. */
	readonly reading?: "deliveries" | "publishes";
	/** What becomes of messages over a receive limit: dropped in silence, refused at the publisher, or delivered and counted; default "drop". */
	readonly overLimit?: "drop" | "error" | "allow";
	/** Whether limits count the last sixty seconds or start anew each minute; default "sliding". */
	readonly minute?: Minute;
	/** The number of servers that receive limits are computed from; default: those that live. */
	readonly countedServers?: number;
	/** Whether a publisher that subscribes to the topic gets its own message; default true. */
	readonly selfDelivery?: boolean;
	/** What the size of a message is: its bytes as JSON, quotes and escapes included, or the characters of its text; default "json bytes", the stricter. */
	readonly sizeUnit?: "json bytes" | "characters";
}

export const DEFAULT_FAULTS: Required<CloudFaults> = {
	loss: 0,
	publishLoss: 0,
	delaySeconds: [0.3, 2],
	reorderSeconds: 0,
	duplication: 0,
	lateDeliveries: 0,
	lateSeconds: 600,
	publishErrors: 0,
	publishErrorsAfterEffect: 0.5,
	publishSeconds: [0.05, 0.2],
	publishHangs: 0,
	publishHangSeconds: 30,
	subscribeErrors: 0,
	subscribeSeconds: [0.05, 0.2],
	limitScale: 1,
};

export const FAULT_CHECKS: Checks<CloudFaults> = {
	loss: probability,
	publishLoss: probability,
	delaySeconds: delayRange,
	reorderSeconds: notNegative,
	duplication: probability,
	lateDeliveries: probability,
	lateSeconds: notNegative,
	publishErrors: probability,
	publishErrorsAfterEffect: probability,
	publishSeconds: delayRange,
	publishHangs: probability,
	publishHangSeconds: notNegative,
	subscribeErrors: probability,
	subscribeSeconds: delayRange,
	limitScale: notNegative,
};

export const RULE_CHECKS: Checks<CloudRules> = {
	reading: oneOf("deliveries", "publishes"),
	overLimit: oneOf("drop", "error", "allow"),
	minute: oneOf("sliding", "fixed"),
	countedServers: count,
	selfDelivery: truth,
	sizeUnit: oneOf("json bytes", "characters"),
};
