import { makeLazily } from "../lazy";
import { MemoryClient, memoryClient, memoryStoreServiceOf } from "../memory-store/engine-shape";
import type { VirtualPlatform } from "../virtual-platform";
import { EngineDateTime, EngineOs, newDateTime, newOs } from "./clocks";
import { EmulatedDataModel, EngineDataModel } from "./data-model";
import { EmulatedHttp, EngineHttp } from "./http";
import { EmulatedMessaging, EngineMessaging } from "./messaging";
import { EmulatedPlayers, EnginePlayers } from "./players";
import { EmulatedRunService, EngineRunService } from "./run-service";
import { EngineSignals } from "./signal";
import { EngineTask, newTask } from "./task";
import { EngineThreads } from "./threads";

/**
 * One virtual server's engine, in the shape that game code knows it by: for code under test that is given its services and libraries instead of
 * naming the real ones. What yields has to be called by code of the server, in a thread: start one with `task.spawn`.
 */
export interface VirtualEngine {
	/** The players of this server. */
	readonly Players: EnginePlayers;
	/** Messages, by the emulated cloud. */
	readonly MessagingService: EngineMessaging;
	/** One emulated backend for all servers. */
	readonly MemoryStoreService: MemoryStoreService;
	/** JSON and GUIDs. */
	readonly HttpService: EngineHttp;
	/** Frames, and what kind of server this is. */
	readonly RunService: EngineRunService;
	/** What `game` is. */
	readonly DataModel: EngineDataModel;
	/** The clock of this server. */
	readonly DateTime: EngineDateTime;
	/** Threads, on virtual time. */
	readonly task: EngineTask;
	/** The clock of this server, and of its processor. */
	readonly os: EngineOs;
}

/** The engine of one virtual server, with what moves its players. Its parts are made when they are first asked for. */
export class EmulatedEngine implements VirtualEngine {
	readonly Players!: EmulatedPlayers;
	readonly MessagingService!: EngineMessaging;
	readonly MemoryStoreService!: MemoryStoreService;
	readonly HttpService!: EngineHttp;
	readonly RunService!: EngineRunService;
	readonly DataModel!: EngineDataModel;
	readonly DateTime!: EngineDateTime;
	readonly task!: EngineTask;
	readonly os!: EngineOs;
	/** @internal */
	readonly threads!: EngineThreads;
	/** @internal */
	readonly signals!: EngineSignals;
	/** @internal */
	readonly memoryClient!: MemoryClient;

	constructor(/** @internal */ readonly platform: VirtualPlatform) {}

	/** All players go. Who never looked at them is not told. */
	removePlayers(): void {
		if (rawget(this, "Players") !== undefined) this.Players.removeAll();
		else this.platform.players.clear();
	}
}

makeLazily(EmulatedEngine, {
	Players: ({ platform, signals }) => new EmulatedPlayers(platform.players, signals),
	MessagingService: ({ platform, threads }) => new EmulatedMessaging(platform.world.cloud, platform.link, threads),
	MemoryStoreService: (engine) => memoryStoreServiceOf(engine),
	memoryClient: ({ platform, threads }) =>
		memoryClient(platform.world.memoryStore, platform.memoryLink, (what, begin) => threads.suspend(what, begin)),
	HttpService: ({ platform }) => new EmulatedHttp(platform.world.seed, platform.serverId),
	RunService: ({ platform, signals }) => new EmulatedRunService(platform, signals),
	DataModel: ({ platform }) => new EmulatedDataModel(platform),
	DateTime: ({ platform }) => newDateTime(platform),
	task: ({ platform, threads }) => newTask(platform, threads),
	os: ({ platform }) => newOs(platform),
	threads: ({ platform }) => new EngineThreads(platform, platform.world.scheduler, platform.report),
	signals: ({ platform, threads }) => new EngineSignals(threads, platform.world.signalBehavior, platform.report),
});
