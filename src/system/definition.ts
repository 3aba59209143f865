import { described, fail } from "../diagnostics/errors";
import { existingPlatform, isOverridden } from "../platform/current";
import { encodePayload } from "../wire/payload";
import { isUtf8 } from "../wire/text";
import { Guard } from "../cluster/channel";
import { accepts, labelOf, setLabel } from "./labels";
import { encodeMetadata, METADATA_BYTES_MOST } from "./metadata";
import { DEFINITIONS_MOST } from "./records";
import {
	AnyParameter,
	Functions,
	FunctionMetadata,
	FunctionSpec,
	GuardsOf,
	Implementation,
	ModuleContext,
	ModuleDefinition,
	ModuleMetadata,
	ModuleSpecification,
	Parameter as ParameterOf,
	ParameterMetadata,
} from "./types";

export const NAME_BYTES_MOST = 50;
/** Names of functions, parameters and values; values have theirs in a pool's key. */
const MEMBER_PATTERN = "^[%a_][%w_]*$";
const SPECIFICATION_OPTIONS = [
	"implements",
	"status",
	"functions",
	"requirements",
	"security",
	"exclusive",
	"lazySeconds",
];
const LEVELS = ["support", "administrator"];

type AnyTable = { readonly [key: string]: unknown };

/** What a module is made of, on a server that can run it. */
export class DefinedModule {
	constructor(
		public readonly Name: string,
		public readonly Status: { readonly [name: string]: Guard<defined> },
		public readonly Functions: Functions,
		public readonly metadata: ModuleMetadata,
		public readonly metadataText: string,
		public readonly lazySeconds: number | undefined,
		public readonly start: (context: ModuleContext<object>) => unknown,
	) {}
}

/** Definitions that a server has. Those made by code of no server in particular are every server's: in the engine there is one. */
const everywhere = new Map<string, DefinedModule>();
let changes = 0;

interface Attachments {
	definitions?: Map<string, DefinedModule>;
}

/** The definition of this name that a server has. */
export function findDefinition(attachments: object, name: string): DefinedModule | undefined {
	return (attachments as Attachments).definitions?.get(name) ?? everywhere.get(name);
}

/** Names of all definitions that a server has, ascending. */
export function definitionNames(attachments: object): string[] {
	const names = new Set<string>();
	for (const [name] of everywhere) names.add(name);
	for (const [name] of (attachments as Attachments).definitions ?? new Map<string, DefinedModule>()) names.add(name);
	const sorted = [...names];
	sorted.sort((left, right) => left < right);
	return sorted;
}

/** Grows with every definition that is made. */
export function definitionChanges(): number {
	return changes;
}

/**
 * One parameter of a function. `check` tells what it may be (the checks of `@rbxts/t` do); with `defaultValue` it may be left out.
 * Throws if the name is none, or the default does not pass the check.
 */
export function Parameter<const N extends string, T>(name: N, check: Guard<T>): ParameterOf<N, T, false>;
export function Parameter<const N extends string, T>(
	name: N,
	check: Guard<T>,
	defaultValue: T,
): ParameterOf<N, T, true>;
export function Parameter(name: string, check: Guard<defined>, defaultValue?: defined): AnyParameter {
	if (!typeIs(name, "string") || string.match(name, MEMBER_PATTERN)[0] === undefined)
		fail(`Parameter: the name must be letters, digits and "_", but is ${described(name)}`);
	if (!typeIs(check, "function")) fail(`Parameter "${name}": check must be a function, but is ${described(check)}`);
	if (defaultValue !== undefined) {
		if (!accepts(check, defaultValue))
			fail(
				`Parameter "${name}": the default, ${described(defaultValue)}, does not pass the check; change one of them`,
			);
		const { problem } = encodePayload(defaultValue);
		if (problem !== undefined) fail(`Parameter "${name}": the default cannot be sent: ${problem}`);
	}
	return { Name: name, Check: check, Optional: defaultValue !== undefined, Default: defaultValue };
}

/** A function of a module: its parameters in order, and what it returns (checked where it runs). */
export function Fn<const L extends readonly AnyParameter[], R = void>(
	parameters: L,
	returns?: Guard<R>,
): FunctionSpec<L, R> {
	if (!typeIs(parameters, "table")) fail(`Fn takes a list of parameters, but got ${described(parameters)}`);
	const names = new Set<string>();
	let optional: string | undefined;
	for (const parameter of parameters) {
		if (!typeIs(parameter, "table") || !typeIs(parameter.Name, "string") || !typeIs(parameter.Check, "function"))
			fail(`Fn takes a list of parameters, but one is ${described(parameter)}; make them by Parameter`);
		if (names.has(parameter.Name)) fail(`Fn: two parameters are named "${parameter.Name}"; rename one`);
		if (optional !== undefined && !parameter.Optional)
			fail(`Fn: "${parameter.Name}" comes after "${optional}" and has no default; put it first, or give it one`);
		if (parameter.Optional) optional = parameter.Name;
		names.add(parameter.Name);
	}
	if (returns !== undefined && !typeIs(returns, "function"))
		fail(`Fn: what it returns is told by a check, a function, but is ${described(returns)}`);
	return returns === undefined ? { Parameters: parameters } : { Parameters: parameters, Returns: returns };
}

