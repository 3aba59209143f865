import { decodePayload, encodePayload } from "../wire/payload";
import { Settings, UnmetRequirement } from "./types";

/** What servers tell each other about systems, as contributions: anybody can write anything, so whatever is not as it must be reads as undefined. */

/** Kept when its server is gone: what systems consist of, and what kinds of modules there are. */
export const SYSTEMS_POOL = "net-server-sync/systems";
/** Kept likewise: the last values of modules. */
export const STATUS_POOL = "net-server-sync/status";
/** Gone with its server: which modules it runs, what it could run, and how far it is. */
export const HOSTS_POOL = "net-server-sync/hosts";

export const SYSTEM_ID_BYTES_MOST = 100;
export const MODULE_ID_BYTES_MOST = 100;
export const PLACE_NAME_BYTES_MOST = 50;
/** A system's list is one contribution. */
export const LIST_BYTES_MOST = 8000;
export const STATUS_BYTES_MOST = 8000;
const MESSAGE_BYTES_MOST = 300;
/** All that a server has are one contribution. */
export const DEFINITIONS_MOST = 140;
/** Terms and revisions are whole numbers that are exact. */
const COUNT_LIMIT = 2 ** 53;

type AnyTable = { readonly [key: string]: unknown };

function isTable(value: unknown): value is AnyTable {
	return typeOf(value) === "table";
}
function isCount(value: unknown): value is number {
	return typeIs(value, "number") && value >= 0 && value < COUNT_LIMIT && value % 1 === 0;
}
function isText(value: unknown, bytesMost: number): value is string {
	return typeIs(value, "string") && value.size() >= 1 && value.size() <= bytesMost;
}
function textOf(value: unknown): string {
	const { text, problem } = encodePayload(value);
	assert(text !== undefined, problem);
	return text;
}

// -- systems -----------------------------------------------------------------------------------------------------------------------------------

/** A module in a system's list. */
export interface ListEntry {
	readonly id: string;
	readonly definition: string;
	readonly name: string;
	readonly settings: Settings | undefined;
}

/** Which modules a system has; of two lists the one with the higher revision holds. */
export interface SystemList {
	readonly revision: number;
	readonly entries: ReadonlyArray<ListEntry>;
}

/** A list's text, or what is wrong with it. */
export function encodeList({ revision, entries }: SystemList): { readonly text?: string; readonly problem?: string } {
	const { text, problem } = encodePayload([
		revision,
		entries.map(({ id, definition, name, settings }) =>
			settings
				? [id, definition, name, settings]
				: name === definition
					? [id, definition]
					: [id, definition, name],
		),
	]);
	if (text === undefined) return { problem: problem! };
	return text.size() <= LIST_BYTES_MOST ? { text } : { problem: `the list is ${text.size()} bytes serialized` };
}

export function decodeList(text: string): SystemList | undefined {
	const value = decodePayload(text) as [unknown, unknown] | undefined;
	if (!isTable(value)) return undefined;
	const [revision, list] = value as unknown as [unknown, unknown];
	if (!isCount(revision) || !isTable(list)) return undefined;
	const entries = new Array<ListEntry>();
	const ids = new Set<string>();
	for (const item of list as unknown as unknown[]) {
		if (!isTable(item)) return undefined;
		const [id, definition, given, settings] = item as unknown as [unknown, unknown, unknown, unknown];
		const name = given ?? definition;
		if (!isText(id, MODULE_ID_BYTES_MOST) || !isText(definition, PLACE_NAME_BYTES_MOST)) return undefined;
		if (!isText(name, PLACE_NAME_BYTES_MOST) || ids.has(id)) return undefined;
		if (settings !== undefined && !isTable(settings)) return undefined;
		ids.add(id);
		entries.push({ id, definition, name, settings: settings as Settings | undefined });
	}
	return { revision, entries };
}

/** The server that looks after a system has checked its list of this revision. */
export interface Announcement {
	readonly revision: number;
	readonly unmet: ReadonlyArray<UnmetRequirement>;
}

/** More of them than fit are not told. */
const UNMET_MOST = 40;

export function encodeAnnouncement({ revision, unmet }: Announcement): string {
	const told = new Array<string[]>();
	for (const { moduleName, requiredModule, requiredInterface } of unmet)
		if (told.size() < UNMET_MOST) told.push([moduleName, requiredModule, requiredInterface]);
	return textOf([revision, told]);
}

export function decodeAnnouncement(text: string): Announcement | undefined {
	const value = decodePayload(text);
	if (!isTable(value)) return undefined;
	const [revision, list] = value as unknown as [unknown, unknown];
	if (!isCount(revision) || !isTable(list)) return undefined;
	const unmet = new Array<UnmetRequirement>();
	for (const item of list as unknown as unknown[]) {
		if (!isTable(item)) return undefined;
		const [moduleName, requiredModule, requiredInterface] = item as unknown as unknown[];
		if (!isText(moduleName, 100) || !isText(requiredModule, 100) || !isText(requiredInterface, 100))
			return undefined;
		unmet.push({ moduleName, requiredModule, requiredInterface });
	}
	return { revision, unmet };
}

// -- hosts -------------------------------------------------------------------------------------------------------------------------------------

