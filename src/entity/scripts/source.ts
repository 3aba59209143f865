import { Platform } from "../../platform/platform";
import { findScript } from "../registry";
import { ActionReach, AnyScript, ScriptContext } from "../script-types";
import { bodyOf, Setup } from "./define";

/** A source that can be run. */
export interface Program {
	readonly name: string;
	/** Undefined for a text: everything is open. */
	readonly definition: AnyScript | undefined;
	readonly setup: Setup;
	readonly reach: { readonly [action: string]: ActionReach | undefined };
}

/** What a source stands for on this server, or why for nothing. */
export function programOf(source: string | undefined, platform: Platform): Program | string {
	if (source === undefined) return "the entity has no script";
	if (source === "") return "the script is empty";
	const definition = findScript(source);
	const body = definition && bodyOf(definition);
	if (body) return { name: source, definition, setup: body.setup, reach: body.reach };
	// A name is no program in Luau, and the other way round.
	if (string.match(source, "^[%w_%-%.: ]+$")[0] !== undefined)
		return `no script "${source}" is defined on this server; call DefineScript in code that all servers run`;
	const chunk = compileText(source, platform);
	if (typeIs(chunk, "string")) return chunk;
	return { name: "text", definition: undefined, setup: chunk, reach: {} };
}

/** A text in Luau as a function that gets the context. */
export function compileText(text: string, platform: Platform): Setup | string {
	const { chunk, problem } = platform.compile(text, "=script");
	if (chunk) return (context: ScriptContext<never, never, never>) => chunk(context);
	return (
		`the script is a text in Luau, and cannot be compiled: ${problem}; ` +
		"use DefineScript, or enable ServerScriptService.LoadStringEnabled"
	);
}
