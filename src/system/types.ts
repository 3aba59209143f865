/* eslint-disable @typescript-eslint/no-explicit-any, roblox-ts/no-any -- parameters, functions and modules of any kind */
import { Guard } from "../cluster/channel";
import { CallOptions, CallResult, Caller } from "./call-types";

export type GuardsOf<T> = { readonly [K in keyof T]: Guard<T[K]> };

// -- definitions -------------------------------------------------------------------------------------------------------------------------------

/** One parameter of a function: made by `Parameter`. */
export interface Parameter<N extends string, T, O extends boolean> {
	/** As callers name it. */
	readonly Name: N;
	/** What it may be. */
	readonly Check: Guard<T>;
	/** Whether it may be left out: it has a default. */
	readonly Optional: O;
	/** What it is where it is left out. */
	readonly Default?: T;
}

/**
 * One parameter of a function, whatever its type; made by `Parameter`.
 * @interface
 */
export type AnyParameter = Parameter<string, any, boolean>;

/** Arguments by name; those with a default may be left out. */
export type Named<L extends readonly AnyParameter[]> = {
	[Q in L[number] as Q extends Parameter<infer N, any, false> ? N : never]: Q extends Parameter<any, infer T, any>
		? T
		: never;
} & {
	[Q in L[number] as Q extends Parameter<infer N, any, true> ? N : never]?: Q extends Parameter<any, infer T, any>
		? T
		: never;
};

type NamedParts<L extends readonly AnyParameter[]> = {
	[I in keyof L]: L[I] extends Parameter<any, infer T, any> ? T : never;
};
/** Whether all parameters of a list have a default. */
type AllOptional<L extends readonly AnyParameter[]> = L extends readonly [
	infer First,
	...infer Rest extends readonly AnyParameter[],
]
	? First extends Parameter<any, any, true>
		? AllOptional<Rest>
		: false
	: true;
/** Arguments in order; those at the end that have a default may be left out. */
export type Positional<L extends readonly AnyParameter[]> =
	| NamedParts<L>
	| (L extends readonly [...infer Head extends readonly AnyParameter[], infer Last extends AnyParameter]
			? AllOptional<[Last]> extends true
				? Positional<Head>
				: never
			: never);

/** One function of a module: made by `Fn`. */
export interface FunctionSpec<L extends readonly AnyParameter[], R> {
	/** In the order in which they are given. */
	readonly Parameters: L;
	/** What it may return; not checked where this is left out. */
	readonly Returns?: Guard<R>;
}

/** The functions of a module, by name. */
export type Functions = { readonly [name: string]: FunctionSpec<any, any> };

/** What a module's functions are: each gets its arguments by name, defaults filled in, and who calls. */
export type Implementation<F extends Functions> = {
	readonly [K in keyof F]: F[K] extends FunctionSpec<infer L extends readonly AnyParameter[], infer R>
		? (args: Required<Named<L>>, caller: Caller) => R | Promise<R>
		: never;
};

/** The status of a module, as the module itself has it: others can only read it. No method yields; methods throw for arguments of a wrong type, and where they say so. */
export interface ModuleStatus<S> {
	/**
	 * Sets a value, which is published if it is another one than before. Undefined deletes. With `expiresInSeconds` (1 to 86,400) it is deleted after that time,
	 * which subscribers are told. Values are what channels can send, at most 8,000 bytes serialized. Throws if the value cannot be shared, or does not pass its check.
	 */
	Set<K extends keyof S & string>(name: K, value: S[K] | undefined, expiresInSeconds?: number): void;
	/** The value; throws where there is none. */
	Get<K extends keyof S & string>(name: K): S[K];
	/** The value; undefined where there is none. */
	TryGet<K extends keyof S & string>(name: K): S[K] | undefined;
	/** Deletes a value, and returns what it was. */
	Delete<K extends keyof S & string>(name: K): S[K] | undefined;
	/** Has a value expire in so many seconds from now instead of whenever it did. False if there is no such value. */
	Expire<K extends keyof S & string>(name: K, seconds: number): boolean;
	/** Publishes a value once more though it has not changed; nothing if there is none. */
	Signal<K extends keyof S & string>(name: K): void;
	/** Names of the values there are, ascending. */
	Names(): string[];
}

