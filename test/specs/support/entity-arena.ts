import { Entity, EntitySpaceOptions, PropertyValue } from "../../../src/entity/types";
import { EntitySpace } from "../../../src/entity";
import { Space } from "../../../src/entity/space";
import { VirtualGame, VirtualGameOptions, VirtualServer, VirtualServerOptions } from "../../../src/testing";

export interface ArenaOptions extends VirtualGameOptions {
	readonly space?: EntitySpaceOptions;
	/** Run on every server when it has its space. */
	readonly setup?: (space: Space) => void;
}

/** One server with its space, and what its signals said. */
export class Actor {
	public readonly space: Space;
	/** "+name", "-name" as entities came and went. */
	public readonly story = new Array<string>();

	constructor(
		public readonly server: VirtualServer,
		options: ArenaOptions,
	) {
		this.space = server.Do(() => EntitySpace("Arena", options.space)) as unknown as Space;
		this.space.EntityAdded.Connect((entity) => this.story.push(`+${entity.Name}`));
		this.space.EntityRemoved.Connect((entity) => this.story.push(`-${entity.Name}`));
		if (options.setup) server.Do(() => options.setup!(this.space));
	}

	public do<T>(body: (space: Space) => T): T {
		return this.server.Do(() => body(this.space));
	}

	public create(name: string, properties: { readonly [name: string]: PropertyValue } = {}): Entity {
		return this.do((space) => {
			const entity = space.CreateEntity(name);
			for (const [property, value] of pairs(properties)) entity.Set(property as string, value);
			return entity;
		});
	}

	public entity(name: string): Entity | undefined {
		return this.space.GetEntityByName(name);
	}

	public get(name: string, property: string): PropertyValue | undefined {
		return this.entity(name)?.Get(property);
	}

	public set(name: string, property: string, value: PropertyValue | undefined): void {
		this.do(() => this.entity(name)!.Set(property, value));
	}

	/** Collects "new<old" of every change of a property. */
	public watch(name: string, property: string): string[] {
		const heard = new Array<string>();
		this.do(() =>
			this.entity(name)!
				.GetPropertyChangedSignal(property)
				.Connect((value: unknown, previous: unknown) => {
					heard.push(`${value}<${previous}`);
				}),
		);
		return heard;
	}

	/** All that this server shows: "door{open=true}" by name. */
	public view(): string {
		const words = new Array<string>();
		for (const entity of this.space.GetEntities()) {
			const values = entity.GetPropertyNames().map((name) => `${name}=${entity.Get(name)}`);
			words.push(`${entity.Name}{${values.join(" ")}}`);
		}
		words.sort();
		return words.join(" ");
	}

	public isLive(): boolean {
		return this.server.GetState() === "running";
	}
}

/** A game of virtual servers that share a space of entities. */
export class Arena {
	public readonly game: VirtualGame;
	public readonly actors = new Array<Actor>();

	constructor(private readonly options: ArenaOptions = {}) {
		const gameOptions: { -readonly [K in keyof ArenaOptions]: ArenaOptions[K] } = { ...options };
		for (const name of ["space", "setup"] as const) delete gameOptions[name];
		this.game = VirtualGame(gameOptions);
	}

	/** Starts servers, and waits until all of them have the state. */
	public start(count: number, options: VirtualServerOptions = {}): Actor[] {
		const added = new Array<Actor>();
		for (const _ of $range(1, count))
			added.push(new Actor(this.game.AddServer({ players: 10, ...options }), this.options));
		for (const actor of added) this.actors.push(actor);
		this.run(15);
		if (!this.game.RunUntil(() => added.every((actor) => actor.space.IsSynced()), 30))
			error("not all have the state", 2);
		return added;
	}

	public run(seconds: number): void {
		this.game.Run(seconds);
	}

	public live(): Actor[] {
		return this.actors.filter((actor) => actor.isLive());
	}

	/** What all live servers show; fails if they do not show the same. */
	public agreed(): string {
		const live = this.live();
		const view = live[0]!.view();
		for (const other of live) if (other.view() !== view) error(`servers disagree:\n${view}\n${other.view()}`, 2);
		return view;
	}
}

/** Runs a scenario, and fails for errors that nobody caught. A failure names the seed. */
export function inArena(options: ArenaOptions, scenario: (arena: Arena) => void): void {
	const arena = new Arena(options);
	const [success, problem] = pcall(() => {
		scenario(arena);
		const failure = arena.game.Errors[0];
		if (failure) error(`uncaught at ${failure.atSeconds} s: ${failure.text}`, 0);
	});
	arena.game.Destroy();
	if (!success) error(`seed ${options.seed ?? 1}: ${problem}`, 0);
}