/**
 * The same check, with a name for what it accepts: "Int32", or "String|Int32". Metadata has it, because checks cannot be read;
 * without one it says what could be found out by trying.
 */
export function TypeLabel<T>(label: string, check: Guard<T>): Guard<T> {
	if (!typeIs(label, "string") || label.size() < 1 || label.size() > NAME_BYTES_MOST || !isUtf8(label))
		fail(`TypeLabel: the label must be a string of 1 to ${NAME_BYTES_MOST} bytes, but is ${described(label)}`);
	if (!typeIs(check, "function")) fail(`TypeLabel "${label}": check must be a function, but is ${described(check)}`);
	const labelled = ((value: unknown) => check(value)) as Guard<T>;
	setLabel(labelled, label);
	return labelled;
}

/**
 * Defines a kind of modules. Every server that is to run some calls this with the same name when it starts. `start` runs on the server that hosts a module, once for
 * each time it is started there, and returns its functions; where it throws, or has not returned after 30 seconds, it is tried again, three times in all.
 * Throws if the specification is not as it must be, for a name that is defined already, and beyond 140 definitions.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- no status, no functions
export function DefineModule<S extends object = {}, F extends Functions = {}>(
	name: string,
	specification: ModuleSpecification<S, F>,
	start: (module: ModuleContext<S>) => Implementation<F>,
): ModuleDefinition<S, F> {
	const wrong = checkDefinition(name, specification, start);
	if (wrong !== undefined) fail(wrong);
	const metadata = metadataOf(name, specification as unknown as ModuleSpecification<object, Functions>);
	const text = encodeMetadata(metadata);
	if (text === undefined) {
		fail(
			`DefineModule "${name}": what others have to know of it is more than ${METADATA_BYTES_MOST} bytes; ` +
				"use fewer or shorter names",
		);
	}
	const platform = existingPlatform();
	const own = platform && isOverridden() ? (platform.attachments as Attachments) : undefined;
	const known = own ? (own.definitions ??= new Map<string, DefinedModule>()) : everywhere;
	if (known.has(name) || everywhere.has(name))
		fail(`DefineModule "${name}": there is a definition of this name already; choose another name`);
	if (definitionNames(platform?.attachments ?? {}).size() >= DEFINITIONS_MOST)
		fail(
			`DefineModule "${name}": there are ${DEFINITIONS_MOST} definitions already, which is the most; give modules settings instead`,
		);
	const defined = new DefinedModule(
		name,
		(specification.status ?? {}) as { [status: string]: Guard<defined> },
		(specification.functions ?? {}) as Functions,
		metadata,
		text,
		specification.lazySeconds,
		start as unknown as (context: ModuleContext<object>) => unknown,
	);
	known.set(name, defined);
	changes += 1;
	return defined as unknown as ModuleDefinition<S, F>;
}

function checkDefinition(name: unknown, specification: unknown, start: unknown): string | undefined {
	if (!typeIs(name, "string")) return `DefineModule: the name must be a string, but is ${described(name)}`;
	if (name.size() > NAME_BYTES_MOST || string.match(name, MEMBER_PATTERN)[0] === undefined)
		return `DefineModule: the name must be letters, digits and "_", at most ${NAME_BYTES_MOST}, but is ${described(name)}`;
	const label = `DefineModule "${name}"`;
	if (string.match(name, "_%d+$")[0] !== undefined)
		return `${label}: a name that ends with "_" and digits means one of several; choose another name`;
	if (!typeIs(specification, "table"))
		return `${label}: the specification must be a table, but is ${described(specification)}`;
	if (!typeIs(start, "function")) return `${label}: start must be a function, but is ${described(start)}`;
	const given = specification as AnyTable;
	for (const [key] of pairs(given)) {
		if (!SPECIFICATION_OPTIONS.includes(key as string))
			return `${label}: there is no option "${key}"; the options are ${SPECIFICATION_OPTIONS.join(", ")}`;
	}
	const { exclusive, lazySeconds } = given;
	if (exclusive !== undefined && !typeIs(exclusive, "boolean"))
		return `${label}: exclusive must be true or false, but is ${described(exclusive)}`;
	if (lazySeconds !== undefined && !(typeIs(lazySeconds, "number") && lazySeconds >= 1 && lazySeconds <= 3600))
		return `${label}: lazySeconds must be 1 to 3,600, but is ${described(lazySeconds)}`;
	return (
		checkStatus(label, given.status) ??
		checkFunctions(label, given.functions) ??
		checkNames(label, "implements", given.implements) ??
		checkRequirements(label, given.requirements) ??
		checkSecurity(label, given.security, (given.functions ?? {}) as AnyTable)
	);
}

function checkStatus(label: string, status: unknown): string | undefined {
	if (status === undefined) return undefined;
	if (!typeIs(status, "table")) return `${label}: status must be a table of checks, but is ${described(status)}`;
	for (const [name, check] of pairs(status as AnyTable)) {
		if (!isMemberName(name))
			return `${label}: the status ${described(name)} must be named by letters, digits and "_", at most ${NAME_BYTES_MOST}`;
		if (!typeIs(check, "function"))
			return `${label}: the check of status "${name}" must be a function, but is ${described(check)}`;
	}
	return undefined;
}

function checkFunctions(label: string, functions: unknown): string | undefined {
	if (functions === undefined) return undefined;
	if (!typeIs(functions, "table")) return `${label}: functions must be a table, but is ${described(functions)}`;
	for (const [name, spec] of pairs(functions as AnyTable)) {
		if (!isMemberName(name))
			return `${label}: the function ${described(name)} must be named by letters, digits and "_", at most ${NAME_BYTES_MOST}`;
		if (!typeIs(spec, "table") || !typeIs((spec as AnyTable).Parameters, "table"))
			return `${label}: function "${name}" is ${described(spec)}; make it by Fn`;
	}
	return undefined;
}

function checkNames(label: string, option: string, names: unknown): string | undefined {
	if (names === undefined) return undefined;
	if (!typeIs(names, "table")) return `${label}: ${option} must be a list of names, but is ${described(names)}`;
	for (const name of names as unknown[]) {
		if (!typeIs(name, "string") || name.size() < 1 || name.size() > NAME_BYTES_MOST || !isUtf8(name))
			return `${label}: ${option} has ${described(name)} in it; names are 1 to ${NAME_BYTES_MOST} bytes`;
	}
	return undefined;
}

function checkRequirements(label: string, requirements: unknown): string | undefined {
	if (requirements === undefined) return undefined;
	if (!typeIs(requirements, "table"))
		return `${label}: requirements must be a table, but is ${described(requirements)}`;
	for (const [moduleName, interfaces] of pairs(requirements as AnyTable)) {
		if (!typeIs(moduleName, "string")) return `${label}: requirements are lists of interfaces by names of modules`;
		const wrong = checkNames(label, `requirements of "${moduleName}"`, interfaces);
		if (wrong !== undefined) return wrong;
	}
	return undefined;
}

function checkSecurity(label: string, security: unknown, functions: AnyTable): string | undefined {
	if (security === undefined) return undefined;
	if (!typeIs(security, "table")) return `${label}: security must be a table, but is ${described(security)}`;
	for (const [level, names] of pairs(security as AnyTable)) {
		if (!LEVELS.includes(level as string))
			return `${label}: there is no level "${level}"; the levels are ${LEVELS.join(", ")}`;
		const wrong = checkNames(label, `security of ${level}`, names);
		if (wrong !== undefined) return wrong;
		for (const name of names as string[]) {
			if (functions[name] === undefined)
				return `${label}: security of ${level} names "${name}", which is no function of it`;
		}
	}
	return undefined;
}

function isMemberName(name: unknown): boolean {
	return (
		typeIs(name, "string") && name.size() <= NAME_BYTES_MOST && string.match(name, MEMBER_PATTERN)[0] !== undefined
	);
}

/** What others have to know, from what its checks tell. */
function metadataOf(name: string, specification: ModuleSpecification<object, Functions>): ModuleMetadata {
	const status: { [statusName: string]: string } = {};
	for (const [statusName, check] of pairs((specification.status ?? {}) as GuardsOf<AnyTable>))
		status[statusName as string] = labelOf(check);
	const functions: { [functionName: string]: FunctionMetadata } = {};
	const { support = [], administrator = [] } = specification.security ?? {};
	for (const [functionName, spec] of pairs(specification.functions ?? {})) {
		const parameters = new Array<ParameterMetadata>();
		for (const { Name, Check, Optional, Default } of spec.Parameters as readonly AnyParameter[]) {
			const parameter = { Name, Type: labelOf(Check), Optional };
			const defaultValue = Default as unknown as defined | undefined;
			parameters.push(defaultValue === undefined ? parameter : { ...parameter, Default: defaultValue });
		}
		const security = administrator.includes(functionName as string)
			? "administrator"
			: support.includes(functionName as string)
				? "support"
				: undefined;
		functions[functionName as string] = {
			Parameters: parameters,
			...(spec.Returns === undefined ? {} : { Returns: labelOf(spec.Returns) }),
			...(security === undefined ? {} : { Security: security }),
		};
	}
	return {
		Name: name,
		Implements: [...(specification.implements ?? [])],
		Status: status,
		Functions: functions,
		Requirements: { ...(specification.requirements ?? {}) },
		Exclusive: specification.exclusive === true,
	};
}
