import {
	AnyModule,
	CallError,
	CallOptions,
	DefineModule,
	Fn,
	ModuleContext,
	ModuleProxy,
	ModuleStatus,
	Parameter,
	SubscriptionOwner,
	System,
	Systems,
} from "../../../src/system";
import { findDefinition } from "../../../src/system/definition";
import { Hosted } from "../../../src/system/hosted";
import { SystemsOfServer } from "../../../src/system/systems";
import { ServerCluster } from "../../../src/cluster/server-cluster";
import { VirtualGame, VirtualGameOptions, VirtualServer, VirtualServerOptions } from "../../../src/testing";

export const isString = (value: unknown): value is string => typeIs(value, "string");
export const isNumber = (value: unknown): value is number => typeIs(value, "number");
export const isBoolean = (value: unknown): value is boolean => typeIs(value, "boolean");

const STEP_SECONDS = 0.1;

export type DisplayStatus = {
	power: boolean;
	input: string;
	count: number;
};

/** What an arena's servers are made of; where specs need other kinds of modules they define more. */
export interface ArenaOptions extends VirtualGameOptions {
	readonly servers?: number;
	/** Runs on every server before anything else of the arena. */
	readonly setup?: (arena: Arena, server: VirtualServer) => void;
	readonly exclusive?: boolean;
	readonly lazySeconds?: number;
}

/** A display, and what it did: on whichever server it runs. */
export function defineDisplay(arena: Arena, name: string, more: { exclusive?: boolean; lazySeconds?: number } = {}) {
	return DefineModule(
		name,
		{
			implements: ["Powerable"],
			status: { power: isBoolean, input: isString, count: isNumber },
			functions: {
				power: Fn([Parameter("state", isBoolean)], isBoolean),
				switch_input: Fn([Parameter("input", isString), Parameter("fast", isBoolean, false)], isString),
				add: Fn([Parameter("a", isNumber), Parameter("b", isNumber, 200)], isNumber),
				set_count: Fn([Parameter("count", isNumber)]),
				clear: Fn([]),
				reboot: Fn([]),
				reset: Fn([]),
			},
			security: { support: ["reboot"], administrator: ["reset"] },
			...more,
		},
		(module: ModuleContext<DisplayStatus>) => {
			arena.note(`+${module.Id}`);
			module.OnStop(() => arena.note(`-${module.Id}`));
			return {
				power: ({ state }) => {
					module.Status.Set("power", state);
					return state;
				},
				switch_input: ({ input, fast }) => {
					arena.ran(module.Id, input);
					module.Status.Set("input", input);
					return `${module.Id} ${input}${fast ? " fast" : ""}`;
				},
				add: ({ a, b }) => a + b,
				set_count: ({ count }) => module.Status.Set("count", count),
				clear: () => module.Status.Set("input", undefined),
				reboot: () => {},
				reset: () => {},
			};
		},
	);
}
export type Display = ReturnType<typeof defineDisplay>;

/** What came of a call. */
export interface Outcome {
	readonly value?: unknown;
	readonly error?: CallError;
}

/** How long a call may take: the longest deadline, and some. */
const CALL_LIMIT_SECONDS = 70;

/** A game whose servers run displays. */
export class Arena {
	public readonly world: VirtualGame;
	public readonly servers = new Array<VirtualServer>();
	/** "+d1@2": display d1 started on server 2; "-d1@2": it stopped there. */
	public readonly story = new Array<string>();
	/** How often bodies of `switch_input` ran, by module and input. */
	public readonly runs = new Map<string, number>();
	private readonly displays = new Map<VirtualServer, Display>();

	constructor(private readonly options: ArenaOptions) {
		const gameOptions: { -readonly [K in keyof ArenaOptions]: ArenaOptions[K] } = { ...options };
		for (const name of ["servers", "setup", "exclusive", "lazySeconds"] as const) delete gameOptions[name];
		this.world = VirtualGame(gameOptions);
		for (const _ of $range(1, options.servers ?? 0)) this.add();
	}

	public add(options: VirtualServerOptions = {}): VirtualServer {
		const { setup, exclusive, lazySeconds } = this.options;
		const server = this.world.AddServer({ players: 10, ...options });
		this.servers.push(server);
		server.Do(() => {
			setup?.(this, server);
			const more = { exclusive: exclusive === true, ...(lazySeconds === undefined ? {} : { lazySeconds }) };
			this.displays.set(server, defineDisplay(this, "Display", more));
			Systems();
		});
		return server;
	}

	public display(server: VirtualServer): Display {
		return this.displays.get(server)!;
	}

	/** Makes system "arena" have displays of these ids, in this order. */
	public setDisplays(server: VirtualServer, ids: ReadonlyArray<string>): void {
		server.Do(() => System("arena").SetModules(ids.map((id) => ({ id, module: this.display(server) }))));
	}

