import { DefineScript } from "../../../src/entity";
import { AnyScript, ScriptContext, ScriptError, ScriptSchema } from "../../../src";
import { Entity } from "../../../src/entity/types";
import { Scripts } from "../../../src/entity/scripts/scripts";
import { Actor, Arena, ArenaOptions, inArena } from "./entity-arena";

let defined = 0;

export type OpenContext = ScriptContext<
	{ [name: string]: never },
	{ [name: string]: never },
	{ [name: string]: never }
>;

export function isNumber(value: unknown): value is number {
	return typeIs(value, "number");
}

export function isString(value: unknown): value is string {
	return typeIs(value, "string");
}

export function isOptionalNumber(value: unknown): value is number | undefined {
	return value === undefined || typeIs(value, "number");
}

/** A definition under a name that no other spec has. */
export function scripted<P extends object, M extends object, A extends object, E>(
	schema: ScriptSchema<P, M, A>,
	setup: (context: ScriptContext<P, M, A>) => E,
) {
	defined += 1;
	return DefineScript<P, M, A, E>(`Script${defined}`, schema, setup);
}

export function scriptsOf(actor: Actor): Scripts {
	return actor.space.host as Scripts;
}

export function leaderOf(arena: Arena): Actor {
	const leaders = arena.live().filter((actor) => actor.space.Scripts.IsLeader());
	if (leaders.size() !== 1) error(`${leaders.size()} servers lead`, 2);
	return leaders[0]!;
}

export function untilLed(arena: Arena, limitSeconds = 40): Actor {
	const isLed = arena.game.RunUntil(() => arena.live().some((actor) => actor.space.Scripts.IsLeader()), limitSeconds);
	if (!isLed) error(`nobody leads after ${limitSeconds} s`, 2);
	return leaderOf(arena);
}

export function create(actor: Actor, name: string, definition: AnyScript, properties: object = {}): Entity {
	return actor.do((space) => space.CreateEntity(name, definition, properties as never));
}

/** Everything that goes wrong in scripts of a server. */
export function failuresOf(actor: Actor): ScriptError[] {
	const failures = new Array<ScriptError>();
	actor.space.Scripts.ScriptFailed.Connect((failure) => failures.push(failure));
	return failures;
}

/** One server, which leads at once. */
export function onOne(options: ArenaOptions, scenario: (actor: Actor, arena: Arena) => void): void {
	inArena({ ...options, space: { election: "local", ...options.space } }, (arena) => {
		const [actor] = arena.start(1);
		scenario(actor!, arena);
	});
}
