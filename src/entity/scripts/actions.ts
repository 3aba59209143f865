import { Channel } from "../../cluster/channel";
import { described } from "../../diagnostics/errors";
import { encodePayload } from "../../wire/payload";
import type { ReplicatedEntity } from "../entity";
import { Owner } from "../runtime/owner";
import { ActionReach } from "../script-types";
import { EntityAction } from "../types";
import type { Scripts } from "./scripts";

type ActionHandler = (parameters: unknown, entity: unknown, component: string, action: string) => void;
export type PlayerAdapter = (entity: never, component: string, action: string, parameters: unknown) => void;

/** An action as it travels to the other servers. */
interface Broadcast {
	readonly id: string;
	readonly component: string;
	readonly name: string;
	readonly players: boolean;
	readonly parameters?: defined;
}

/** What scripts have the game do. */
export class Actions {
	public playerAdapter: PlayerAdapter | undefined;
	public unhandled = 0;
	/** By entity, and there by component and action. */
	private readonly handlers = new Map<string, Map<string, ActionHandler>>();
	/** Where an action that waits in the turn's batch is to be done. */
	private readonly reaches = new Map<EntityAction, ActionReach>();
	private readonly channel: Channel<Broadcast>;

	constructor(private readonly scripts: Scripts) {
		const { cluster, Name } = scripts.space;
		this.channel = cluster.ownChannel<Broadcast>(`net-server-sync/a/${Name}`, {
			validate: (value): value is Broadcast => isBroadcast(value),
		});
		this.channel.Received.Connect((action) => {
			const entity = scripts.space.directory.find(action.id);
			if (!entity || !entity.isPresent) return;
			if (action.players) this.adapt(entity, action.component, action.name, action.parameters);
			else this.handle(entity, action.component, action.name, action.parameters);
		});
	}

	/** Returns what is wrong, if anything. */
	public register(entity: ReplicatedEntity, component: string, name: unknown, handler: unknown): string | undefined {
		if (!typeIs(name, "string") || name.size() < 1 || name.size() > 50)
			return `RegisterActionHandler: an action's name is a string of 1 to 50 bytes, but is ${described(name)}`;
		if (!typeIs(handler, "function"))
			return `RegisterActionHandler: the handler must be a function, but is ${described(handler)}`;
		let own = this.handlers.get(entity.Id);
		if (!own) {
			own = new Map();
			this.handlers.set(entity.Id, own);
		}
		const key = `${component}/${name}`;
		if (own.has(key))
			return `RegisterActionHandler: action "${name}" has a handler, which stays; take it away with UnregisterActionHandler first`;
		own.set(key, handler as ActionHandler);
		return undefined;
	}

	/** Returns what is wrong, if anything. */
	public unregister(entity: ReplicatedEntity, component: string, name: unknown): string | undefined {
		const own = this.handlers.get(entity.Id);
		if (own?.delete(`${component}/${name}`)) return undefined;
		return `UnregisterActionHandler: action "${name}" has no handler on this server`;
	}

	public forget(id: string): void {
		this.handlers.delete(id);
	}

	/** Puts an action into the turn's batch; returns how many handlers this server has, or what is wrong. */
	public invoke(
		entity: ReplicatedEntity,
		component: unknown,
		name: unknown,
		parameters: unknown,
		reach: ActionReach,
	): number | string {
		if (!typeIs(name, "string") || name.size() < 1 || name.size() > 50)
			return `an action's name is a string of 1 to 50 bytes, but is ${described(name)}`;
		if (!typeIs(component, "string") || (component !== "" && entity.kindOf(component) === undefined))
			return `the entity has no component ${described(component)}`;
		if (!entity.isPresent) return "the entity is gone; ask Exists() before";
		if (reach !== "leader" && parameters !== undefined) {
			const { problem } = encodePayload(parameters);
			if (problem !== undefined) return problem;
		}
		const action: EntityAction = {
			Entity: entity as never,
			Component: component,
			Name: name,
			Parameters: parameters,
		};
		this.reaches.set(action, reach);
		entity.space.editor.act(action);
		return this.handlers.get(entity.Id)?.has(`${component}/${name}`) ? 1 : 0;
	}

	/** Does the actions of a turn. */
	public perform(actions: ReadonlyArray<EntityAction>): void {
		for (const action of actions) {
			const entity = action.Entity as unknown as ReplicatedEntity;
			// What an interceptor has put in an action's place goes as far as the script's definition says.
			const reach =
				this.reaches.get(action) ?? this.scripts.instanceOf(entity).program?.reach[action.Name] ?? "leader";
			const { Component, Name, Parameters } = action;
			if (reach === "leader") this.handle(entity, Component, Name, Parameters);
			else
				this.broadcast({
					id: entity.Id,
					component: Component,
					name: Name,
					players: reach === "players",
					...(Parameters === undefined ? {} : { parameters: Parameters as defined }),
				});
		}
		this.reaches.clear();
	}

	private broadcast(action: Broadcast): void {
		const [success, problem] = pcall(() => this.channel.Publish(action));
		if (success) return;
		const entity = this.scripts.space.directory.find(action.id);
		if (entity)
			this.scripts.runtime.failures.addFor(this.ownerFor(entity), `action ${action.name}`, tostring(problem));
	}

	private handle(entity: ReplicatedEntity, component: string, name: string, parameters: unknown): void {
		const handler = this.handlers.get(entity.Id)?.get(`${component}/${name}`);
		if (!handler) {
			this.unhandled += 1;
			return;
		}
		this.scripts.runtime.callOnce(
			`action ${name}`,
			this.ownerFor(entity),
			() => handler(parameters, entity, component, name),
			undefined,
		);
	}

	private adapt(entity: ReplicatedEntity, component: string, name: string, parameters: unknown): void {
		const { playerAdapter } = this;
		if (!playerAdapter) {
			this.unhandled += 1;
			return;
		}
		this.scripts.runtime.callOnce(
			`action ${name}`,
			this.ownerFor(entity),
			() => playerAdapter(entity as never, component, name, parameters),
			undefined,
		);
	}

	/** Handlers are the game's, and outlive the entity's script. */
	private ownerFor(entity: ReplicatedEntity): Owner {
		return new Owner(entity.Id, entity.Name, "game");
	}
}

function isBroadcast(value: unknown): boolean {
	if (!typeIs(value, "table")) return false;
	const { id, component, name, players } = value as { [key: string]: unknown };
	return typeIs(id, "string") && typeIs(component, "string") && typeIs(name, "string") && typeIs(players, "boolean");
}
