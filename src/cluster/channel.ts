import { callWithoutYield } from "../diagnostics/call";
import { described, fail } from "../diagnostics/errors";
import { sometimes } from "../diagnostics/situations";
import { CHANNEL_NAME_BYTES_MOST } from "../replication/messages";
import { MESSAGES_LIVE_SECONDS } from "../replication/stream";
import { decodePayload, encodePayload } from "../wire/payload";
import { isUtf8 } from "../wire/text";
import { ChannelHost, ChannelListener, Sent } from "./channels";
import { createSignal, FiringSignal, Signal } from "./signal";

/** Channels of the library itself. */
const RESERVED = "net-server-sync/";

export const DEFAULT_TIME_TO_LIVE_SECONDS = 30;

/** Tells whether a value is a `T`; the checks of `@rbxts/t` are. */
export type Guard<T> = (value: unknown) => value is T;

/** How a channel behaves; all optional. */
export interface ChannelOptions<T> {
	/**
	 * What payloads have to be, such as a check of `@rbxts/t`. What arrives and is something else (an older or newer version of the game may send it)
	 * is dropped and counted; what this server sends and is something else is an error. It must not yield.
	 */
	readonly validate?: Guard<T>;
	/** A message that has not arrived after so many seconds is given up, and counted. 1 to 300; default 30. */
	readonly timeToLiveSeconds?: number;
}

/**
 * Messages between the servers of the game: to all of them, or to one. They are not kept: a server that starts later does not get them.
 *
 * A payload is a boolean, a number, a string, a plain value of the engine (Vector3, Vector2, CFrame, Color3, BrickColor, UDim, UDim2, Rect, NumberRange,
 * DateTime, EnumItem), or a table of payloads with strings or numbers as keys, at most 8,192 bytes serialized. No method yields; methods throw for arguments of a wrong type, and where they say so.
 */
export interface Channel<T extends defined> {
	/** As it was asked for. */
	readonly Name: string;
	/**
	 * To all servers, this one included. Every server that is live throughout gets it once, and messages of one server in the order in which it published
	 * them; what could not be delivered within the time to live is counted as missed there. On this server it arrives with the next resumption, without MessagingService.
	 * Throws if the payload cannot be sent, or does not pass `validate`.
	 */
	Publish(payload: T): void;
	/**
	 * To one server, by its ServerId. Resolves with "acknowledged" when that server has handed the payload to its handlers, once;
	 * with "gone" when it is no longer a live server, or none that was heard of for 12 seconds; with "timeout" when nothing of this was heard within the time to live.
	 * After "gone" and "timeout" it may have arrived all the same. A server that has no such channel, or whose `validate` refuses the payload, does not acknowledge.
	 * Never rejects. Throws if the payload cannot be sent, or does not pass `validate`.
	 */
	Send(serverId: string, payload: T): Promise<Sent>;
	/** Fires for every message that arrives. Tables are frozen: all handlers get the same. */
	readonly Received: Signal<[payload: T, sender: string]>;
	/** Disconnects the signal; messages that arrive from now on are dropped. The object must not be used afterwards. */
	Destroy(): void;
}

/** What is wrong with the arguments of a channel, if anything. */
export function checkChannelArguments(name: unknown, options: unknown): string | undefined {
	if (!typeIs(name, "string")) return `Channel: the name must be a string, but is ${described(name)}`;
	if (name.size() < 1 || name.size() > CHANNEL_NAME_BYTES_MOST) {
		const remedy = name === "" ? "give the channel a name" : "choose a shorter name";
		return `Channel: the name is ${name.size()} bytes, names are 1 to ${CHANNEL_NAME_BYTES_MOST}; ${remedy}`;
	}
	if (string.sub(name, 1, RESERVED.size()) === RESERVED)
		return `Channel "${name}": names that begin with "${RESERVED}" are the library's own; choose another name`;
	if (!isUtf8(name)) return "Channel: the name is not valid UTF-8; use plain letters and digits";
	if (options === undefined) return undefined;
	if (!typeIs(options, "table")) return `Channel "${name}": options must be a table, but are ${described(options)}`;
	for (const [key, value] of pairs(options as { [key: string]: unknown })) {
		if (key === "validate") {
			if (!typeIs(value, "function"))
				return `Channel "${name}": validate must be a function, but is ${described(value)}`;
		} else if (key === "timeToLiveSeconds") {
			if (!typeIs(value, "number") || !(value >= 1 && value <= MESSAGES_LIVE_SECONDS)) {
				return `Channel "${name}": timeToLiveSeconds must be a number from 1 to ${MESSAGES_LIVE_SECONDS}, but is ${described(value)}`;
			}
		} else return `Channel "${name}": there is no option "${key}"; the options are validate and timeToLiveSeconds`;
	}
	return undefined;
}

