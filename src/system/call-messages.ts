import { CallCause, Caller } from "./call-types";
import { checkCaller } from "./security";

/** What servers say to each other about calls. Anybody can say anything: whatever is not as it must be is dropped. */

export const CALL_CHANNEL = "net-server-sync/systems";
const TEXT_BYTES_MOST = 2000;

/** Asks the host of a module to run a function. */
export interface Request {
	readonly k: "call";
	/** The caller's number for it: it runs at most once. */
	readonly i: number;
	readonly m: string;
	readonly f: string;
	readonly a: object;
	readonly c: Caller;
}

/** What came of it. */
export interface Reply {
	/** result: `v`; error: `e` and `t`; elsewhere: nothing was done, because the module does not run there. */
	readonly k: "result" | "error" | "elsewhere";
	readonly i: number;
	readonly v?: defined;
	readonly e?: "function" | "arguments" | "denied" | "notRunning" | "failed" | "result";
	readonly t?: string;
	readonly c?: CallCause;
	/** Where it failed. */
	readonly s?: string;
}

export type CallMessage = Request | Reply;

const ERRORS = ["function", "arguments", "denied", "notRunning", "failed", "result"];

export function shortened(text: string): string {
	if (text.size() <= TEXT_BYTES_MOST) return text;
	let last = TEXT_BYTES_MOST;
	// Not in the middle of a character.
	while (last > 0 && bit32.band(string.byte(text, last + 1)[0] ?? 0, 0xc0) === 0x80) last -= 1;
	return string.sub(text, 1, last);
}

export function isCallMessage(value: unknown): value is CallMessage {
	if (typeOf(value) !== "table") return false;
	const { k, i, m, f, a, c, e, t, s } = value as { readonly [key: string]: unknown };
	if (!typeIs(i, "number") || i % 1 !== 0 || i < 1) return false;
	if (k === "call")
		return typeIs(m, "string") && typeIs(f, "string") && typeOf(a) === "table" && checkCaller(c) === undefined;
	if (k === "result" || k === "elsewhere") return true;
	return (
		k === "error" &&
		ERRORS.includes(e as string) &&
		typeIs(t, "string") &&
		(s === undefined || typeIs(s, "string")) &&
		(c === undefined || isCause(c))
	);
}

function isCause(value: unknown): boolean {
	if (typeOf(value) !== "table") return false;
	const { kind, message, code } = value as { readonly [key: string]: unknown };
	const isCode = code === undefined || typeIs(code, "string") || typeIs(code, "number");
	return typeIs(kind, "string") && typeIs(message, "string") && isCode;
}
