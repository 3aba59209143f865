/** On whose behalf a function is called. "system" is the game's own code, and may do everything. */
export type Caller =
	| { readonly kind: "system" | "support" | "administrator" }
	| { readonly kind: "player"; readonly userId: number; readonly level: string };

/** Whether the function's body has run: "unknown" where the host was asked and its answer did not come. */
export type CallOutcome = "notRun" | "ran" | "unknown";

/** What a function threw, or its promise was rejected with, as far as it can be told. */
export interface CallCause {
	/** The `kind` of what was thrown, where that is a table that has one; "error" otherwise. */
	readonly kind: string;
	/** What was thrown, as text. */
	readonly message: string;
	/** The `code` of what was thrown, if it has one. */
	readonly code?: string | number;
}

/** What all errors of calls have. They read as their message, also in `warn` and `tostring`. */
interface CallFailure {
	readonly message: string;
	/** As it was asked for: "Display_3", or the module's id. */
	readonly moduleName: string;
	readonly functionName: string;
}

/**
 * Why a call did not succeed. Nothing was run ("notRun") where
 * "module": there is no such module; "function": it has no such function; "arguments": they do not fit; "denied": the caller may not;
 * "notRunning": the module could not be started; "routing": the server that was asked does not run it, nor did the next one; "closed": this server has left.
 * It did run where "failed": the function threw, see `cause`; "result": it returned what it should not.
 * Whether it ran is not known where "hostLost": the server that runs it is gone since it was asked. "timeout": no answer by the deadline; `outcome` tells which.
 */
export type CallError = CallFailure &
	(
		| {
				readonly kind: "module" | "function" | "arguments" | "denied" | "notRunning" | "routing" | "closed";
				readonly outcome: "notRun";
		  }
		| { readonly kind: "result"; readonly outcome: "ran" }
		| { readonly kind: "failed"; readonly outcome: "ran"; readonly cause: CallCause; readonly trace: string }
		| { readonly kind: "hostLost"; readonly outcome: "unknown" }
		| { readonly kind: "timeout"; readonly outcome: "notRun" | "unknown" }
	);

/** The reasons for which a call does not succeed; see {@link CallError}. */
export type CallErrorKind = CallError["kind"];

/** How a call is made; all optional. */
export interface CallOptions {
	/** The promise settles after so many seconds at the latest. 0.1 to 60; default 10. */
	readonly deadlineSeconds?: number;
	/** On whose behalf; default the caller of the function that is making this call, as far as that can be told, and otherwise "system". */
	readonly caller?: Caller;
}

/** What came of calling one of several modules. */
export type CallResult<T> =
	| { readonly moduleName: string; readonly success: true; readonly value: T }
	| { readonly moduleName: string; readonly success: false; readonly error: CallError };