/** What a game has of a channel. */
export class SharedChannel<T extends defined> implements Channel<T>, ChannelListener {
	public readonly Received: FiringSignal<[payload: T, sender: string]>;
	private readonly validate: unknown;
	private readonly timeToLiveSeconds: number;
	private destroyed = false;

	constructor(
		public readonly Name: string,
		options: ChannelOptions<T> | undefined,
		private readonly host: ChannelHost,
	) {
		this.validate = options?.validate;
		this.timeToLiveSeconds = math.ceil(options?.timeToLiveSeconds ?? DEFAULT_TIME_TO_LIVE_SECONDS);
		this.Received = createSignal(host.context.platform);
	}

	public Publish(payload: T): void {
		const [text, problem] = this.prepare(payload, "Publish");
		if (text === undefined) fail(problem!);
		this.host.publish(this.Name, text, this.timeToLiveSeconds);
	}

	public Send(serverId: string, payload: T): Promise<Sent> {
		if (!typeIs(serverId, "string")) {
			fail(`${this.label()}: Send takes a ServerId, a string, and a payload, but got ${described(serverId)}`);
		}
		const [text, problem] = this.prepare(payload, "Send");
		if (text === undefined) fail(problem!);
		return this.host.send(serverId, this.Name, text, this.timeToLiveSeconds);
	}

	public Destroy(): void {
		if (this.destroyed) return;
		this.destroyed = true;
		this.host.close(this.Name, this);
		this.Received.DisconnectAll();
	}

	/** Whether another call asks for the same. */
	public hasOptions(options: ChannelOptions<T>): boolean {
		const { timeToLiveSeconds = DEFAULT_TIME_TO_LIVE_SECONDS } = options;
		return this.validate === options.validate && this.timeToLiveSeconds === math.ceil(timeToLiveSeconds);
	}

	/** What to do with a payload that has come; undefined if it is refused. For the cluster. */
	public receive(text: string, sender: string): (() => void) | undefined {
		const payload = decodePayload(text);
		const wrong = payload === undefined ? "cannot be read by this version" : this.refusal(payload);
		if (wrong === undefined) return () => this.Received.Fire(payload as T, sender);
		sometimes("a payload that its channel's check refuses");
		this.host.counters.refused += 1;
		this.host.context.log.warnOnce(
			`payload ${this.Name}`,
			`${this.label()}: a payload of server ${sender} was dropped, because it ${wrong}; GetStatistics().Channels.Refused counts more of them`,
		);
		return undefined;
	}

	/** The payload's text, or undefined and what is wrong with it. */
	private prepare(payload: T, method: string): [text: string | undefined, problem: string | undefined] {
		if (this.destroyed) {
			return [undefined, `${this.label()} has been destroyed; create it again, or do not ${method} afterwards`];
		}
		if (this.host.hasLeft()) {
			return [undefined, `${this.label()}: this server has left the cluster; ${method} before Close()`];
		}
		const { text, problem } = encodePayload(payload);
		if (text === undefined) return [undefined, `${this.label()}: ${problem}`];
		// What others will get, not what it was made of.
		const wrong = this.refusal(decodePayload(text)!);
		if (wrong !== undefined) return [undefined, `${this.label()}: the payload ${wrong}; change it or the check`];
		return [text, undefined];
	}

	/** Why a payload is not to be handed on. */
	private refusal(payload: defined): string | undefined {
		if (this.validate === undefined) return undefined;
		const { outcome, result } = callWithoutYield(this.validate, payload);
		if (outcome === "threw") return `made the validate function fail (${result})`;
		if (outcome === "yielded") return "was checked by a validate function that yields, which it must not";
		// Lua counts everything but nil and false as true.
		return result !== undefined && result !== false ? undefined : "does not pass validate";
	}

	private label(): string {
		return `Channel "${this.Name}"`;
	}
}