/** A running module, for its own code. All of it ends when the module stops. No method yields; methods throw for arguments of a wrong type. */
export interface ModuleContext<S> {
	/** The module's id, as in `SetModules`. */
	readonly Id: string;
	/** What it shows of itself to all servers. */
	readonly Status: ModuleStatus<S>;
	/** For subscriptions of this module's own: they end with it. */
	readonly Subscriptions: SubscriptionOwner;
	/** The settings of the module in the system's list; an empty table where it has none. */
	GetSettings(): Settings;
	/** Called with the settings at once, and whenever they change. */
	OnSettings(handler: (settings: Settings) => void): void;
	/** Called when this module is about to serve: the `start` function has returned, the settings were told. What it throws counts as a failure to start. */
	OnStart(handler: () => void): void;
	/** Called when the module stops, last added first: it moves to another server, was taken out of its system, or this server closes. Functions that run still are waited for before. What takes longer than 5 seconds in all is not waited for. */
	OnStop(handler: () => void): void;
	/**
	 * Runs a task after those that were queued before, one at a time; of higher `priority` first (default 50). While the module is offline nothing runs: a task with a name
	 * waits, and a newer one of its name takes its place; one without is refused. The promise is rejected with "replaced", "offline", "stopped" or what the task threw.
	 */
	Queue<T>(task: () => T | Promise<T>, options?: QueueOptions): Promise<T>;
	/** Whether what the module stands for can be reached; true at first. */
	SetOnline(online: boolean): void;
}
/** How a task is queued; all optional. */
export interface QueueOptions {
	/** What it stands for: a newer task of this name takes its place. */
	readonly name?: string;
	/** 0 to 100; default 50. */
	readonly priority?: number;
}
/** What a system gives a module to begin with: plain values. */
export type Settings = { readonly [name: string]: unknown };

/** What modules of one kind have in common. */
export interface ModuleSpecification<S, F extends Functions> {
	/** Interfaces that it implements, as others ask for it by `Implementing`. */
	readonly implements?: readonly string[];
	/** What its status may be. */
	readonly status?: GuardsOf<S>;
	/** What it can be asked to do; each made by `Fn`. */
	readonly functions?: F;
	/** What its system needs besides: modules of these names that implement these interfaces. Checked and reported, not enforced. */
	readonly requirements?: { readonly [moduleName: string]: readonly string[] };
	/** Functions that not everybody may call: those of support may be called by administrators as well. Others are open. */
	readonly security?: {
		/** Names of those that support may call. */
		readonly support?: readonly (keyof F & string)[];
		/** Names of those that administrators alone may call. */
		readonly administrator?: readonly (keyof F & string)[];
	};
	/** Runs on one server at a time without exception, by leases of MemoryStoreService, instead of all but always. Default false. */
	readonly exclusive?: boolean;
	/** Starts when it is first called, and stops when nothing was called for so many seconds (1 to 3,600). Default: runs all the time. */
	readonly lazySeconds?: number;
}

/** A kind of modules: made by `DefineModule`. */
export interface ModuleDefinition<S, F extends Functions> {
	/** The name of the kind. */
	readonly Name: string;
	/** A guard for each value of its status. */
	readonly Status: GuardsOf<S>;
	/** Its functions. */
	readonly Functions: F;
	/** @hidden type carrier, never set */
	readonly _types?: { status: S };
}

/** A kind of modules, whatever its types. */
export type AnyModule = ModuleDefinition<any, any>;
/** The types of the values of a module's status. */
export type StatusOf<D extends AnyModule> = NonNullable<D["_types"]>["status"];

/** The arguments of a function, by name or in order. */
export type Arguments<F> =
	F extends FunctionSpec<infer L extends readonly AnyParameter[], any> ? Named<L> | Positional<L> : never;

/** What a function returns. */
export type Result<F> = F extends FunctionSpec<any, infer R> ? R : never;

// -- metadata ----------------------------------------------------------------------------------------------------------------------------------

/** What is known everywhere of a parameter. */
export interface ParameterMetadata {
	/** As callers name it. */
	readonly Name: string;
	/** "String", "Int32", "String|Int32" and so on; "Any" where the check does not tell. */
	readonly Type: string;
	/** Whether it may be left out. */
	readonly Optional: boolean;
	/** What it is then. */
	readonly Default?: defined;
}
/** What is known everywhere of a function. */
export interface FunctionMetadata {
	/** In the order in which they are given. */
	readonly Parameters: readonly ParameterMetadata[];
	/** As of parameters; undefined where nothing is returned. */
	readonly Returns?: string;
	/** Who may call it; undefined where everybody may. */
	readonly Security?: string;
}
/** What is known of a kind of modules everywhere, also where it is not defined. */
export interface ModuleMetadata {
	/** The name of the kind. */
	readonly Name: string;
	/** Interfaces that it implements. */
	readonly Implements: readonly string[];
	/** The type of each value of its status, as of parameters. */
	readonly Status: { readonly [name: string]: string };
	/** Its functions, by name. */
	readonly Functions: { readonly [name: string]: FunctionMetadata };
	/** What its system needs besides: interfaces, by the name of the module. */
	readonly Requirements: { readonly [moduleName: string]: readonly string[] };
	/** Whether it runs on one server at a time without exception. */
	readonly Exclusive: boolean;
}

// -- modules as others see them ----------------------------------------------------------------------------------------------------------------

