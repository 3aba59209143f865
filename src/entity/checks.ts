import { callWithoutYield } from "../diagnostics/call";
import { described } from "../diagnostics/errors";
import { Cell } from "./data/cell";
import { nameProblem, OWN, partsOf, propertyKey } from "./data/keys";
import { problemOf } from "./data/values";
import type { ReplicatedEntity } from "./entity";
import { findComponent, findScript } from "./registry";
import { PropertyValue } from "./types";

export type Values = { readonly [name: string]: PropertyValue | undefined };

/** Cells that are to be edited, all of them or none. */
export type Plan = Array<{ readonly key: string; readonly value: PropertyValue | undefined }>;

type Guards = { readonly [name: string]: (value: unknown) => boolean };

/** The guards of a component's properties; undefined where they are open, or nobody here knows them. */
export function guardsOf(entity: ReplicatedEntity, component: string): object | undefined {
	if (component === OWN) {
		const source = entity.source();
		return source === undefined ? undefined : findScript(source)?.Properties;
	}
	const kind = entity.kindOf(component);
	return kind === undefined ? undefined : findComponent(kind)?.Properties;
}

/** What is wrong with a property's name where the schema is known, if anything. */
export function unknownProblem(guards: object | undefined, name: string): string | undefined {
	if (!guards || (guards as Guards)[name] !== undefined) return undefined;
	const names = new Array<string>();
	for (const [known] of pairs(guards as Guards)) names.push(known as string);
	names.sort((left, right) => left < right);
	return `there is no property "${name}"; ${names.isEmpty() ? "there are none" : `the properties are ${names.join(", ")}`}`;
}

/** What is wrong with a property's value, if anything. */
export function checkValue(guards: object | undefined, name: string, value: unknown): string | undefined {
	const problem = value === undefined ? undefined : problemOf(value);
	if (problem !== undefined) return `property "${name}" ${problem}`;
	const guard = guards && (guards as Guards)[name];
	if (!guard) return undefined;
	const { outcome, result } = callWithoutYield(guard, value);
	if (outcome === "threw") return `the guard of property "${name}" failed (${result})`;
	if (outcome === "yielded") return `the guard of property "${name}" yielded; it must return at once`;
	if (result !== undefined && result !== false) return undefined;
	return value === undefined
		? `property "${name}" is missing, and its guard takes no nil; give it a value`
		: `property "${name}" cannot be ${described(value)}; its guard refuses that`;
}

/** Whether a cell's value is one that this server's definitions allow. */
export function isAllowed(cell: Cell, value: PropertyValue | undefined): boolean {
	const { entity, key } = cell;
	if (value === undefined) return true;
	const parts = partsOf(key);
	if (!parts || parts.property === undefined) return typeIs(value, "string");
	return checkValue(guardsOf(entity, parts.component), parts.property, value) === undefined;
}

/** Adds the properties of a table to a plan, or returns what is wrong with them. */
export function planProperties(
	component: string,
	properties: unknown,
	guards: object | undefined,
	plan: Plan,
): string | undefined {
	if (!typeIs(properties, "table")) return `the properties must be a table, but are ${described(properties)}`;
	const names = new Array<string>();
	for (const [name] of pairs(properties as Values)) {
		const wrong = nameProblem(name) ?? unknownProblem(guards, name as string);
		if (wrong !== undefined) return typeIs(name, "string") ? wrong : `the name of a property ${wrong}`;
		names.push(name as string);
	}
	for (const [name] of pairs((guards ?? {}) as Record<string, unknown>)) if (!names.includes(name)) names.push(name);
	names.sort((left, right) => left < right);
	for (const name of names) {
		const value = (properties as Values)[name];
		const wrong = checkValue(guards, name, value);
		if (wrong !== undefined) return wrong;
		if (value !== undefined) plan.push({ key: propertyKey(component, name), value });
	}
	return undefined;
}
