import { beginWith } from "../diagnostics/begin-with";
import { switchPlatform } from "../platform/current";
import { DecodedMessages, Platform } from "../platform/platform";
import { CloudLink, CloudSubscription } from "./cloud-link";
import { EmulatedEngine } from "./engine/engine";
import { SignalBehavior } from "./engine/signal";
import { MessagingCloud } from "./messaging-cloud";
import { MemoryLink } from "./memory-store/memory-link";
import { MemoryStoreCloud } from "./memory-store/memory-store-cloud";
import { Output, OutputLine } from "./output";
import { RandomStream } from "./random";
import { ScheduledItem, Scheduler } from "./scheduler";
import { FailureReport, callReporting, startThread } from "./thread";
import { VirtualClock } from "./virtual-clock";

/** How long a closing server waits for its handlers. */
const CLOSING_SECONDS = 30;

/** "closing" runs on until its handlers are done; "closed" and "crashed" never run again. */
export type ServerState = "running" | "closing" | "closed" | "crashed";

/** What the virtual servers of a game have in common. */
export interface VirtualWorld {
	readonly scheduler: Scheduler;
	readonly cloud: MessagingCloud;
	readonly memoryStore: MemoryStoreCloud;
	readonly seed: number;
	/** When handlers of the engine's events run. */
	readonly signalBehavior: SignalBehavior;
}

/** What a virtual server is made of. */
export interface VirtualPlatformParts {
	readonly world: VirtualWorld;
	readonly clock: VirtualClock;
	readonly serverId: string;
	readonly environment: Platform["environment"];
	readonly placeVersion: number;
	/** False where there is no MessagingService. */
	readonly messaging: boolean;
	/** Default "available". */
	readonly memoryAccess?: "available" | "unpublished" | "denied";
	/** Gets the errors that code of this server does not catch. */
	readonly report: FailureReport;
}

interface Timer extends ScheduledItem {
	cancelled: boolean;
	readonly platform: VirtualPlatform;
	readonly callback: () => void;
}

function call(callback: () => void): void {
	callback();
}

function ignore(): void {}

function runTimer(timer: Timer): void {
	if (timer.cancelled) return;
	// From here on cancelling has no effect.
	timer.cancelled = true;
	timer.callback();
}

function fireTimer(timer: Timer): void {
	timer.platform.perform(runTimer, timer);
}

/**
 * The engine of one virtual server: its clock, its threads, its side of the cloud, and its end.
 * What most servers never have, such as output, is absent: there may be thousands of them.
 */
export class VirtualPlatform implements Platform {
	readonly environment: Platform["environment"];
	readonly serverId: string;
	readonly startedAtSeconds: number;
	readonly placeVersion: number;
	/** Names of the players on this server. */
	readonly players = new Array<string>();
	readonly link: CloudLink;
	readonly memoryLink: MemoryLink;
	readonly virtualClock: VirtualClock;
	/** What game code sees of this engine. */
	readonly engine: EmulatedEngine;

	readonly world: VirtualWorld;
	readonly report: FailureReport;

	/** Called after each piece of code of this server has run. */
	entered: (() => void) | undefined;

	private readonly randomStream: RandomStream;
	private output: Output | undefined;
	private state: ServerState = "running";
	private frozen = false;
	private frozenUntilSeconds!: number;
	/** While the server is frozen: what has to run once it no longer is. */
	private backlog: Array<() => void> | undefined;
	private readonly closingHandlers = new Array<(done: () => void) => void>();
	private closeReason: Enum.CloseReason | undefined;

	constructor(parts: VirtualPlatformParts) {
		const { world } = parts;
		this.world = world;
		this.decoded = world.cloud.decoded;
		this.report = parts.report;
		this.environment = parts.environment;
		this.serverId = parts.serverId;
		this.placeVersion = parts.placeVersion;
		this.virtualClock = parts.clock;
		// Whole seconds, as `os.time` has them.
		this.startedAtSeconds = this.unixMilliseconds().idiv(1000);
		this.randomStream = new RandomStream(world.seed, `random numbers of ${parts.serverId}`);
		const playerCount = () => this.players.size();
		this.link = world.cloud.attach(parts.serverId, playerCount);
		if (!parts.messaging) this.link.messaging = false;
		this.memoryLink = world.memoryStore.attach({
			serverId: parts.serverId,
			playerCount,
			enter: (callback, argument) => this.enter(callback, argument),
			access: parts.environment === "client" ? "client" : (parts.memoryAccess ?? "available"),
			studio: parts.environment === "studio",
		});
		this.engine = new EmulatedEngine(this);
	}

