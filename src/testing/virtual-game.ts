import { callWithoutYield } from "../diagnostics/call";
import { FAULT_CHECKS } from "./cloud-options";
import { CloudStatistics } from "./cloud-statistics";
import { EmulatedServer, VirtualServer } from "./virtual-server";
import { CloudFilter, CloudWatcher, MessagingCloud } from "./messaging-cloud";
import {
	GAME_CHECKS,
	GameFaults,
	SERVER_CHECKS,
	VirtualGameOptions,
	VirtualServerOptions,
	faultsOf,
} from "./game-options";
import { MEMORY_FAULT_CHECKS, memoryFaultsOf } from "./memory-store/memory-options";
import { MemoryStatistics } from "./memory-store/memory-statistics";
import { MemoryStoreCloud } from "./memory-store/memory-store-cloud";
import { checkOptions } from "./options";
import { draw, drawBetween, drawGuid, mix, streamKey } from "./random";
import { Scheduler } from "./scheduler";
import { VirtualClock } from "./virtual-clock";
import { VirtualPlatform, VirtualWorld } from "./virtual-platform";

/** An error that code of a virtual server did not catch. */
export interface VirtualError {
	/** Virtual time. */
	readonly atSeconds: number;
	/** The server it happened on; "" for a callback of the game itself. */
	readonly serverId: string;
	/** What was thrown, with the stack. */
	readonly text: string;
}

/** What the emulated MessagingService did, and in `memory` what the emulated MemoryStoreService did. */
export type GameStatistics = CloudStatistics & { readonly memory: MemoryStatistics };

/** A whole game in one script: many servers, one virtual clock, an emulated cloud. No method yields; methods throw for arguments that cannot be, and where they say so. */
export interface VirtualGame {
	/** Errors that code of servers did not catch, the first hundred of them. The first ten are printed as warnings. */
	readonly Errors: readonly VirtualError[];
	/** Starts a server. To restart one, end it and add another: a server's id is never used again. */
	AddServer(options?: VirtualServerOptions): VirtualServer;
	/** The servers that are not gone, in the order in which they started. */
	GetServers(): VirtualServer[];
	/** Virtual seconds since the game began. */
	Now(): number;
	/** Advances virtual time; never yields. */
	Run(seconds: number): void;
	/** Advances virtual time until `condition` holds, which is asked after each frame in which something happened. False if it did not within the limit. */
	RunUntil(condition: () => boolean, limitSeconds: number): boolean;
	/** Advances virtual time until the promise settles, at most `limitSeconds` (60). Returns its value; throws its rejection, unchanged, or at the limit. */
	Settle<T>(promise: Promise<T>, limitSeconds?: number): T;
	/** Runs `callback`, outside of any server, in that many virtual seconds. Returns what cancels it. */
	Schedule(delaySeconds: number, callback: () => void): () => void;
	/** Changes what goes wrong from now on; what is not named stays as it is. */
	SetFaults(faults: GameFaults): void;
	/** Asks `filter` about each delivery at the moment when the cloud has the message, until another one is set, or none. */
	SetFilter(filter: CloudFilter | undefined): void;
	/** Tells `watcher` of every message from now on, until another one is set, or none. */
	SetWatcher(watcher: CloudWatcher | undefined): void;
	/** Calls `observer` after each piece of code of a server has run: each timer, message and answer. Until another one is set, or none. */
	SetObserver(observer: ((server: VirtualServer) => void) | undefined): void;
	/** The emulated MemoryStoreService forgets what live servers have put into hash maps and sorted maps, long before it expires. */
	WipeMemoryStore(): void;
	/** Puts a message on a topic, as somebody with an Open Cloud key can. Returns why it was refused, if it was. */
	Inject(topic: string, message: string): string | undefined;
	/** What the emulated cloud did, and how close it came to each documented limit. */
	GetStatistics(): GameStatistics;
	/** A hash of every message and delivery so far: the same in two runs that did the same. */
	GetTraceHash(): string;
	/** Ends all servers and forgets everything that was to come. */
	Destroy(): void;
}

