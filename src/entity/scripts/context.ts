import { callWithoutYield } from "../../diagnostics/call";
import { described, labelled } from "../../diagnostics/errors";
import type { ReplicatedEntity } from "../entity";
import { OWN } from "../data/keys";
import { ScriptError } from "../runtime/failures";
import { Owner } from "../runtime/owner";
import { startTimer } from "../runtime/timers";
import { AnyScript, ScriptContext, ShoutAnswers } from "../script-types";
import { Entity } from "../types";
import type { ScriptInstance } from "./instance";
import { messageEvent } from "./message-event";
import type { Scripts } from "./scripts";

/** Raises an error that blames the line of the script that called a method of its context. */
function blame(text: string): never {
	error(labelled(text), 3);
}

/** The properties of an entity as if they were those of a table. */
function proxyOf(entity: ReplicatedEntity): object {
	return setmetatable(
		{},
		{
			__index: (_: object, name: unknown) => entity.Get(name as string),
			__newindex: (_: object, name: unknown, value: unknown) => {
				const wrong = entity.space.editor.setProperty(entity, OWN, name, value);
				if (wrong !== undefined) error(labelled(wrong), 2);
			},
		},
	);
}

export function createContext(instance: ScriptInstance, owner: Owner, scripts: Scripts): Context {
	return new Context(instance, owner, scripts);
}

/** What one script on one entity has in its hands, until it is replaced. */
class Context implements ScriptContext<never, never, never> {
	public readonly Entity: ReplicatedEntity;
	public readonly Space: Scripts["space"];
	public readonly Properties: never;

	constructor(
		private readonly instance: ScriptInstance,
		private readonly owner: Owner,
		private readonly scripts: Scripts,
	) {
		this.Entity = instance.entity;
		this.Space = scripts.space;
		this.Properties = proxyOf(instance.entity) as never;
	}

	// -- what the leader is called for --------------------------------------------------------------------------------------------------------

	public OnMessage(name: string, handler: (payload: never, sender: string) => void): () => void {
		const wrong = this.scripts.mail.unknownMessage(this.Entity, name) ?? notFunction(handler);
		if (wrong !== undefined) blame(`${this.label()}: OnMessage: ${wrong}`);
		return this.on(messageEvent(name), handler as never);
	}

	public OnChanged(name: string, handler: (value: never, previous: never) => void): () => void {
		const wrong = this.Space.editor.propertyProblem(this.Entity, OWN, name) ?? notFunction(handler);
		if (wrong !== undefined) blame(`${this.label()}: OnChanged: ${wrong}`);
		const both = handler as (value: unknown, previous: unknown) => void;
		return this.on(`changed ${name}`, (change) => {
			const { value, previous } = change as { value: unknown; previous: unknown };
			return both(value, previous);
		});
	}

	public OnTick(handler: (deltaSeconds: number) => void): () => void {
		const wrong = notFunction(handler);
		if (wrong !== undefined) blame(`${this.label()}: OnTick: ${wrong}`);
		const stop = this.on("tick", handler as never);
		this.scripts.ticker.begin();
		return stop;
	}

	public OnTakeover(handler: () => void): () => void {
		const wrong = notFunction(handler);
		if (wrong !== undefined) blame(`${this.label()}: OnTakeover: ${wrong}`);
		return this.on("takeover", handler);
	}

	public OnPropertiesChanged(handler: (names: string[]) => void): () => void {
		const wrong = notFunction(handler);
		if (wrong !== undefined) blame(`${this.label()}: OnPropertiesChanged: ${wrong}`);
		return this.on("properties changed", handler as never);
	}

	public Watch(entity: Entity, handler: (entity: Entity | undefined, id: string) => void): () => void {
		const wrong =
			typeIs(entity, "table") && typeIs(entity.Id, "string") ? notFunction(handler) : "an entity is missing";
		if (wrong !== undefined) blame(`${this.label()}: Watch takes an entity and a function: ${wrong}`);
		const { Id } = entity;
		return this.on(`watch ${Id}`, () => handler(this.Space.GetEntityById(Id), Id));
	}

	public OnAnyChanged(handler: (ids: string[]) => void): () => void {
		const wrong = notFunction(handler);
		if (wrong !== undefined) blame(`${this.label()}: OnAnyChanged: ${wrong}`);
		return this.on("any changed", handler as never);
	}

	public After(seconds: number, handler: () => void): () => void {
		const wrong = notSeconds(seconds, 0) ?? notFunction(handler);
		if (wrong !== undefined) blame(`${this.label()}: After: ${wrong}`);
		return this.timer(seconds, false, handler);
	}

	public Every(seconds: number, handler: () => void): () => void {
		const wrong = notSeconds(seconds, 0.01) ?? notFunction(handler);
		if (wrong !== undefined) blame(`${this.label()}: Every: ${wrong}`);
		return this.timer(seconds, true, handler);
	}

	// -- what every server is called for -------------------------------------------------------------------------------------------------------