	clock(): number {
		return this.virtualClock.monotonic(this.world.scheduler.nowSeconds);
	}

	unixMilliseconds(): number {
		return this.virtualClock.unixMilliseconds(this.world.scheduler.now());
	}

	random(): number {
		return this.randomStream.next();
	}

	guid(): string {
		return this.randomStream.nextGuid();
	}

	playerCount(): number {
		return this.players.size();
	}

	findPlayer(userId: number): string | undefined {
		return this.engine.Players.GetPlayerByUserId(userId)?.Name;
	}

	onPlayerLeaving(callback: (userId: number) => void): void {
		this.engine.Players.PlayerRemoving.Connect((player) => callback(player.UserId));
	}

	schedule(delaySeconds: number, callback: () => void): () => void {
		assert(delaySeconds === delaySeconds, "a delay is not a number");
		if (this.isGone() || delaySeconds >= math.huge) return ignore;
		const timer: Timer = { cancelled: false, platform: this, callback };
		const { scheduler } = this.world;
		scheduler.post(this.virtualClock.wakeSeconds(scheduler.now(), delaySeconds), fireTimer, timer);
		return () => {
			if (timer.cancelled) return;
			timer.cancelled = true;
			scheduler.noteCancelled();
		};
	}

	readonly watchHandlers!: boolean;
	readonly decoded: DecodedMessages;
	readonly attachments = {};

	spawn(callback: () => void): void {
		this.enter(call, callback);
	}

	publish(topic: string, message: string, done: (failure: string | undefined) => void): void {
		this.world.cloud.publish(this.link, topic, message, undefined, (failure) => this.perform(done, failure));
	}

	subscribe(
		topic: string,
		received: (message: unknown) => void,
		done: (failure: string | undefined) => void,
	): () => void {
		return this.world.cloud.subscribe(
			this.link,
			topic,
			(message, _sentUnixSeconds, subscription) => this.receive(received, message, subscription),
			(failure) => this.perform(done, failure),
		);
	}

	/** A message that waited for the end of a freeze may find its subscription gone. */
	private receive(received: (message: unknown) => void, message: unknown, subscription: CloudSubscription): void {
		if (subscription.closed) return;
		if (this.frozen) this.backlog!.push(() => this.receive(received, message, subscription));
		else this.perform(received, message);
	}

	readMemory(map: string, key: string, done: (failure: string | undefined, value: unknown) => void): void {
		this.world.memoryStore.hashMap(this.memoryLink, map).get(key, done);
	}

	writeMemory(
		map: string,
		key: string,
		value: string,
		expirationSeconds: number,
		done: (failure: string | undefined) => void,
	): void {
		this.world.memoryStore
			.hashMap(this.memoryLink, map)
			.set(key, value, expirationSeconds, (failure) => done(failure));
	}

	updateMemory(
		map: string,
		key: string,
		transform: (former: unknown) => string | undefined,
		expirationSeconds: number,
		done: (failure: string | undefined, written: unknown) => void,
	): void {
		this.world.memoryStore.hashMap(this.memoryLink, map).update(key, transform, expirationSeconds, done);
	}

	onClosing(handler: (done: () => void) => void): void {
		this.closingHandlers.push(handler);
	}

	/** What compiles texts where LoadStringEnabled is set, to a function or a problem; undefined where it is not. */
	loadstring: ((text: string, name: string) => Callback | string) | undefined;

	compile(text: string, name: string) {
		if (!this.loadstring) return { problem: "loadstring() is not available" };
		const compiled = this.loadstring(text, name);
		return typeIs(compiled, "string")
			? { problem: compiled }
			: { chunk: compiled as (...values: unknown[]) => unknown };
	}