/** Ends many subscriptions at once. No method throws or yields. */
export interface SubscriptionOwner {
	/** Ends all subscriptions of this owner: none of their callbacks is called any more. Subscribing with it afterwards throws. */
	Terminate(): void;
	/** Whether it has ended them. */
	IsTerminated(): boolean;
}

/**
 * Why a subscriber is told a value. current: the one that was there when it subscribed; changed; signalled: the same once more; deleted; expired;
 * remapped: another module has this place in the system now; unmapped: none has.
 */
export type StatusReason = "current" | "changed" | "signalled" | "deleted" | "expired" | "remapped" | "unmapped";

/** What comes with a value. */
export interface StatusAbout {
	/** Why the subscriber is told. */
	readonly Reason: StatusReason;
	/** The module whose value it is; undefined where there is none in this place. */
	readonly ModuleId: string | undefined;
	/** Whether the server that ran the module is gone, or gave it up, and no other one runs it yet: the value is the last one known. */
	readonly Stale: boolean;
}

/** How a module is doing. absent: there is none in this place; waiting: no server runs it yet, or any more; idle: starts when it is called. */
export type ModuleState = "absent" | "waiting" | "starting" | "ready" | "idle" | "failed";

/** A place in a system, or a module: whatever is there when it is asked. No method yields; methods throw for arguments of a wrong type, and where they say so. */
export interface ModuleProxy<D extends AnyModule> {
	/** "Display_3"; or the module's id, where it was asked for by that. */
	readonly Name: string;
	/** The id of the module that is there. */
	GetId(): string | undefined;
	/** Whether there is a module in this place. */
	Exists(): boolean;
	/** What is known of its kind; undefined where there is no module, or it is not known yet. */
	GetMetadata(): ModuleMetadata | undefined;
	/** Whether its kind implements an interface, or has a function of this name. */
	Implements(nameOfInterfaceOrFunction: string): boolean;
	/** How the module is doing. */
	GetState(): ModuleState;
	/** The ServerId of the server that runs it. */
	GetHost(): string | undefined;
	/**
	 * Calls a function on the server that runs the module. `args` are in order or by name; they are checked before anything is sent. Waits for a server that runs the module.
	 * The body runs at most once. Rejects with a `CallError`. Throws for options that do not exist or do not fit.
	 */
	Call<K extends keyof D["Functions"] & string>(
		name: K,
		args: Arguments<D["Functions"][K]>,
		options?: CallOptions,
	): Promise<Result<D["Functions"][K]>>;
	/**
	 * Follows a value of whatever module has this place. The present one is told once, first; then every change, in order: of those that come faster than the callback
	 * returns the latest 64. A place that loses its module, or gets one without the value, is told undefined. The callback may yield or throw, which disturbs no other.
	 * Returns what ends it.
	 */
	Subscribe<K extends keyof StatusOf<D> & string>(
		status: K,
		callback: (value: StatusOf<D>[K] | undefined, about: StatusAbout) => void,
		owner?: SubscriptionOwner,
	): () => void;
	/** The value; throws where there is none. */
	Get<K extends keyof StatusOf<D> & string>(status: K): StatusOf<D>[K];
	/** The value; undefined where there is none. */
	TryGet<K extends keyof StatusOf<D> & string>(status: K): StatusOf<D>[K] | undefined;
	/** The value as JSON, for front ends: datatypes as lists of their numbers, infinite numbers as null. */
	TryGetJson<K extends keyof StatusOf<D> & string>(status: K): string | undefined;
	/** Names of the values there are, ascending. */
	GetStatusNames(): string[];
	/** Whether the value is the last one of a server that runs the module no longer. False where there is none. */
	IsStale<K extends keyof StatusOf<D> & string>(status: K): boolean;
}

// -- systems -----------------------------------------------------------------------------------------------------------------------------------

/** One module of a system. */
export interface ModuleEntry {
	/** 1 to 100 bytes. The same id in several systems is the same module. */
	readonly id: string;
	/** Its kind. */
	readonly module: AnyModule;
	/** The name in this system; default the definition's. */
	readonly name?: string;
	/** What it is given to begin with; default nothing. */
	readonly settings?: Settings;
}

/** A module whose requirements its system does not meet. */
export interface UnmetRequirement {
	/** The module, by its name in the system. */
	readonly moduleName: string;
	/** What it needs: a module of this name that implements this. */
	readonly requiredModule: string;
	/** The interface that is missing. */
	readonly requiredInterface: string;
}

