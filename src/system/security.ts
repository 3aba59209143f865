import { described } from "../diagnostics/errors";
import { Caller } from "./call-types";

/** Who may do more; players have one of these as their level. */
const RANKS: { readonly [level: string]: number } = { user: 1, support: 2, administrator: 3, system: 4 };
const TEXT_BYTES_MOST = 50;

export const SYSTEM_CALLER: Caller = table.freeze({ kind: "system" }) as Caller;

export function levelOf(caller: Caller): string {
	return caller.kind === "player" ? caller.level : caller.kind;
}

/** Whether a caller may call a function that asks for a level; undefined asks for none. A level that is not known here, as of a newer version, nobody has. */
export function mayCall(caller: Caller, required: string | undefined): boolean {
	if (required === undefined || caller.kind === "system") return true;
	const needed = RANKS[required];
	// A player is never the system, whatever his level is called.
	const level = levelOf(caller);
	const rank = level === "system" ? 0 : (RANKS[level] ?? 0);
	return needed !== undefined && rank >= needed;
}

/** What is wrong with a caller, if anything. */
export function checkCaller(caller: unknown): string | undefined {
	if (!typeIs(caller, "table")) return `caller must be a table, but is ${described(caller)}`;
	const { kind, userId, level } = caller as { kind?: unknown; userId?: unknown; level?: unknown };
	if (kind === "system" || kind === "support" || kind === "administrator") return undefined;
	if (kind !== "player")
		return `caller.kind must be "system", "administrator", "support" or "player", but is ${described(kind)}`;
	if (!typeIs(userId, "number") || userId % 1 !== 0)
		return `caller.userId must be a player's UserId, but is ${described(userId)}`;
	if (!typeIs(level, "string") || level.size() > TEXT_BYTES_MOST)
		return `caller.level must be a string of at most ${TEXT_BYTES_MOST} bytes, such as "user", but is ${described(level)}`;
	return undefined;
}

/** The same as a value of its own that nobody can change. */
export function copyCaller(caller: Caller): Caller {
	if (caller.kind !== "player") return table.freeze({ kind: caller.kind }) as Caller;
	return table.freeze({ kind: "player" as const, userId: caller.userId, level: caller.level }) as Caller;
}