const MOST_ERRORS = 100;
const MOST_PRINTED_ERRORS = 10;
const DEFAULT_SETTLE_SECONDS = 60;
/** How often a condition is asked at most. */
const FRAME_SECONDS = 1 / 60;

/** Numbers of a server's draws. */
const enum Draw {
	ServerId = 1,
	ClockOrigin,
	ClockSkew,
	ClockDrift,
	FramePhase,
}

class EmulatedGame implements VirtualGame {
	readonly Errors = new Array<VirtualError>();
	private readonly seed: number;
	private readonly scheduler = new Scheduler((text) => this.report("", text));
	private readonly cloud: MessagingCloud;
	private readonly memoryStore: MemoryStoreCloud;
	private readonly world: VirtualWorld;
	private servers = new Array<EmulatedServer>();
	private serversStarted = 0;
	private observer: ((server: VirtualServer) => void) | undefined;
	private advancing = false;
	private destroyed = false;

	constructor(private readonly options: VirtualGameOptions) {
		this.seed = options.seed ?? 1;
		this.cloud = new MessagingCloud(this.scheduler, this.seed, options);
		this.cloud.setFaults(faultsOf(options));
		this.memoryStore = new MemoryStoreCloud(this.scheduler, this.seed, options, this.cloud.trace);
		this.memoryStore.setFaults(memoryFaultsOf(options));
		const { scheduler, cloud, memoryStore, seed } = this;
		this.world = { scheduler, cloud, memoryStore, seed, signalBehavior: options.signalBehavior ?? "immediate" };
	}

	AddServer(options: VirtualServerOptions = {}): VirtualServer {
		if (this.destroyed) error("[net-server-sync] VirtualGame.AddServer: the game has been destroyed", 2);
		checkOptions("VirtualGame.AddServer", options, SERVER_CHECKS);
		this.serversStarted += 1;
		const serverNumber = this.serversStarted;
		const key = mix(streamKey(this.seed, "servers"), options.drawNumber ?? serverNumber);
		const serverId = drawGuid(key, Draw.ServerId);
		const clock = new VirtualClock(
			this.scheduler.now(),
			drawBetween(key, Draw.ClockOrigin, [0, 100000]),
			options.clockSkewSeconds ?? drawBetween(key, Draw.ClockSkew, this.options.clockSkewSeconds ?? [0, 0]),
			options.clockDrift ?? drawBetween(key, Draw.ClockDrift, this.options.clockDrift ?? [0, 0]),
			draw(key, Draw.FramePhase),
		);
		const platform = new VirtualPlatform({
			world: this.world,
			clock,
			serverId,
			environment: options.environment ?? "live",
			placeVersion: options.placeVersion ?? 1,
			messaging: options.messaging ?? true,
			memoryAccess: options.memoryStore ?? "available",
			report: (text) => this.report(serverId, text),
		});
		for (const index of $range(1, options.players ?? 0)) platform.players.push(`Player${index}`);
		const server = new EmulatedServer(serverNumber, platform);
		this.servers.push(server);
		server.observe(this.observer);
		server.start(options.setup);
		return server;
	}

	GetServers(): VirtualServer[] {
		const live = new Array<EmulatedServer>();
		for (const server of this.servers) if (!server.isGone()) live.push(server);
		// Those that are gone are forgotten, as a long simulation restarts many.
		this.servers = live;
		return [...live];
	}

	Now(): number {
		return this.scheduler.now();
	}

	Run(seconds: number): void {
		if (!(seconds >= 0)) error("[net-server-sync] VirtualGame.Run: seconds has to be a number, not negative", 2);
		this.refuseNesting("Run");
		this.advance(() => this.scheduler.runUntil(this.scheduler.now() + seconds));
	}

	RunUntil(condition: () => boolean, limitSeconds: number): boolean {
		this.refuseNesting("RunUntil");
		const { scheduler } = this;
		const endSeconds = scheduler.now() + limitSeconds;
		while (!condition()) {
			const nextSeconds = scheduler.nextSeconds() ?? math.huge;
			if (nextSeconds > endSeconds) {
				this.advance(() => scheduler.runUntil(endSeconds));
				return condition();
			}
			const frameSeconds = math.min(endSeconds, math.max(nextSeconds, scheduler.now() + FRAME_SECONDS));
			this.advance(() => scheduler.runUntil(frameSeconds));
		}
		return true;
	}

