import { Cluster, GetCluster } from "../cluster";
import { runAs } from "../platform/current";
import type { VirtualEngine } from "./engine/engine";
import { OutputLine } from "./output";
import { runUnyielding } from "./thread";
import { ServerState, VirtualPlatform } from "./virtual-platform";

/** One server of a {@link VirtualGame}. No method yields; methods throw for arguments that cannot be, and where they say so. */
export interface VirtualServer {
	/** What the server is known by to all others. */
	readonly ServerId: string;
	/** 1 for the game's first server, and so on. */
	readonly Number: number;
	/** The cluster as this server sees it. A virtual client, where the library refuses to work, has none. */
	readonly Cluster: Cluster;
	/** This server's services and libraries, for game code that is given them: its threads and clocks are on virtual time, its messages in the emulated cloud. */
	readonly Engine: VirtualEngine;
	/**
	 * `Engine.MemoryStoreService`, in front of one emulated backend for all servers. Its methods yield, so they have to be called
	 * in threads of this server: inside {@link VirtualServer.Schedule}, or in ones that `Engine.task.spawn` starts.
	 */
	readonly MemoryStoreService: MemoryStoreService;
	/**
	 * Runs `body` as code of this server: `GetCluster()`, `StringPool()` and so on inside it, and in threads that this server resumes, are this server's.
	 * Rethrows its errors. `body` must not yield: virtual time stands still in it.
	 */
	Do<T>(body: () => T): T;
	/** Runs `callback` as code of this server, in a thread of its own, that many virtual seconds from now. Returns what cancels it. */
	Schedule(delaySeconds: number, callback: () => void): () => void;
	/** A player comes; `Engine.Players.PlayerAdded` fires. */
	AddPlayer(name: string): void;
	/** A player goes; `Engine.Players.PlayerRemoving` fires before. */
	RemovePlayer(name: string, reason?: Enum.PlayerExitReason): void;
	/** Names of the players on this server, in the order in which they came. */
	GetPlayers(): string[];
	/** Ends without warning: not a line of this server runs any more. */
	Crash(): void;
	/** Nothing of this server runs for that long; then everything that was due does, late and in order. Messages wait. */
	Freeze(seconds: number): void;
	/** Closes as the engine does: players leave, what is bound to closing runs, and after at most 30 s the server is gone. */
	Close(reason?: Enum.CloseReason): void;
	/** Deaf, this server gets no messages; it cannot tell. */
	SetDeaf(deaf: boolean): void;
	/** Mute, this server's messages get nowhere; it cannot tell. */
	SetMute(mute: boolean): void;
	/** Sets this server's Unix time forward, or backward. */
	JumpClock(seconds: number): void;
	/** "closing" runs on until all that is bound to closing is done; "closed" and "crashed" servers never run again. */
	GetState(): ServerState;
	/** Whether it stands still, see {@link VirtualServer.Freeze}. */
	IsFrozen(): boolean;
	/** The last thousand lines that this server wrote to the output, oldest first. */
	GetOutput(): OutputLine[];
}

/** @internal */
export class EmulatedServer implements VirtualServer {
	readonly ServerId: string;
	readonly Engine: VirtualEngine;
	readonly MemoryStoreService: MemoryStoreService;
	Cluster!: Cluster;

	constructor(
		readonly Number: number,
		readonly platform: VirtualPlatform,
	) {
		this.ServerId = platform.serverId;
		this.Engine = platform.engine;
		this.MemoryStoreService = platform.engine.MemoryStoreService;
	}

	/** Runs the server's first code. A server whose setup fails crashes, and the error is the caller's. */
	start(setup: (() => void) | undefined): void {
		const [success, failure] = pcall(() => {
			if (setup) this.Do(setup);
			if (this.platform.environment !== "client") this.Cluster = this.Do(GetCluster);
		});
		if (success) return;
		this.Crash();
		error(failure, 0);
	}

	observe(observer: ((server: VirtualServer) => void) | undefined): void {
		const { platform } = this;
		if (observer) platform.entered = () => observer(this);
		else if (platform.entered) platform.entered = undefined;
	}

	isGone(): boolean {
		return this.platform.isGone();
	}

	Do<T>(body: () => T): T {
		const { platform } = this;
		if (platform.isGone() || platform.isFrozen()) {
			const state = platform.isGone() ? platform.getState() : "frozen";
			error(`[net-server-sync] VirtualServer.Do: server ${this.Number} is ${state}, nothing of it can run`, 2);
		}
		const outcome = runAs(platform, () => runUnyielding(body));
		if (outcome.yielded) {
			error(
				"[net-server-sync] VirtualServer.Do: the body yielded, but virtual time stands still in it; " +
					"start a thread in it, or return a Promise from it and give that to Settle",
				2,
			);
		}
		return outcome.result;
	}

	Schedule(delaySeconds: number, callback: () => void): () => void {
		return this.platform.schedule(delaySeconds, () => this.platform.spawn(callback));
	}

	AddPlayer(name: string): void {
		const { players, engine } = this.platform;
		if (this.platform.getState() !== "running") {
			error(`[net-server-sync] VirtualServer.AddPlayer: server ${this.Number} is ${this.platform.getState()}`, 2);
		}
		if (players.includes(name)) {
			error(`[net-server-sync] VirtualServer.AddPlayer: "${name}" is already on server ${this.Number}`, 2);
		}
		engine.Players.add(name);
	}

	RemovePlayer(name: string, reason?: Enum.PlayerExitReason): void {
		const { players, engine } = this.platform;
		if (!players.includes(name)) {
			error(`[net-server-sync] VirtualServer.RemovePlayer: "${name}" is not on server ${this.Number}`, 2);
		}
		this.platform.world.memoryStore.noteUsers(this.platform.memoryLink);
		engine.Players.remove(name, reason);
	}

	GetPlayers(): string[] {
		return [...this.platform.players];
	}

	Crash(): void {
		this.platform.crash();
	}

	Freeze(seconds: number): void {
		if (!(seconds >= 0))
			error("[net-server-sync] VirtualServer.Freeze: seconds has to be a number, not negative", 2);
		this.platform.freeze(seconds);
	}

	Close(reason?: Enum.CloseReason): void {
		this.platform.close(reason);
	}

	SetDeaf(deaf: boolean): void {
		this.platform.link.deaf = deaf;
	}

	SetMute(mute: boolean): void {
		this.platform.link.mute = mute;
	}

	JumpClock(seconds: number): void {
		this.platform.virtualClock.skewSeconds += seconds;
	}

	GetState(): ServerState {
		return this.platform.getState();
	}

	IsFrozen(): boolean {
		return this.platform.isFrozen();
	}

	GetOutput(): OutputLine[] {
		return this.platform.outputLines();
	}
}