	warn(text: string): void {
		this.write("warn", text);
	}

	print(text: string): void {
		this.write("print", text);
	}

	/** What it has written lately, oldest first. */
	outputLines(): OutputLine[] {
		return this.output ? this.output.lines() : [];
	}

	private write(level: OutputLine["level"], text: string): void {
		this.output ??= new Output();
		this.output.add({ atSeconds: this.world.scheduler.now(), level, text });
	}

	/** Runs `callback(argument)` as code of this server, in a thread of its own: now, after a freeze, or, once the server is gone, never. */
	enter<A>(callback: (argument: A) => void, argument: A): void {
		if (this.isGone()) return;
		if (this.frozen) {
			this.backlog!.push(() => this.enter(callback, argument));
			return;
		}
		const former = switchPlatform(this);
		startThread(callback, argument, this.report);
		switchPlatform(former);
		if (this.entered) this.entered();
	}

	/** The same for a callback that does not yield: without a thread. Hot: once per timer and message. */
	perform<A>(callback: (argument: A) => void, argument: A): void {
		if (this.state === "closed" || this.state === "crashed") return;
		if (this.frozen) {
			this.backlog!.push(() => this.perform(callback, argument));
			return;
		}
		const former = switchPlatform(this);
		callReporting(callback, argument, this.report);
		switchPlatform(former);
		if (this.entered) this.entered();
	}

	getState(): ServerState {
		return this.state;
	}

	isGone(): boolean {
		return this.state === "closed" || this.state === "crashed";
	}

	isFrozen(): boolean {
		return this.frozen;
	}

	/** What `close` was given. */
	getCloseReason(): Enum.CloseReason | undefined {
		return this.closeReason;
	}

	/** Nothing of this server runs for that long; then everything that was due does, in order. Freezes overlap, they do not add up. */
	freeze(seconds: number): void {
		if (this.isGone()) return;
		const { scheduler } = this.world;
		const untilSeconds = scheduler.now() + seconds;
		if (this.frozen && untilSeconds <= this.frozenUntilSeconds) return;
		this.frozen = true;
		this.backlog ??= [];
		this.frozenUntilSeconds = untilSeconds;
		scheduler.post(untilSeconds, () => this.thaw(), {});
	}

	/** The end without warning: not a line of this server runs any more. */
	crash(): void {
		this.end("crashed");
	}

	/** Players leave, the handlers of `onClosing` run at once, and the server ends when all are done, or after 30 s. */
	close(reason: Enum.CloseReason | undefined): void {
		if (this.state !== "running") return;
		this.state = "closing";
		this.closeReason = reason;
		this.world.memoryStore.noteUsers(this.memoryLink);
		this.engine.removePlayers();
		let waitingFor = this.closingHandlers.size();
		if (waitingFor === 0) return this.end("closed");
		const { scheduler } = this.world;
		scheduler.at(scheduler.now() + CLOSING_SECONDS, () => this.end("closed"));
		for (const handler of this.closingHandlers) {
			let finished = false;
			const done = (): void => {
				if (finished) return;
				finished = true;
				waitingFor -= 1;
				if (waitingFor === 0) this.end("closed");
			};
			this.spawn(() => {
				const [success, failure] = pcall(handler, done);
				if (success) return;
				// As in the engine, a handler that fails is finished.
				this.report(tostring(failure));
				done();
			});
		}
	}

	private end(state: "closed" | "crashed"): void {
		if (this.isGone()) return;
		this.state = state;
		this.frozen = false;
		if (this.backlog) this.backlog = undefined;
		this.world.memoryStore.detach(this.memoryLink);
		this.players.clear();
		this.world.cloud.detach(this.link);
	}

	private thaw(): void {
		const { backlog } = this;
		if (this.isGone() || !this.frozen || this.world.scheduler.now() < this.frozenUntilSeconds) return;
		this.frozen = false;
		this.backlog = undefined;
		// What runs now may freeze the server again: the rest then goes back to waiting.
		for (const resume of backlog!) resume();
	}
}

beginWith(VirtualPlatform, { watchHandlers: true });
