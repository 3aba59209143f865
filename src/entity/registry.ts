/** The definitions of this game's code, by name: what a name that comes from another server stands for here. */
import { described, fail } from "../diagnostics/errors";
import { nameProblem } from "./data/keys";
import { AnyScript, GuardsOf } from "./script-types";
import { AnyComponent, ComponentDefinition } from "./types";

const components = new Map<string, AnyComponent>();
const scripts = new Map<string, AnyScript>();

/**
 * Defines a kind of components: its name, and a guard (as of `t`) for each of its properties. Do so once, in code that all servers run.
 * Throws for a kind that is defined already, and for properties without a name or a guard.
 */
export function DefineComponent<P extends object>(kind: string, properties: GuardsOf<P>): ComponentDefinition<P> {
	const wrong = nameProblem(kind);
	if (wrong !== undefined) fail(`DefineComponent: the kind ${wrong}`);
	if (components.has(kind))
		fail(`DefineComponent "${kind}": this kind is defined already; define it once and share it`);
	const problem = schemaProblem(properties);
	if (problem !== undefined) fail(`DefineComponent "${kind}": ${problem}`);
	const definition: ComponentDefinition<P> = table.freeze({
		Kind: kind,
		Properties: table.freeze({ ...properties }),
	});
	components.set(kind, definition);
	return definition;
}

/** What is wrong with the guards of some properties, if anything. */
export function schemaProblem(properties: unknown): string | undefined {
	if (!typeIs(properties, "table"))
		return `the properties must be a table of guards, but are ${described(properties)}`;
	for (const [name, guard] of pairs(properties as Record<string, unknown>)) {
		const wrong = nameProblem(name);
		if (wrong !== undefined) return `the name of a property ${wrong}`;
		if (!typeIs(guard, "function"))
			return `the guard of property "${name}" must be a function, such as t.boolean, but is ${described(guard)}`;
	}
	return undefined;
}

export function findComponent(kind: string): AnyComponent | undefined {
	return components.get(kind);
}

/** Makes a script's definition known by its name. */
export function registerScript(definition: AnyScript): void {
	scripts.set(definition.Name, definition);
}

export function findScript(name: string): AnyScript | undefined {
	return scripts.get(name);
}
