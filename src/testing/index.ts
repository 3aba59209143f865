export { VirtualGame } from "./virtual-game";
export type { VirtualError } from "./virtual-game";
export type { VirtualServer } from "./virtual-server";
export type { VirtualGameOptions, VirtualServerOptions } from "./game-options";
export type { CloudFaults, CloudRules } from "./cloud-options";
export type { CloudStatistics, LimitName, LimitUse } from "./cloud-statistics";
export type { CloudFilter, CloudWatcher, LossReason } from "./messaging-cloud";
export type { OutputLine } from "./output";
export type { ServerState } from "./virtual-platform";
export type { Range } from "./options";

// What it is made of, for other harnesses and benchmarks.
export { describeLimits } from "./cloud-statistics";
export { CloudLink } from "./cloud-link";
export { EPOCH_UNIX_SECONDS, MessagingCloud, OUTSIDE } from "./messaging-cloud";
export { RandomStream } from "./random";
export { Scheduler } from "./scheduler";
export { VirtualClock } from "./virtual-clock";
export { VirtualPlatform } from "./virtual-platform";
export { jsonBytes } from "./json-size";
export { startThread } from "./thread";
