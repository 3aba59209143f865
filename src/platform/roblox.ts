import { setLivePlatform } from "./current";
import { Profiler } from "./labels";
import { Platform } from "./platform";

const HttpService = game.GetService("HttpService");
const MemoryStoreService = game.GetService("MemoryStoreService");
const MessagingService = game.GetService("MessagingService");
const Players = game.GetService("Players");
const RunService = game.GetService("RunService");

/** Throws where LoadStringEnabled is not set. */
declare function loadstring(
	this: void,
	text: string,
	name: string,
): LuaTuple<[chunk: Callback | undefined, problem?: string]>;

/** Missing where Luau runs outside of the engine. */
function engineProfiler(): Profiler | undefined {
	const { profilebegin, profileend } = debug;
	if (!typeIs(profilebegin, "function") || !typeIs(profileend, "function")) return undefined;
	return {
		begin(label: string) {
			profilebegin(label);
		},
		end() {
			profileend();
		},
	};
}

/** The engine's services as the library's platform. Everything that yields runs in a thread of its own and calls back. */
class RobloxPlatform implements Platform {
	public readonly environment: "live" | "studio" | "client";
	public readonly serverId: string;
	public readonly startedAtSeconds: number;
	public readonly placeVersion: number;
	public readonly watchHandlers = false;
	public readonly attachments = {};
	public readonly profiler = engineProfiler();
	private readonly random01 = new Random();

	constructor() {
		this.environment = RunService.IsServer() ? (RunService.IsStudio() ? "studio" : "live") : "client";
		this.serverId = game.JobId !== "" ? game.JobId : HttpService.GenerateGUID(false);
		this.startedAtSeconds = os.time();
		this.placeVersion = game.PlaceVersion;
	}

	public clock(): number {
		return os.clock();
	}

	public unixMilliseconds(): number {
		return DateTime.now().UnixTimestampMillis;
	}

	public random(): number {
		return this.random01.NextNumber();
	}

	public guid(): string {
		return HttpService.GenerateGUID(false);
	}

	public playerCount(): number {
		return Players.GetPlayers().size();
	}

	public findPlayer(userId: number): string | undefined {
		return Players.GetPlayerByUserId(userId)?.Name;
	}

	public onPlayerLeaving(callback: (userId: number) => void): void {
		Players.PlayerRemoving.Connect((player) => callback(player.UserId));
	}

	public schedule(delaySeconds: number, callback: () => void): () => void {
		let waiting = true;
		const scheduled = task.delay(delaySeconds, () => {
			waiting = false;
			callback();
		});
		return () => {
			// A thread that runs cannot be cancelled, not even by itself.
			if (waiting) task.cancel(scheduled);
			waiting = false;
		};
	}

	public spawn(callback: () => void): void {
		task.spawn(callback);
	}

	public publish(topic: string, message: string, done: (failure: string | undefined) => void): void {
		task.spawn(() => {
			const [success, failure] = pcall(() => MessagingService.PublishAsync(topic, message));
			done(success ? undefined : tostring(failure));
		});
	}

	public subscribe(
		topic: string,
		received: (message: unknown) => void,
		done: (failure: string | undefined) => void,
	): () => void {
		let wanted = true;
		let connection: RBXScriptConnection | undefined;
		task.spawn(() => {
			const [success, result] = pcall(() =>
				MessagingService.SubscribeAsync(topic, (message) => {
					if (wanted) received(message.Data);
				}),
			);
			if (success) {
				connection = result as RBXScriptConnection;
				if (!wanted) connection.Disconnect();
			}
			if (wanted) done(success ? undefined : tostring(result));
		});
		return () => {
			wanted = false;
			connection?.Disconnect();
		};
	}

	public readMemory(map: string, key: string, done: (failure: string | undefined, value: unknown) => void): void {
		task.spawn(() => {
			const [success, result] = pcall(() => MemoryStoreService.GetHashMap(map).GetAsync(key));
			if (success) done(undefined, result);
			else done(tostring(result), undefined);
		});
	}

	public writeMemory(
		map: string,
		key: string,
		value: string,
		expirationSeconds: number,
		done: (failure: string | undefined) => void,
	): void {
		task.spawn(() => {
			const [success, failure] = pcall(() =>
				MemoryStoreService.GetHashMap(map).SetAsync(key, value, expirationSeconds),
			);
			done(success ? undefined : tostring(failure));
		});
	}

	public updateMemory(
		map: string,
		key: string,
		transform: (former: unknown) => string | undefined,
		expirationSeconds: number,
		done: (failure: string | undefined, written: unknown) => void,
	): void {
		task.spawn(() => {
			const [success, result] = pcall(() =>
				MemoryStoreService.GetHashMap(map).UpdateAsync(key, transform, expirationSeconds),
			);
			if (success) done(undefined, result);
			else done(tostring(result), undefined);
		});
	}

	public onClosing(handler: (done: () => void) => void): void {
		game.BindToClose(() => {
			const thread = coroutine.running();
			let finished = false;
			let yielded = false;
			handler(() => {
				if (finished) return;
				finished = true;
				if (yielded) task.spawn(thread);
			});
			if (!finished) {
				yielded = true;
				coroutine.yield();
			}
		});
	}

	public compile(text: string, name: string) {
		const [success, chunk, problem] = pcall(loadstring, text, name);
		if (success && typeIs(chunk, "function")) return { chunk: chunk as (...values: unknown[]) => unknown };
		return { problem: tostring(success ? problem : chunk) };
	}

	public warn(text: string): void {
		warn(text);
	}

	public print(text: string): void {
		print(text);
	}
}

setLivePlatform(() => new RobloxPlatform());