	public OnLoaded(handler: () => void): () => void {
		const wrong = notFunction(handler);
		if (wrong !== undefined) blame(`${this.label()}: OnLoaded: ${wrong}`);
		return this.on("loaded", handler);
	}

	public OnError(handler: (failure: ScriptError) => void): () => void {
		const wrong = notFunction(handler);
		if (wrong !== undefined) blame(`${this.label()}: OnError: ${wrong}`);
		return this.on("error", handler as never);
	}

	public OnShout(event: string, handler: (argument: never, caller: string | undefined) => unknown): () => void {
		const wrong = notEvent(event) ?? notFunction(handler);
		if (wrong !== undefined) blame(`${this.label()}: OnShout: ${wrong}`);
		return this.on(`shout ${event}`, handler as never);
	}

	public OverrideShout(
		event: string,
		handler: ((argument: never, caller: string | undefined) => unknown) | undefined,
	): void {
		const wrong = notEvent(event) ?? (handler === undefined ? undefined : notFunction(handler));
		if (wrong !== undefined) blame(`${this.label()}: OverrideShout: ${wrong}`);
		this.scripts.runtime.override(this.owner, `shout ${event}`, handler as never);
	}

	// -- what it does ------------------------------------------------------------------------------------------------------------------------

	public Shout(event: string, argument?: unknown): ShoutAnswers<never> {
		const wrong = notEvent(event);
		if (wrong !== undefined) blame(`${this.label()}: Shout: ${wrong}`);
		return this.scripts.runtime.shout(`shout ${event}`, argument, this.Entity.Id) as unknown as ShoutAnswers<never>;
	}

	public Whisper(targets: ReadonlyArray<Entity | undefined>, event: string, argument?: unknown): ShoutAnswers<never> {
		const wrong =
			notEvent(event) ??
			(typeIs(targets, "table")
				? undefined
				: `targets must be a list of entities, but are ${described(targets)}`);
		if (wrong !== undefined) blame(`${this.label()}: Whisper: ${wrong}`);
		return this.scripts.whisper(targets, event, argument, this.Entity.Id) as unknown as ShoutAnswers<never>;
	}

	public ShoutFirst(events: string | ReadonlyArray<string>, argument?: unknown): never {
		return this.scripts.shoutFirst(events, argument, this.Entity.Id) as never;
	}

	public InvokeAction(name: string, parameters: unknown, component = OWN): number {
		const { program } = this.instance;
		const guards = program?.definition?.Actions as { [action: string]: unknown } | undefined;
		if (guards) {
			const guard = guards[name];
			if (guard === undefined)
				blame(`${this.label()}: InvokeAction: there is no action "${name}" in the script's definition`);
			const { outcome, result } = callWithoutYield(guard, parameters);
			if (outcome !== "returned" || result === undefined || result === false)
				blame(
					`${this.label()}: InvokeAction: action "${name}" cannot have ${described(parameters)} as its parameters; its guard refuses that`,
				);
		}
		const wrong = this.scripts.actions.invoke(
			this.Entity,
			component,
			name,
			parameters,
			program?.reach[name] ?? "leader",
		);
		if (typeIs(wrong, "string")) blame(`${this.label()}: InvokeAction: ${wrong}`);
		return wrong;
	}

	public Use(entityName: string, definition?: AnyScript): never {
		const { problem, exported } = this.scripts.modules.use(this.instance, entityName, definition?.Name);
		if (problem !== undefined) blame(`${this.label()}: Use: ${problem}`);
		return exported as never;
	}

	public OnModuleReplaced(entityName: string, handler: (exports: unknown) => void): () => void {
		const wrong = notEvent(entityName) ?? notFunction(handler);
		if (wrong !== undefined) blame(`${this.label()}: OnModuleReplaced: ${wrong}`);
		return this.on(`module ${entityName}`, handler as never);
	}

	public GetEnergy(): number {
		return this.scripts.runtime.energy();
	}

	private on(event: string, handler: (argument: unknown, caller: string | undefined) => unknown): () => void {
		return this.scripts.runtime.on(this.owner, event, handler);
	}

	/** Timers run on every server, so that each leader has them, and call only where the leader is. */
	private timer(seconds: number, repeats: boolean, handler: () => void): () => void {
		return startTimer(this.scripts.runtime, this.owner, seconds, repeats, () => {
			if (this.scripts.leads()) handler();
		});
	}

	private label(): string {
		return `${this.Entity.label()}, script "${this.owner.scriptName}"`;
	}
}

function notFunction(handler: unknown): string | undefined {
	return typeIs(handler, "function") ? undefined : `the handler must be a function, but is ${described(handler)}`;
}

function notEvent(event: unknown): string | undefined {
	return typeIs(event, "string") ? undefined : `a name must be a string, but is ${described(event)}`;
}

function notSeconds(seconds: unknown, least: number): string | undefined {
	const isFine = typeIs(seconds, "number") && seconds >= least && seconds < math.huge;
	return isFine ? undefined : `the time must be a number of seconds from ${least} on, but is ${described(seconds)}`;
}
