/**
 * Many servers in one script, for tests. No function of it yields, nor does one throw unless it says so.
 * @module
 */
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
export type { VirtualEngine } from "./engine/engine";
export type { EngineDateTime, EngineOs } from "./engine/clocks";
export type { EngineDataModel } from "./engine/data-model";
export type { EngineHttp } from "./engine/http";
export type { EngineMessage, EngineMessaging } from "./engine/messaging";
export type { EnginePlayers } from "./engine/players";
export type { EngineRunService } from "./engine/run-service";
export type { SignalBehavior } from "./engine/signal";
export type { EngineTask } from "./engine/task";

export type { GameStatistics } from "./virtual-game";
export type { MemoryFaults, MemoryRules } from "./memory-store/memory-options";
export type { MemoryStatistics } from "./memory-store/memory-statistics";
export type { MemoryStatus } from "./memory-store/status";

// What it is made of, for other harnesses and benchmarks.
/** @internal */
export { describeLimits } from "./cloud-statistics";
/** @internal */
export { CloudLink } from "./cloud-link";
/** @internal */
export { EPOCH_UNIX_SECONDS, MessagingCloud, OUTSIDE } from "./messaging-cloud";
/** @internal */
export { RandomStream } from "./random";
/** @internal */
export { Scheduler } from "./scheduler";
/** @internal */
export { VirtualClock } from "./virtual-clock";
/** @internal */
export { VirtualPlatform } from "./virtual-platform";
/** @internal */
export { MemoryStoreCloud } from "./memory-store/memory-store-cloud";
/** @internal */
export { memoryStoreService } from "./memory-store/engine-shape";
/** @internal */
export { jsonBytes } from "./json-size";
/** @internal */
export { startThread } from "./thread";
