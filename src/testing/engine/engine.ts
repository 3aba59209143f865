import type { MessagingCloud } from "../messaging-cloud";
import { Scheduler } from "../scheduler";
import { memoryStoreService } from "../memory-store/engine-shape";
import { FailureReport } from "../thread";
import type { VirtualPlatform } from "../virtual-platform";
import { EngineDateTime, EngineOs, newDateTime, newOs } from "./clocks";
import { EmulatedDataModel, EngineDataModel } from "./data-model";
import { EmulatedHttp, EngineHttp } from "./http";
import { EmulatedMessaging, EngineMessaging } from "./messaging";
import { EmulatedPlayers, EnginePlayers } from "./players";
import { EmulatedRunService, EngineRunService } from "./run-service";
import { EngineSignals, SignalBehavior } from "./signal";
import { EngineTask, newTask } from "./task";
import { EngineThreads } from "./threads";

/**
 * One virtual server's engine, in the shape that game code knows it by: for code under test that is given its services and libraries instead of
 * naming the real ones. What yields has to be called by code of the server, in a thread: start one with `task.spawn`.
 */
export interface VirtualEngine {
	readonly Players: EnginePlayers;
	readonly MessagingService: EngineMessaging;
	readonly MemoryStoreService: MemoryStoreService;
	readonly HttpService: EngineHttp;
	readonly RunService: EngineRunService;
	/** What `game` is. */
	readonly DataModel: EngineDataModel;
	readonly DateTime: EngineDateTime;
	readonly task: EngineTask;
	readonly os: EngineOs;
}

/** What an engine is made of, besides its platform. */
export interface EngineParts {
	readonly scheduler: Scheduler;
	readonly cloud: MessagingCloud;
	readonly seed: number;
	readonly signalBehavior: SignalBehavior;
	readonly report: FailureReport;
}

/** The engine of one virtual server, with what moves its players. */
export class EmulatedEngine implements VirtualEngine {
	readonly Players: EmulatedPlayers;
	readonly MessagingService: EngineMessaging;
	readonly MemoryStoreService: MemoryStoreService;
	readonly HttpService: EngineHttp;
	readonly RunService: EngineRunService;
	readonly DataModel: EngineDataModel;
	readonly DateTime: EngineDateTime;
	readonly task: EngineTask;
	readonly os: EngineOs;

	constructor(platform: VirtualPlatform, parts: EngineParts) {
		const { scheduler, cloud, seed, signalBehavior, report } = parts;
		const threads = new EngineThreads(platform, scheduler, report);
		const signals = new EngineSignals(threads, signalBehavior, report);
		this.Players = new EmulatedPlayers(platform.players, signals);
		this.MessagingService = new EmulatedMessaging(cloud, platform.link, threads);
		this.MemoryStoreService = memoryStoreService(platform.memoryStore, platform.memoryLink, (what, begin) =>
			threads.suspend(what, begin),
		);
		this.HttpService = new EmulatedHttp(seed, platform.serverId);
		this.RunService = new EmulatedRunService(platform, signals);
		this.DataModel = new EmulatedDataModel(platform);
		this.DateTime = newDateTime(platform);
		this.task = newTask(platform, threads);
		this.os = newOs(platform);
	}
}
