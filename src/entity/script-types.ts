import { Guard } from "../cluster/channel";
import { Signal } from "../cluster/signal";
import { ScriptError } from "./runtime/failures";
import { SourceMap } from "./runtime/trace";
import type { Entity, EntitySpace } from "./types";

/** A guard for each of some named values, as `t` has them. */
export type GuardsOf<T> = { readonly [K in keyof T]: Guard<T[K]> };

/** What a script is: made with `DefineScript`. P, M, A are the types of its properties, of the payloads of its messages and of the parameters of its actions; E is what other scripts get from `Use`. */
export interface ScriptDefinition<P, M, A, E> {
	/** The name of the script. */
	readonly Name: string;
	/** A guard for each property. */
	readonly Properties: GuardsOf<P>;
	/** A guard for the payload of each message. */
	readonly Messages: GuardsOf<M>;
	/** A guard for the parameters of each action. */
	readonly Actions: GuardsOf<A>;
	/** @hidden Carries the types, never set. */
	readonly _types?: { properties: P; messages: M; actions: A; exports: E };
}

/** A definition of a script, whatever its types. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any, roblox-ts/no-any -- any types fit
export type AnyScript = ScriptDefinition<any, any, any, any>;
/** The types of the properties of a script. */
export type PropertiesOf<D extends AnyScript> = NonNullable<D["_types"]>["properties"];
/** The types of the payloads of a script's messages. */
export type MessagesOf<D extends AnyScript> = NonNullable<D["_types"]>["messages"];
/** The types of the parameters of a script's actions. */
export type ActionsOf<D extends AnyScript> = NonNullable<D["_types"]>["actions"];
/** What a script gives those that `Use` it. */
export type ExportsOf<D extends AnyScript> = NonNullable<D["_types"]>["exports"];

/** Properties as an entity is created with them: those that may be nil may be left out. */
export type Initial<P> = { [K in keyof P as undefined extends P[K] ? never : K]: P[K] } & {
	[K in keyof P as undefined extends P[K] ? K : never]?: P[K];
};

/** What a definition is made of besides its name and its code; all optional. */
export interface ScriptSchema<P, M, A> {
	/** A guard (as of `t`) for each property; those that may be nil have a guard that takes nil. Nothing else can be set. */
	readonly properties?: GuardsOf<P>;
	/** A guard for the payload of each message. */
	readonly messages?: GuardsOf<M>;
	/** A guard for the parameters of each action. */
	readonly actions?: GuardsOf<A>;
	/** Where an action is done: "leader" (default), on the server that runs the scripts; "servers", on all; "players", on all by what {@link SpaceScripts.SetPlayerAdapter} has been given. */
	readonly reach?: { readonly [action: string]: ActionReach };
}

/** Where an action is done; see {@link ScriptSchema.reach}. */
export type ActionReach = "leader" | "servers" | "players";

/** What a shout's listeners have answered, in the order in which they were called. No method throws or yields. */
export interface ShoutAnswers<R = unknown> {
	/** How many were called. */
	readonly Count: number;
	/** What number `index`, from 0, has answered; nil if it gave no answer, failed, or has not finished yet. */
	Get(index: number): R | undefined;
	/** The Id of the entity that was called as number `index`, from 0. */
	GetEntityId(index: number): string | undefined;
	/** The answers that there are, in order. */
	GetAll(): Array<NonNullable<R>>;
}

/**
 * What a script has in its hands. A script is set up on every server; what it handles runs on one of them, the leader of the space, except where said otherwise. Whatever it registers ends
 * with it. Functions that register something return what ends that. Handlers may yield: nobody waits for them. What they throw is told by {@link SpaceScripts.ScriptFailed}.
 * No method yields; methods throw for arguments of a wrong type, and where they say so, and where the script's energy is used up.
 */