/** A named list of modules. The same id gives the same object. No method yields; methods throw for arguments of a wrong type, and where they say so. */
export interface System {
	/** As it was asked for. */
	readonly Id: string;
	/**
	 * Says which modules the system has, in which order: the order numbers those of one name, from 1. Any server may; the latest word counts. The list is at most 8,000 bytes
	 * serialized; an empty one takes the system away. Throws, and changes nothing, if it is not as it must be.
	 */
	SetModules(modules: readonly ModuleEntry[]): void;
	/** The place of that number among the modules of one name; default 1. The name "Display_3" says both. There need not be such a module yet. */
	Module<D extends AnyModule>(definition: D, index?: number): ModuleProxy<D>;
	Module(name: string, index?: number): ModuleProxy<AnyModule>;
	/** All modules of one name, in order. A new array at every call. */
	All<D extends AnyModule>(definition: D): ModuleProxy<D>[];
	All(name: string): ModuleProxy<AnyModule>[];
	/** All modules, in order of the system's list. */
	Modules(): ModuleProxy<AnyModule>[];
	/** Those that implement an interface, in order of the system's list. */
	ModulesImplementing(interfaceName: string): ModuleProxy<AnyModule>[];
	/** Whether there is such a module: "Display_3", or "Display" for the first of them. */
	Exists(name: string, index?: number): boolean;
	/** How many modules have this name. */
	Count(name: string): number;
	/**
	 * Calls a function of all modules of one name. Resolves with what came of each, in order; never rejects, unless `strict`: then it rejects with the first error.
	 */
	CallAll<D extends AnyModule, K extends keyof D["Functions"] & string>(
		definition: D,
		name: K,
		args: Arguments<D["Functions"][K]>,
		options?: CallAllOptions,
	): Promise<CallResult<Result<D["Functions"][K]>>[]>;
	CallAll(name: string, functionName: string, args: object, options?: CallAllOptions): Promise<CallResult<unknown>[]>;
	/** Whether all know which modules the system has: its list was checked by the server that looks after it. */
	IsIndexed(): boolean;
	/** What the server that looks after this system has found missing; empty where all is well. */
	GetUnmetRequirements(): UnmetRequirement[];
}
/** How a function of several modules is called; all optional. */
export interface CallAllOptions extends CallOptions {
	/** Whether the promise rejects with the first error instead of resolving with what came of each. Default false. */
	readonly strict?: boolean;
}

/** How far a server is: each comes after the one before it, and "index" and what follows anew whenever servers or systems change. */
export type StartUpState = "define" | "join" | "index" | "start" | "ready" | "stable";

/** A module that could not be started: three attempts have failed. */
export interface ModuleFailure {
	/** The module's id. */
	readonly ModuleId: string;
	/** The server on which it failed. */
	readonly ServerId: string;
	/** What was thrown. */
	readonly Message: string;
}

/** What went on in all systems on this server. Numbers are counts, and only grow. */
export interface SystemsStatistics {
	/** Calls that this server made. */
	readonly Calls: number;
	/** Those of them that did not succeed. */
	readonly CallsFailed: number;
	/** Answers that came after their call had settled. */
	readonly LateReplies: number;
	/** Requests that this server has had. */
	readonly Requests: number;
	/** Copies of them that it did not run again. */
	readonly DuplicateRequests: number;
	/** What others said that could not be read, or was not as it must be. */
	readonly Malformed: number;
	/** Modules that this server has started. */
	readonly Started: number;
	/** Modules that it has stopped. */
	readonly Stopped: number;
	/** Values that were passed over because a callback was too slow. */
	readonly Overflowed: number;
	/** How often this server has asked for what it had missed, of whatever part of the library: after it was cut off, or where messages got lost. */
	readonly Recoveries: number;
}

/** This server's part in all systems. No method yields; methods throw for arguments of a wrong type, and where they say so. */
export interface Systems {
	/** Ids of all systems, ascending. */
	GetSystems(): string[];
	/** A module by its id, whatever its place; give the definition for its types. */
	ModuleById<D extends AnyModule>(id: string, definition: D): ModuleProxy<D>;
	ModuleById(id: string): ModuleProxy<AnyModule>;
	/** What is known of a kind of modules. */
	GetMetadata(definitionName: string): ModuleMetadata | undefined;
	/** How far this server is. */
	GetState(): StartUpState;
	/** The version that this server is at: higher with every change of servers or systems. 0 before the first. */
	GetVersion(): number;
	/** Resolves with the version when this server has got so far, at once if it has. Never rejects. */
	WaitFor(state: StartUpState): Promise<number>;
	/** Called with the version whenever all servers are ready for it; at once with the latest, if there is one. Returns what ends it. */
	OnStable(callback: (version: number) => void): () => void;
	/** Modules that could not be started, of all servers. They do not hold up the others. */
	GetFailures(): ModuleFailure[];
	/** This server's share of modules, beside those of others: 0 (none) to 100; default 1. Throws for others. */
	SetWeight(weight: number): void;
	/** Counters and gauges; a new table at every call. */
	GetStatistics(): SystemsStatistics;
}
