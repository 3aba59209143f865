import { isUtf8 } from "../wire/text";
import { CallCause, CallError, CallErrorKind, CallOutcome } from "./call-types";

interface Fields {
	readonly kind: CallErrorKind;
	readonly outcome: CallOutcome;
	readonly message: string;
	readonly moduleName: string;
	readonly functionName: string;
	readonly cause?: CallCause | undefined;
	readonly trace?: string | undefined;
}

/** What calls are rejected with. Its text is its message, so that `warn` shows what happened. */
class Failure {
	public readonly kind: CallErrorKind;
	public readonly outcome: CallOutcome;
	public readonly message: string;
	public readonly moduleName: string;
	public readonly functionName: string;
	public readonly cause?: CallCause;
	public readonly trace?: string;

	constructor(fields: Fields) {
		this.kind = fields.kind;
		this.outcome = fields.outcome;
		this.message = fields.message;
		this.moduleName = fields.moduleName;
		this.functionName = fields.functionName;
		if (fields.cause) this.cause = fields.cause;
		if (fields.trace !== undefined) this.trace = fields.trace;
	}

	public toString(): string {
		return this.message;
	}
}

export function callError(fields: Fields): CallError {
	return table.freeze(new Failure(fields)) as unknown as CallError;
}

/** What a function threw: tables with a `kind` and a `message` keep them. */
export function causeOf(thrown: unknown): CallCause {
	if (typeIs(thrown, "table")) {
		const { kind, message, code } = thrown as { kind?: unknown; message?: unknown; code?: unknown };
		if (typeIs(message, "string") || typeIs(kind, "string")) {
			const cause = {
				kind: typeIs(kind, "string") ? kind : "error",
				message: typeIs(message, "string") ? message : tostring(thrown),
			};
			const isCode = (typeIs(code, "string") && isUtf8(code)) || (typeIs(code, "number") && code === code);
			return isCode ? { ...cause, code } : cause;
		}
	}
	return { kind: "error", message: tostring(thrown) };
}