export interface ScriptContext<P, M, A> {
	/** The entity whose script this is. */
	readonly Entity: Entity;
	/** The space in which it is. */
	readonly Space: EntitySpace;
	/** The entity's properties, to read and to write: as `Get` and `Set` of the entity. */
	readonly Properties: P;
	/** Handles a message; `sender` is the ServerId of the server that posted it. Each message is handled at most once, on the leader. */
	OnMessage<K extends keyof M & string>(name: K, handler: (payload: M[K], sender: string) => void): () => void;
	/** Handles a property's change, with the new and the previous value, on the leader. Called at once, in the middle of what changes it. */
	OnChanged<K extends keyof P & string>(name: K, handler: (value: P[K], previous: P[K]) => void): () => void;
	/** Runs in every frame on the leader; `deltaSeconds` since the one before, one sixtieth at the first after it began to lead. */
	OnTick(handler: (deltaSeconds: number) => void): () => void;
	/** Runs once on every server, when all scripts that came with this one are set up. */
	OnLoaded(handler: () => void): () => void;
	/** Runs when this server begins to run the script: as it becomes the leader, or the script is loaded there. Before the first tick. */
	OnTakeover(handler: () => void): () => void;
	/** Runs on the leader after this entity's own properties have changed, with their names, once for all changes of a frame. */
	OnPropertiesChanged(handler: (names: string[]) => void): () => void;
	/** Runs on the leader when anything of another entity has changed, once a frame; and, with nil and its Id, when it is gone. */
	Watch(entity: Entity, handler: (entity: Entity | undefined, id: string) => void): () => void;
	/** Runs on the leader after a frame in which properties of entities have changed, with their Ids, after those that watch them. */
	OnAnyChanged(handler: (ids: string[]) => void): () => void;
	/** Has the game do something: calls the handlers of the action, with this turn's batch. Returns how many this server has. Throws if the parameters do not pass the action's guard. */
	InvokeAction<K extends keyof A & string>(name: K, parameters: A[K], component?: string): number;
	/**
	 * What another entity's script has returned from its setup, which is made up for if need be. Throws, as an error of this script, if there is none of this name, if it has failed, or if it
	 * uses this one in turn. A script that failed for want of another is started again when that comes.
	 */
	Use<D extends AnyScript>(entityName: string, definition: D): ExportsOf<D>;
	Use<D extends AnyScript>(entityName: string): ExportsOf<D>;
	/** Runs on every server when the script of an entity that this one uses was replaced, with what it is now; nil if it is gone, or has failed. */
	OnModuleReplaced(entityName: string, handler: (exports: unknown) => void): () => void;
	/** Calls, on this server, all scripts that listen to an event, in the order of their entities' Ids, and returns their answers. What one throws does not concern the others. */
	Shout<R = unknown>(event: string, argument?: unknown): ShoutAnswers<R>;
	/** The same for some entities, in the given order. Those without such a listener are left out. */
	Whisper<R = unknown>(
		targets: ReadonlyArray<Entity | undefined>,
		event: string,
		argument?: unknown,
	): ShoutAnswers<R>;
	/** Calls listeners, of the first event first, until one answers; returns its answer. */
	ShoutFirst<R = unknown>(events: string | ReadonlyArray<string>, argument?: unknown): R | undefined;
	/** Listens to shouts, on whatever server they are. `caller` is the Id of the entity whose script shouts; nil if it was the game's own code. The same function is called once. */
	OnShout<T = unknown>(event: string, handler: (argument: T, caller: string | undefined) => unknown): () => void;
	/** Has `handler` called in place of this script's listeners to an event; with nil no longer. */
	OverrideShout<T = unknown>(
		event: string,
		handler: ((argument: T, caller: string | undefined) => unknown) | undefined,
	): void;
	/** Runs `handler` on the leader after some seconds: on whichever server leads then. */
	After(seconds: number, handler: () => void): () => void;
	/** Runs `handler` on the leader every so many seconds. */
	Every(seconds: number, handler: () => void): () => void;
	/** Handles errors of all scripts on this server, as they happen. What fails here, or in what this sets off, is told, but not handled in turn. */
	OnError(handler: (failure: ScriptError) => void): () => void;
	/** Energy points that are left to what is running now. */
	GetEnergy(): number;
}

/** How a script is doing; see {@link EntityScript.GetStatus}. */
export type ScriptStatus = "none" | "waiting" | "running" | "failed";

