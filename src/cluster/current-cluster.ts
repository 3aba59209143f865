import { described } from "../diagnostics/errors";
import { Logger } from "../diagnostics/logger";
import { currentPlatform } from "../platform/current";
import { Platform } from "../platform/platform";
import { ServerCluster, ClusterSettings } from "./server-cluster";

/** How the cluster behaves; all optional. */
export interface ClusterOptions {
	/** How much of Roblox's documented MessagingService limits this library may use: more than 0, at most 1. Default 0.5: the rest is for other scripts. */
	readonly budgetShare?: number;
	/**
	 * Whether one server keeps the state in MemoryStoreService, within a quarter of its documented limits, and new servers get it from there:
	 * faster where there is much of it, and without messages. Whenever that does not work they get it by messages. Best set on all servers. Default false.
	 */
	readonly memoryStore?: boolean;
	/** Gets everything the library has to say, instead of the output. */
	readonly logger?: Logger;
	/**
	 * Messages of servers with another key are dropped. Set the same on all servers, and keep it out of what clients can read:
	 * it keeps out whoever can publish to the game's topics but does not know the key. 1 to 200 bytes. Not cryptography.
	 */
	readonly sharedKey?: string;
	/** How often `StatisticsChanged` fires, in seconds: 1 to 3,600. Default 10. */
	readonly statisticsSeconds?: number;
}

const ON_CLIENT =
	"this library works on servers only; require it from a server script, and tell clients by a RemoteEvent what they need";

const DEFAULT_SETTINGS: ClusterSettings = {
	budgetShare: 0.5,
	memoryStore: false,
	logger: undefined,
	sharedKey: undefined,
	statisticsSeconds: 10,
};

/**
 * Each virtual server of a test has a platform of its own, and so a cluster. It hangs on the platform, not in a weak table here: Luau does not collect
 * what a weak table's value holds by itself.
 */
interface Attachments {
	cluster?: ServerCluster;
	settings?: ClusterSettings;
}

function attachmentsOf(platform: Platform): Attachments {
	return platform.attachments as Attachments;
}

/** The cluster of the code that is running, started if need be. Returns what is wrong where there can be none. */
export function getServerCluster(): ServerCluster | string {
	const platform = currentPlatform();
	if (platform.environment === "client") {
		return ON_CLIENT;
	}
	const attachments = attachmentsOf(platform);
	attachments.cluster ??= new ServerCluster(platform, attachments.settings ?? DEFAULT_SETTINGS);
	return attachments.cluster;
}

/** Sets the options of the cluster that is to come. Returns what is wrong with them, if anything. */
export function configure(options: unknown): string | undefined {
	if (!typeIs(options, "table")) return `ConfigureCluster takes a table of options, but got ${described(options)}`;
	const platform = currentPlatform();
	if (platform.environment === "client") return `ConfigureCluster: ${ON_CLIENT}`;
	let { budgetShare, memoryStore, logger, sharedKey, statisticsSeconds } =
		attachmentsOf(platform).settings ?? DEFAULT_SETTINGS;
	for (const [key, value] of pairs(options as { [key: string]: unknown })) {
		if (key === "budgetShare") {
			if (!typeIs(value, "number") || !(value > 0 && value <= 1)) {
				return `ConfigureCluster: budgetShare must be more than 0 and at most 1, but is ${described(value)}`;
			}
			budgetShare = value;
		} else if (key === "memoryStore") {
			if (!typeIs(value, "boolean"))
				return `ConfigureCluster: memoryStore must be true or false, but is ${described(value)}`;
			memoryStore = value;
		} else if (key === "logger") {
			if (!typeIs(value, "function"))
				return `ConfigureCluster: logger must be a function, but is ${described(value)}`;
			logger = value as Logger;
		} else if (key === "sharedKey") {
			if (!typeIs(value, "string") || value.size() < 1 || value.size() > 200) {
				return `ConfigureCluster: sharedKey must be a string of 1 to 200 bytes, but is ${typeIs(value, "string") ? `one of ${value.size()}` : described(value)}`;
			}
			sharedKey = value;
		} else if (key === "statisticsSeconds") {
			if (!typeIs(value, "number") || !(value >= 1 && value <= 3600)) {
				return `ConfigureCluster: statisticsSeconds must be 1 to 3,600, but is ${described(value)}`;
			}
			statisticsSeconds = value;
		} else {
			return `ConfigureCluster: there is no option "${key}"; the options are budgetShare, memoryStore, logger, sharedKey and statisticsSeconds`;
		}
	}
	if (attachmentsOf(platform).cluster) {
		return "ConfigureCluster was called after the cluster had started; call it before the first pool and before GetCluster()";
	}
	attachmentsOf(platform).settings = { budgetShare, memoryStore, logger, sharedKey, statisticsSeconds };
	return undefined;
}