	Settle<T>(promise: Promise<T>, limitSeconds = DEFAULT_SETTLE_SECONDS): T {
		this.refuseNesting("Settle");
		const { scheduler } = this;
		const endSeconds = scheduler.now() + limitSeconds;
		let value: T | undefined;
		let rejection: unknown;
		// Also tells the promise that somebody looks after its rejection.
		promise.then(
			(result) => {
				value = result;
			},
			(reason) => {
				rejection = reason;
			},
		);
		this.advance(() => {
			while (promise.getStatus() === Promise.Status.Started) {
				if ((scheduler.nextSeconds() ?? math.huge) > endSeconds) {
					scheduler.runUntil(endSeconds);
					return;
				}
				scheduler.step();
			}
		});
		const status = promise.getStatus();
		if (status === Promise.Status.Resolved) return value as T;
		if (status === Promise.Status.Rejected) error(rejection, 0);
		const happened = status === Promise.Status.Cancelled ? "was cancelled" : `did not settle in ${limitSeconds} s`;
		error(`[net-server-sync] VirtualGame.Settle: the promise ${happened}`, 2);
	}

	Schedule(delaySeconds: number, callback: () => void): () => void {
		return this.scheduler.at(this.scheduler.now() + delaySeconds, callback);
	}

	SetFaults(faults: GameFaults): void {
		checkOptions("VirtualGame.SetFaults", faults, { ...FAULT_CHECKS, ...MEMORY_FAULT_CHECKS });
		this.cloud.setFaults(faults);
		this.memoryStore.setFaults(memoryFaultsOf(faults));
	}

	SetFilter(filter: CloudFilter | undefined): void {
		this.cloud.setFilter(filter);
	}

	SetWatcher(watcher: CloudWatcher | undefined): void {
		this.cloud.setWatcher(watcher);
	}

	SetObserver(observer: ((server: VirtualServer) => void) | undefined): void {
		this.observer = observer;
		for (const server of this.servers) server.observe(observer);
	}

	WipeMemoryStore(): void {
		this.memoryStore.wipe();
	}

	Inject(topic: string, message: string): string | undefined {
		return this.cloud.inject(topic, message);
	}

	GetStatistics(): GameStatistics {
		return { ...this.cloud.getStatistics(), memory: this.memoryStore.getStatistics() };
	}

	GetTraceHash(): string {
		return this.cloud.trace.text();
	}

	Destroy(): void {
		this.destroyed = true;
		for (const server of this.servers) server.Crash();
		this.scheduler.clear();
	}

	private report(serverId: string, text: string): void {
		const atSeconds = this.scheduler.now();
		if (this.Errors.size() < MOST_ERRORS) this.Errors.push({ atSeconds, serverId, text });
		if (this.Errors.size() > MOST_PRINTED_ERRORS) return;
		const where = serverId === "" ? "the game" : `server ${serverId}`;
		warn(`[net-server-sync] at ${string.format("%.3f", atSeconds)} s on ${where}: ${text}`);
	}

	/** Time advances in one place at a time: what runs because of that cannot advance it itself. */
	private refuseNesting(method: string): void {
		if (this.destroyed) error(`[net-server-sync] VirtualGame.${method}: the game has been destroyed`, 3);
		if (!this.advancing) return;
		error(`[net-server-sync] VirtualGame.${method}: called by code that the game is running; call it outside`, 3);
	}

	private advance(run: () => void): void {
		this.advancing = true;
		// What runs without a thread of its own cannot take virtual time with it by yielding.
		const { outcome, result } = callWithoutYield(run, undefined);
		this.advancing = false;
		if (outcome !== "returned") error(result, 0);
	}
}

/**
 * Makes a game of virtual servers in this script, for tests: as many as needed, with a virtual clock and an emulated MessagingService
 * that enforces every documented limit and misbehaves as told. The same seed gives the same run.
 */
export function VirtualGame(options: VirtualGameOptions = {}): VirtualGame {
	checkOptions("VirtualGame", options, GAME_CHECKS);
	return new EmulatedGame(options);
}