/** An entity's script, as code outside of it sees it. There always is one, though it may be empty. No method yields; methods throw for arguments of a wrong type, and where they say so. */
export interface EntityScript<D extends AnyScript = AnyScript> {
	/**
	 * Gives the entity a script: a definition, its name, or a text in Luau, which gets the context as `...` and is compiled only where the game has enabled LoadStringEnabled.
	 * Nil takes it away. On this server and all others, the former one and all that it has registered ends. It begins with the next frame.
	 */
	SetScriptSource(source: AnyScript | string | undefined): void;
	/** The definition's name, or the text; "" if there is none. */
	GetScriptSource(): string;
	/** Begins it anew, on this server and at once. Returns whether its setup succeeded; if not, {@link EntityScript.GetErrorText} says why. */
	Invoke(): boolean;
	/** Whether anything of it has failed since it began. */
	HasError(): boolean;
	/** What failed last; "" if nothing did. */
	GetErrorText(): string;
	/** none: it is empty; waiting: it has not begun; running; failed: its setup did. */
	GetStatus(): ScriptStatus;
	/**
	 * Has the script handle a message, on the leader of the space, at most once. It waits for up to 30 s if there is no leader, or none that can be reached; if it may not have been handled
	 * after all, {@link SpaceScripts.MessageExpired} fires. Here, on the leader, it is handled as soon as what is running has ended. Throws for what the script's definition does not allow,
	 * and for a payload of more than 600 bytes serialized.
	 */
	PostMessage<K extends keyof MessagesOf<D> & string>(name: K, payload: MessagesOf<D>[K]): void;
	/** Handles messages of the script from outside, on the leader, until the script is replaced. Returns what ends it. */
	SubscribeToMessage<K extends keyof MessagesOf<D> & string>(
		name: K,
		handler: (payload: MessagesOf<D>[K], sender: string) => void,
	): () => void;
	/** Runs a text in Luau, once, on the leader, with the script's context as `...`; where the game has enabled LoadStringEnabled. */
	RunScript(text: string): void;
	/** Whether shouts, messages and ticks reach the script on this server; true at first. */
	SetListening(listening: boolean): void;
	/** Fires on this server when the status has changed. */
	readonly StatusChanged: Signal<[status: ScriptStatus]>;
	/** Fires when something of it has failed on this server. */
	readonly Failed: Signal<[failure: ScriptError]>;
}

/** What went on in a space's scripts on this server. Numbers are counts; all but the first two only grow. */
export interface ScriptStatistics {
	/** Scripts that there are now. */
	readonly Scripts: number;
	/** Messages that wait for a leader, or for its answer. */
	readonly MessagesQueued: number;
	/** Messages that a script here has handled. */
	readonly MessagesHandled: number;
	/** Nobody listened to them. */
	readonly MessagesDropped: number;
	/** From other servers, and not what the definition allows, or unreadable. */
	readonly MessagesInvalid: number;
	/** Messages of this server that may not have been handled. */
	readonly MessagesExpired: number;
	/** Calls of scripts from outside: messages, timers, ticks and so on. */
	readonly Entries: number;
	/** Those of them that used up their energy. */
	readonly Exhausted: number;
	/** Those of them that ran for too long without a charge. */
	readonly Slow: number;
	/** Errors of scripts. */
	readonly Failures: number;
}

/** The scripts of a space. No method yields; methods throw for arguments of a wrong type, and where they say so. */
export interface SpaceScripts {
	/** As the scripts' own, for the game's code. */
	Shout<R = unknown>(event: string, argument?: unknown): ShoutAnswers<R>;
	/** The same for some entities, in the given order; see {@link ScriptContext.Whisper}. */
	Whisper<R = unknown>(
		targets: ReadonlyArray<Entity | undefined>,
		event: string,
		argument?: unknown,
	): ShoutAnswers<R>;
	/** Calls listeners until one answers; see {@link ScriptContext.ShoutFirst}. */
	ShoutFirst<R = unknown>(events: string | ReadonlyArray<string>, argument?: unknown): R | undefined;
	/** Whether this server runs the scripts now, by the clock. */
	IsLeader(): boolean;
	/** The ServerId of the one that does, as far as is known here. */
	GetLeader(): string | undefined;
	/** Lets `Use` find an entity by another name, too. */
	SetAlias(alias: string, entityName: string): void;
	/** Gets the actions that are for players, on every server; `component` is "" for the entity itself. There is one; nil takes it away. */
	SetPlayerAdapter(
		adapter: ((entity: Entity, component: string, action: string, parameters: unknown) => void) | undefined,
	): void;
	/** Has places in error messages and stacks translated, such as to TypeScript's. */
	SetSourceMap(map: SourceMap | undefined): void;
	/** Counters and gauges; a new table at every call. */
	GetStatistics(): ScriptStatistics;
	/** Fires for everything that goes wrong in a script on this server. */
	readonly ScriptFailed: Signal<[failure: ScriptError]>;
	/** Fires for a message of this server that may not have been handled: nobody led, or the leader was gone before it had answered. */
	readonly MessageExpired: Signal<[entityId: string, name: string, payload: unknown]>;
}
