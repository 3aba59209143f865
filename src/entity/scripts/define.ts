import { described, fail } from "../../diagnostics/errors";
import { describeUncharged } from "../charge";
import { nameProblem } from "../data/keys";
import { findScript, registerScript, schemaProblem } from "../registry";
import { ActionReach, AnyScript, ScriptContext, ScriptDefinition, ScriptSchema } from "../script-types";

const SCHEMA = ["properties", "messages", "actions", "reach", "charged"];
const REACHES = ["leader", "servers", "players"];

export type Setup = (this: void, context: ScriptContext<never, never, never>) => unknown;

/** What of a definition only this library needs. */
interface Body {
	readonly setup: Setup;
	readonly reach: { readonly [action: string]: ActionReach | undefined };
}

const bodies = new Map<AnyScript, Body>();

/**
 * Defines a script: its name, what its properties, messages and actions are, and its code, which is run once on every server for each entity that has it.
 * What that returns is what other scripts get from `Use`. It must not yield. Do so once, in code that all servers run: servers tell each other the name.
 * With `charged: true` it throws unless the transformer has charged the file that the code is in. Throws for a name that is taken.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- nothing in it
export function DefineScript<P extends object = {}, M extends object = {}, A extends object = {}, E = void>(
	name: string,
	schema: ScriptSchema<P, M, A> & { readonly charged?: boolean },
	setup: (context: ScriptContext<P, M, A>) => E,
): ScriptDefinition<P, M, A, E> {
	const wrong = problemOf(name, schema, setup);
	if (wrong !== undefined) fail(`DefineScript${typeIs(name, "string") ? ` "${name}"` : ""}: ${wrong}`);
	const definition = table.freeze({
		Name: name,
		Properties: table.freeze({ ...(schema.properties ?? ({} as never)) }),
		Messages: table.freeze({ ...(schema.messages ?? ({} as never)) }),
		Actions: table.freeze({ ...(schema.actions ?? ({} as never)) }),
	}) as ScriptDefinition<P, M, A, E>;
	bodies.set(definition, { setup: setup as unknown as Setup, reach: (schema.reach ?? {}) as Body["reach"] });
	registerScript(definition);
	return definition;
}

export function bodyOf(definition: AnyScript): Body | undefined {
	return bodies.get(definition);
}

function problemOf(name: unknown, schema: unknown, setup: unknown): string | undefined {
	const wrongName = nameProblem(name);
	if (wrongName !== undefined) return `the name ${wrongName}`;
	if (findScript(name as string)) return "a script of this name is defined already; define it once and share it";
	if (!typeIs(schema, "table")) return `the schema must be a table, but is ${described(schema)}`;
	if (!typeIs(setup, "function")) return `the setup must be a function, but is ${described(setup)}`;
	const given = schema as { readonly [key: string]: unknown };
	for (const [key] of pairs(given))
		if (!SCHEMA.includes(key as string)) return `there is no "${key}" in a schema; there are ${SCHEMA.join(", ")}`;
	for (const part of ["properties", "messages", "actions"]) {
		const problem = schemaProblem(given[part] ?? {});
		if (problem !== undefined) return `${part}: ${problem}`;
	}
	for (const [action, reach] of pairs((given.reach ?? {}) as { [key: string]: unknown })) {
		if ((given.actions as { [key: string]: unknown } | undefined)?.[action] === undefined)
			return `reach: there is no action "${action}"; put it into actions, with a guard`;
		if (!REACHES.includes(reach as string))
			return `reach of "${action}" must be "leader", "servers" or "players", but is ${described(reach)}`;
	}
	return given.charged === true ? describeUncharged(setup as Callback) : undefined;
}
