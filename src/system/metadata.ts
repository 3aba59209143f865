import { decodePayload, encodePayload } from "../wire/payload";
import { FunctionMetadata, ModuleMetadata, ParameterMetadata } from "./types";

/** The metadata of one kind of modules is one contribution, with a few bytes of room for the place's version. */
export const METADATA_BYTES_MOST = 8000;

/** The text of metadata; undefined if it is too long. A table's keys are sorted in it: the same metadata has the same text on every server. */
export function encodeMetadata(metadata: ModuleMetadata): string | undefined {
	const { text } = encodePayload(metadata);
	return text !== undefined && text.size() <= METADATA_BYTES_MOST ? text : undefined;
}

/** The metadata of a text that anybody may have written; undefined if it is none. */
export function decodeMetadata(text: string, name: string): ModuleMetadata | undefined {
	const value = decodePayload(text);
	if (!isTable(value) || value.Name !== name || !typeIs(value.Exclusive, "boolean")) return undefined;
	const { Implements, Status, Functions, Requirements } = value;
	if (!isTexts(Implements) || !isTable(Status) || !isTable(Functions) || !isTable(Requirements)) return undefined;
	for (const [status, label] of pairs(Status))
		if (!typeIs(status, "string") || !typeIs(label, "string")) return undefined;
	for (const [moduleName, interfaces] of pairs(Requirements))
		if (!typeIs(moduleName, "string") || !isTexts(interfaces)) return undefined;
	for (const [functionName, known] of pairs(Functions))
		if (!typeIs(functionName, "string") || !isFunctionMetadata(known)) return undefined;
	return value as unknown as ModuleMetadata;
}

type AnyTable = { readonly [key: string]: unknown };

function isTable(value: unknown): value is AnyTable {
	return typeOf(value) === "table";
}

function isTexts(value: unknown): value is string[] {
	if (!isTable(value)) return false;
	for (const [key, text] of pairs(value)) if (!typeIs(key, "number") || !typeIs(text, "string")) return false;
	return true;
}

function isFunctionMetadata(value: unknown): value is FunctionMetadata {
	if (!isTable(value) || !isTable(value.Parameters)) return false;
	if (value.Returns !== undefined && !typeIs(value.Returns, "string")) return false;
	if (value.Security !== undefined && !typeIs(value.Security, "string")) return false;
	for (const [key, parameter] of pairs(value.Parameters))
		if (!typeIs(key, "number") || !isParameterMetadata(parameter)) return false;
	return true;
}

function isParameterMetadata(value: unknown): value is ParameterMetadata {
	return (
		isTable(value) &&
		typeIs(value.Name, "string") &&
		typeIs(value.Type, "string") &&
		typeIs(value.Optional, "boolean")
	);
}
