/** How long the probe does what. The limits are those of the documentation: what is published is to exceed them. */
export interface ProbeOptions {
	/** How many servers it waits for before it begins; with fewer it begins when it has waited long enough. */
	readonly servers: number;
	readonly gatherSeconds: number;
	/** How long the servers exchange a steady stream at a quarter of a topic's limit. */
	readonly steadySeconds: number;
	/** How long it waits for messages that are late before it counts them as lost; those that come later are counted apart. */
	readonly drainSeconds: number;
	/** How long a burst takes that is over a limit, well below a minute. */
	readonly burstSeconds: number;
	/** How long one message a second is sent after a burst, to see when the limit lets messages through again. */
	readonly recoverySeconds: number;
	/** How long nothing is sent between two measurements that count against limits: over a minute. */
	readonly quietSeconds: number;
	/** How often each burst is made. The one that got least through counts: another may have had two minutes. */
	readonly bursts: number;
}

export const DEFAULT_OPTIONS: ProbeOptions = {
	servers: 3,
	gatherSeconds: 120,
	steadySeconds: 600,
	drainSeconds: 30,
	burstSeconds: 15,
	recoverySeconds: 75,
	quietSeconds: 70,
	bursts: 2,
};

/** Documented by Roblox: received on one topic in a minute. */
export function documentedOnTopic(servers: number): number {
	return 40 + 80 * servers;
}

/** Documented by Roblox: received by the whole game in a minute. */
export function documentedOfGame(servers: number): number {
	return 400 + 200 * servers;
}

/** Documented by Roblox: sent by one server in a minute. */
export function documentedSends(players: number): number {
	return 600 + 240 * players;
}

/** Documented by Roblox: subscriptions of one server. */
export function documentedSubscriptions(players: number): number {
	return 20 + 8 * players;
}

/** Documented by Roblox: subscribe requests of one server in a minute. */
export const DOCUMENTED_SUBSCRIBE_REQUESTS = 240;
