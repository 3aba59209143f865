import { described } from "../diagnostics/errors";
import { encodePayload } from "../wire/payload";
import { accepts } from "./labels";
import { AnyParameter, FunctionMetadata, ParameterMetadata } from "./types";

/** Arguments by name. */
export type NamedArguments = { [name: string]: defined };

/** The arguments of a call, by name; or what is wrong with them. */
export interface Arranged {
	readonly named?: NamedArguments;
	readonly problem?: string;
}

/** Puts arguments that were given in order or by name into names, and checks them as far as `known` tells. Pure. */
export function arrange(
	given: unknown,
	known: FunctionMetadata,
	specified: ReadonlyArray<AnyParameter> | undefined,
): Arranged {
	if (!typeIs(given, "table") || typeOf(given) !== "table")
		return { problem: `the arguments must be a table, in order or by name, but are ${described(given)}` };
	const parameters = known.Parameters;
	const named: NamedArguments = {};
	let positional = 0;
	let names = 0;
	for (const [key, value] of pairs(given as unknown as Record<string, defined>)) {
		const place = key as unknown;
		if (typeIs(place, "number")) {
			positional = math.max(positional, place);
			const parameter = parameters[place - 1];
			if (parameter) named[parameter.Name] = value;
		} else {
			names += 1;
			named[place as string] = value;
		}
	}
	if (positional > 0 && names > 0)
		return { problem: "arguments were given in order and by name at once; give all of them one way" };
	if (positional > parameters.size()) return { problem: countText(positional, parameters) };
	for (const [name] of pairs(named)) {
		if (!parameters.some(({ Name }) => Name === name))
			return { problem: `it has no parameter "${name}"; it takes ${rangeText(parameters)}` };
	}
	for (const { Name, Optional } of parameters) {
		if (Optional || named[Name] !== undefined) continue;
		const count = positional > 0 || names === 0 ? positional : names;
		return { problem: `${countText(count, parameters)}; "${Name}" is missing` };
	}
	const wrong = checkTypes(named, parameters, specified);
	if (wrong !== undefined) return { problem: wrong };
	const { problem } = encodePayload(named);
	return problem === undefined ? { named } : { problem };
}

/** What is wrong with the types of arguments. Where the kind of modules is defined its checks are asked, elsewhere what is known of them. */
export function checkTypes(
	named: NamedArguments,
	parameters: ReadonlyArray<ParameterMetadata>,
	specified: ReadonlyArray<AnyParameter> | undefined,
): string | undefined {
	for (const { Name, Type } of parameters) {
		const value = named[Name];
		if (value === undefined) continue;
		const parameter = specified?.find((candidate) => candidate.Name === Name);
		const fits = parameter ? accepts(parameter.Check, value) : fitsLabel(value, Type);
		if (!fits) return `"${Name}" must be ${Type}, but is ${described(value)}`;
	}
	return undefined;
}

/** What has a default and was not given. */
export function withDefaults(named: NamedArguments, specified: ReadonlyArray<AnyParameter>): NamedArguments {
	const all: NamedArguments = { ...named };
	for (const { Name, Optional, Default } of specified)
		if (Optional && all[Name] === undefined) all[Name] = Default as defined;
	return all;
}

const TYPES: { readonly [word: string]: string } = {
	String: "string",
	Boolean: "boolean",
	Number: "number",
	Table: "table",
};

/** Labels that say nothing that can be tried are let through: the host checks. */
function fitsLabel(value: defined, label: string): boolean {
	for (const word of string.split(label, "|")) {
		if (word === "Int32") {
			if (typeIs(value, "number") && value % 1 === 0) return true;
		} else if (TYPES[word] === undefined || typeOf(value) === TYPES[word]) return true;
	}
	return false;
}

function countText(given: number, parameters: ReadonlyArray<ParameterMetadata>): string {
	return `${given} argument${given === 1 ? " was" : "s were"} given, expected ${rangeText(parameters)}`;
}

/** "1 to 2 (state, fast?)" */
function rangeText(parameters: ReadonlyArray<ParameterMetadata>): string {
	const most = parameters.size();
	let least = 0;
	for (const { Optional } of parameters) if (!Optional) least += 1;
	const names = parameters.map(({ Name, Optional }) => (Optional ? `${Name}?` : Name)).join(", ");
	const range = least === most ? `${most}` : `${least} to ${most}`;
	return most === 0 ? "none" : `${range} (${names})`;
}