	/** A definition that a server has, by its name: of those that the option `setup` made. */
	public definition(server: VirtualServer, name: string): AnyModule {
		return findDefinition(this.systems(server).cluster.context.platform.attachments, name)! as unknown as AnyModule;
	}

	/** Makes a system have one module of each of these ids, of kinds that `setup` defined. */
	public setModules(server: VirtualServer, system: string, modules: ReadonlyArray<readonly [string, string]>): void {
		server.Do(() =>
			System(system).SetModules(
				modules.map(([id, definition]) => ({ id, module: this.definition(server, definition) })),
			),
		);
	}

	/** Waits for what comes of a call of a module in a place of a system. */
	public call(
		server: VirtualServer,
		name: string,
		args: object = {},
		options?: CallOptions,
		place = "Display",
		system = "arena",
	): Outcome {
		const promise = server.Do(() =>
			System(system)
				.Module(place)
				.Call(name, args as never, options),
		);
		const [success, result] = pcall(() => this.world.Settle(promise as Promise<unknown>, CALL_LIMIT_SECONDS));
		if (success) return { value: result };
		if (!typeIs(result, "table")) error(result, 0);
		return { error: result as CallError };
	}

	public module(server: VirtualServer, index = 1): ModuleProxy<Display> {
		return server.Do(() => System("arena").Module(this.display(server), index));
	}

	public note(what: string): void {
		this.story.push(what);
	}

	public ran(id: string, input: string): void {
		const name = `${id} ${input}`;
		this.runs.set(name, (this.runs.get(name) ?? 0) + 1);
	}

	public systems(server: VirtualServer): SystemsOfServer {
		return (server.Cluster as ServerCluster).systems as SystemsOfServer;
	}

	public live(): VirtualServer[] {
		return this.servers.filter((server) => server.GetState() === "running");
	}

	/** The status of a module as its own code has it, where it runs. */
	public status(id: string): ModuleStatus<DisplayStatus> {
		return this.hosted(id).status as unknown as ModuleStatus<DisplayStatus>;
	}

	/** A module where it runs. */
	public hosted(id: string): Hosted {
		return this.systems(this.mustHost(id)).hosting.find(id)!;
	}

	/** Does something to a module's status on the server that runs it. */
	public change(id: string, change: (status: ModuleStatus<DisplayStatus>) => void): void {
		const status = this.status(id);
		this.mustHost(id).Do(() => change(status));
	}

	/** What a subscriber on a server is told: "value reason", in order. */
	public follow<K extends keyof DisplayStatus & string>(
		server: VirtualServer,
		index: number,
		status: K,
		owner?: SubscriptionOwner,
	): { readonly told: string[]; readonly stop: () => void } {
		const told = new Array<string>();
		const proxy = this.module(server, index);
		const stop = server.Do(() =>
			proxy.Subscribe(status, (value, { Reason }) => told.push(`${value} ${Reason}`), owner),
		);
		return { told, stop };
	}

	/** The server that runs a module, as that itself sees it. */
	public hostOf(id: string): VirtualServer | undefined {
		return this.live().find((server) => this.systems(server).hosting.find(id)?.isValid() === true);
	}

	/** Fails unless there is one. */
	public mustHost(id: string): VirtualServer {
		const host = this.hostOf(id);
		if (!host) error(`nobody runs ${id}`, 2);
		return host;
	}

	/** A live server that does not run a module. */
	public otherThan(...hosts: VirtualServer[]): VirtualServer {
		return this.live().find((server) => !hosts.includes(server))!;
	}

	public until(what: string, limitSeconds: number, condition: () => boolean): number {
		const start = this.world.Now();
		while (!condition()) {
			if (this.world.Now() - start >= limitSeconds) error(`after ${limitSeconds} s still not: ${what}`, 2);
			this.world.Run(STEP_SECONDS);
		}
		return this.world.Now() - start;
	}

	/** Waits until all servers say that they are stable. */
	public untilStable(limitSeconds = 60): number {
		return this.until("all stable", limitSeconds, () =>
			this.live().every((server) => this.systems(server).GetState() === "stable"),
		);
	}

	public checkEnd(): void {
		const [failure] = this.world.Errors;
		if (failure) error(`at ${failure.atSeconds} s: ${failure.text}`, 0);
	}
}

/** Runs a scenario, and fails for errors that nobody caught. A failure names the seed. */
export function inArena(options: ArenaOptions, scenario: (arena: Arena) => void, allowsErrors = false): void {
	const arena = new Arena(options);
	const [success, problem] = pcall(() => {
		scenario(arena);
		if (!allowsErrors) arena.checkEnd();
	});
	arena.world.Destroy();
	if (!success) error(`seed ${options.seed ?? 1}: ${problem}`, 0);
}