export type HostState = "starting" | "ready" | "idle" | "failed" | "stopping";
const HOST_STATES: ReadonlyArray<HostState> = ["starting", "ready", "idle", "failed", "stopping"];

/** That a server runs a module, since when (its term: later ones are higher), and how that goes. */
export interface HostRecord {
	readonly serverId: string;
	readonly term: number;
	readonly state: HostState;
	/** Why it failed. */
	readonly message: string;
}

export function encodeHost(term: number, state: HostState, message: string): string {
	return textOf([term, state, string.sub(message, 1, MESSAGE_BYTES_MOST)]);
}

export function decodeHost(text: string, serverId: string): HostRecord | undefined {
	const value = decodePayload(text);
	if (!isTable(value)) return undefined;
	const [term, state, message] = value as unknown as [unknown, HostState, unknown];
	if (!isCount(term) || !typeIs(state, "string") || !typeIs(message, "string")) return undefined;
	// However it does there by a newer version's word: that server has it, and nobody else is to start it.
	return { serverId, term, state: HOST_STATES.includes(state) ? state : "starting", message };
}

/** What a server could run, and its share of that. */
export interface Node {
	readonly weight: number;
	readonly definitions: ReadonlySet<string>;
}

export function encodeNode(weight: number, definitions: ReadonlyArray<string>): string {
	return textOf([weight, definitions]);
}

export function decodeNode(text: string): Node | undefined {
	const value = decodePayload(text);
	if (!isTable(value)) return undefined;
	const [weight, names] = value as unknown as [unknown, unknown];
	if (!typeIs(weight, "number") || !(weight >= 0 && weight <= 100) || !isTable(names)) return undefined;
	const definitions = new Set<string>();
	for (const name of names as unknown as unknown[]) {
		if (!isText(name, PLACE_NAME_BYTES_MOST)) return undefined;
		definitions.add(name);
	}
	return { weight, definitions };
}

// -- start-up ----------------------------------------------------------------------------------------------------------------------------------

/** What all servers are to be ready for, by the leader's word: these systems, on so many servers. */
export interface Target {
	readonly version: number;
	/** A hash of who is to be ready. */
	readonly servers: number;
	/** A hash of which systems there are, and in which revision. */
	readonly systems: number;
}

export function encodeTarget({ version, servers, systems }: Target): string {
	return textOf([version, servers, systems]);
}

export function decodeTarget(text: string): Target | undefined {
	const value = decodePayload(text);
	if (!isTable(value)) return undefined;
	const [version, servers, systems] = value as unknown as [unknown, unknown, unknown];
	return isCount(version) && isCount(servers) && isCount(systems) ? { version, servers, systems } : undefined;
}

export function encodeVersion(version: number): string {
	return string.format("%.0f", version);
}

export function decodeVersion(text: string): number | undefined {
	const version = tonumber(text);
	return isCount(version) ? version : undefined;
}

// -- status ------------------------------------------------------------------------------------------------------------------------------------

export type StatusKind = "value" | "signal" | "deleted" | "expired";
const KINDS: { readonly [mark: string]: StatusKind } = { "=": "value", "!": "signal", "-": "deleted", x: "expired" };
const MARKS: { readonly [kind in StatusKind]: string } = { value: "=", signal: "!", deleted: "-", expired: "x" };

/** A module's value. Of two the later holds: that of the higher term, and within a term of the higher revision. */
export interface StatusRecord {
	readonly term: number;
	readonly revision: number;
	readonly kind: StatusKind;
	readonly value: defined | undefined;
	/** The value's text; "" where there is none. */
	readonly text: string;
	/** Whether the definition that this server has allows the value, once that was asked. */
	isAllowed?: boolean;
}

export function encodeStatus(term: number, revision: number, kind: StatusKind, text: string): string {
	return string.format("%.0f %.0f%s%s", term, revision, MARKS[kind], text);
}

export function decodeStatus(text: string): StatusRecord | undefined {
	const [termText, revisionText, mark, rest] = string.match(text, "^(%d+) (%d+)([=!x%-])(.*)$");
	if (termText === undefined) return undefined;
	const [term, revision, kind] = [tonumber(termText), tonumber(revisionText), KINDS[tostring(mark)]!];
	const valueText = tostring(rest);
	if (!isCount(term) || !isCount(revision)) return undefined;
	const hasValue = kind === "value" || kind === "signal";
	const value = hasValue ? decodePayload(valueText) : undefined;
	if (hasValue !== (value !== undefined)) return undefined;
	return { term, revision, kind, value, text: hasValue ? valueText : "" };
}

export function isLater(candidate: StatusRecord, known: StatusRecord): boolean {
	return candidate.term !== known.term ? candidate.term > known.term : candidate.revision > known.revision;
}

/** The keys of a module's values: names of values have no "/" in them. */
export function statusKey(moduleId: string, status: string): string {
	return `${moduleId}/${status}`;
}

export function splitStatusKey(key: string): [moduleId: string, status: string] | undefined {
	const [found, status] = string.match(key, "^(.+)/([^/]+)$");
	if (found === undefined) return undefined;
	const moduleId = tostring(found);
	return moduleId.size() <= MODULE_ID_BYTES_MOST ? [moduleId, tostring(status)] : undefined;
}
