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
export { describeLimits } from "./cloud-statistics";
export { CloudLink } from "./cloud-link";
export { EPOCH_UNIX_SECONDS, MessagingCloud, OUTSIDE } from "./messaging-cloud";
export { RandomStream } from "./random";
export { Scheduler } from "./scheduler";
export { VirtualClock } from "./virtual-clock";
export { VirtualPlatform } from "./virtual-platform";
export { MemoryStoreCloud } from "./memory-store/memory-store-cloud";
export { memoryStoreService } from "./memory-store/engine-shape";
export { jsonBytes } from "./json-size";
export { startThread } from "./thread";
