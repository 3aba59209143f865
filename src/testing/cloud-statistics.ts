/** The documented limits, by what they count. */
export type LimitName =
	| "sends of a server"
	| "received on a topic"
	| "received by the game"
	| "subscriptions of a server"
	| "subscribe requests of a server"
	| "message bytes"
	| "memory request units"
	| "request units of a memory structure"
	| "requests of a memory partition"
	| "memory bytes"
	| "items of a memory structure"
	| "bytes of a memory structure";

/** The closest that a limit came to being reached: the most in any sliding minute as a share of the limit at that time. */
export interface LimitUse {
	/** Which limit. */
	readonly name: LimitName;
	/** The server or topic where it was; "" for the whole game. */
	readonly where: string;
	/** The number it came to at most. */
	readonly most: number;
	/** What may be: a number of messages, requests or bytes, as the name says. */
	readonly limit: number;
	/** `most / limit` */
	readonly share: number;
}

/** What the cloud did since it exists. */
export class CloudCounters {
	/** Publishes that the cloud was asked for, from servers and from outside. */
	publishes = 0;
	/** Those of them that came from outside, as through Open Cloud. */
	injections = 0;
	/** Bytes of all messages that the cloud took. */
	publishedBytes = 0;
	/** Messages handed to a subscriber, second copies included. */
	deliveries = 0;
	/** Bytes of them. */
	deliveredBytes = 0;
	/** Second copies sent. */
	duplicates = 0;
	/** Calls that subscribe. */
	subscribeRequests = 0;

	// Publishes that failed.
	/** Publishes of messages that are too large. */
	refusedSize = 0;
	/** Publishes on topics that cannot be. */
	refusedTopic = 0;
	/** Not text that JSON can carry. */
	refusedText = 0;
	/** Publishes over the limit of their server. */
	refusedSendLimit = 0;
	/** Over a receive limit, where the rules say that the publisher is told. */
	refusedReceiveLimit = 0;
	/** Errors and hangs that the faults asked for, whether or not the message went out, and servers without messaging. */
	failedByFault = 0;

	// Subscribe requests that failed.
	/** Those of them that were over a limit. */
	subscribesRefusedByLimit = 0;
	/** Those of them that failed although nothing was wrong with them. */
	subscribesFailedByFault = 0;

	// Deliveries that were not.
	/** Over a receive limit: a well-behaved library never causes one. */
	limiterDrops = 0;
	/** Those of them that were over the limit of their topic; the others were over the game's. */
	limiterDropsOnTopic = 0;
	/** Deliveries that got lost by chance, as `loss` says. */
	droppedByLoss = 0;
	/** Deliveries that the filter dropped. */
	droppedByFilter = 0;
	/** Deliveries to servers that were made deaf. */
	droppedByDeafness = 0;
	/** Publishes that vanished for all of their receivers. */
	publishesLost = 0;
	/** Publishes, each for all of its receivers. */
	droppedByMuteness = 0;
	/** The subscription was gone when the message came. */
	droppedAtDisconnected = 0;
}

/**
 * What the cloud did, and how close it came to each documented limit. Numbers are counts where nothing else is said.
 * @interface
 */
export type CloudStatistics = Readonly<CloudCounters> & {
	/** Virtual seconds that this covers. */
	readonly seconds: number;
	/** How close it came to each documented limit. */
	readonly limits: readonly LimitUse[];
};

const LIMIT_NAMES: readonly LimitName[] = [
	"sends of a server",
	"received on a topic",
	"received by the game",
	"subscriptions of a server",
	"subscribe requests of a server",
	"message bytes",
	"memory request units",
	"request units of a memory structure",
	"requests of a memory partition",
	"memory bytes",
	"items of a memory structure",
	"bytes of a memory structure",
];

/** Keeps, for each documented limit, the highest share of it that was used. */
export class LimitMeter {
	private readonly shares = new Map<LimitName, number>();
	private readonly uses = new Map<LimitName, LimitUse>();

	note(name: LimitName, where: string, used: number, limit: number): void {
		const share = used / limit;
		const highest = this.shares.get(name);
		if (highest !== undefined && share <= highest) return;
		this.shares.set(name, share);
		this.uses.set(name, { name, where, most: used, limit, share });
	}

	/** In a fixed order; limits that nothing counted against are left out. */
	list(): LimitUse[] {
		const list = new Array<LimitUse>();
		for (const name of LIMIT_NAMES) {
			const use = this.uses.get(name);
			if (use) list.push(use);
		}
		return list;
	}
}

/** One line for each limit, as "received by the game: 312 of 1400, 22.3 % of the documented limit". */
export function describeLimits(statistics: { readonly limits: readonly LimitUse[] }): string[] {
	const lines = new Array<string>();
	for (const use of statistics.limits) {
		const where = use.where === "" ? "" : ` (${use.where})`;
		const percent = string.format("%.1f", use.share * 100);
		lines.push(`${use.name}${where}: ${use.most} of ${use.limit}, ${percent} % of the documented limit`);
	}
	return lines;
}
