import { Context } from "../cluster/context";
import { sometimes } from "../diagnostics/situations";
import { isUtf8 } from "../wire/text";
import { encodePayload } from "../wire/payload";
import { checkTypes, NamedArguments, withDefaults } from "./arguments";
import { causeOf } from "./call-error";
import { Reply, Request, shortened } from "./call-messages";
import { Hosted } from "./hosted";
import { Hosting } from "./hosting";
import { accepts } from "./labels";
import { belongTo, Errand, onBehalf } from "./on-behalf";
import { levelOf, mayCall } from "./security";
import { SeenRequests } from "./seen-requests";
import { AnyParameter } from "./types";

interface Thrown {
	readonly problem: unknown;
	readonly trace: string;
}

function caught(problem: unknown): Thrown {
	return { problem, trace: debug.traceback(undefined, 2) };
}

/** Runs functions of the modules that this server runs, whoever asks. Whether that may be is decided here, and nowhere else counts. */
export class Dispatcher {
	public requests = 0;
	public duplicates = 0;
	private readonly seen = new SeenRequests();

	constructor(
		private readonly context: Context,
		private readonly hosting: Hosting,
	) {}

	/** A request has come. `reply` is called once, unless it is a copy of one that has come already. */
	public handle(request: Request, from: string, reply: (reply: Reply) => void): void {
		this.requests += 1;
		if (!this.seen.note(`${from} ${request.i}`, this.context.now())) {
			sometimes("a request that came again");
			this.duplicates += 1;
			return;
		}
		const elsewhere = (): void => reply({ k: "elsewhere", i: request.i });
		const hosted = this.hosting.find(request.m);
		if (!hosted || !hosted.isValid()) {
			sometimes("a request for a module that runs elsewhere");
			elsewhere();
			return;
		}
		const isTaken = hosted.whenSettled(() => {
			if (!hosted.isValid()) elsewhere();
			else if (hosted.state === "failed")
				reply(refusal(request, "notRunning", `the module could not be started: ${hosted.message}`));
			else this.run(hosted, request, reply);
		});
		if (!isTaken) reply(refusal(request, "notRunning", "too many calls wait for the module to start"));
	}

	private run(hosted: Hosted, request: Request, reply: (reply: Reply) => void): void {
		const { definition } = hosted;
		const spec = definition.Functions[request.f];
		const known = definition.metadata.Functions[request.f];
		const body = hosted.body(request.f);
		if (!spec || !known || !body) {
			reply(
				refusal(
					request,
					"function",
					`${definition.Name} has no function "${request.f}" on the server that runs it`,
				),
			);
			return;
		}
		if (!mayCall(request.c, known.Security)) {
			const level = levelOf(request.c);
			reply(refusal(request, "denied", `it is for ${known.Security}, and the caller is ${level}`));
			return;
		}
		const parameters = spec.Parameters as ReadonlyArray<AnyParameter>;
		const given = request.a as NamedArguments;
		const wrong = missing(given, parameters) ?? checkTypes(given, known.Parameters, parameters);
		if (wrong !== undefined) {
			reply(refusal(request, "arguments", wrong));
			return;
		}
		const args = withDefaults(given, parameters);
		const errand: Errand = { caller: request.c, isOver: false };
		const leave = hosted.enter();
		const finish = (said: Reply): void => {
			errand.isOver = true;
			leave();
			reply(said);
		};
		const { platform } = this.context;
		onBehalf(errand, () =>
			platform.spawn(() => {
				belongTo(errand);
				const [success, result] = xpcall(() => body(args, request.c), caught);
				if (!success) finish(this.failure(request, result as Thrown));
				else if (Promise.is(result)) {
					(result as Promise<unknown>).then(
						(value) => finish(this.success(request, value, spec.Returns)),
						(problem) => finish(this.failure(request, { problem, trace: "" })),
					);
				} else finish(this.success(request, result, spec.Returns));
			}),
		);
	}

	private success(request: Request, value: unknown, returns: unknown): Reply {
		const { i } = request;
		if (returns !== undefined && !accepts(returns, value))
			return refusal(request, "result", "it returned what its definition does not allow");
		if (value === undefined) return { k: "result", i };
		const { problem } = encodePayload({ k: "result", i, v: value });
		if (problem === undefined) return { k: "result", i, v: value as defined };
		this.context.log.debug(`what ${request.f} of module "${request.m}" returned cannot be sent: ${problem}`);
		return { k: "result", i };
	}

	private failure(request: Request, { problem, trace }: Thrown): Reply {
		const cause = causeOf(problem);
		const message = sendable(cause.message);
		this.context.log.debug(`${request.f} of module "${request.m}" failed: ${message}`);
		return {
			k: "error",
			i: request.i,
			e: "failed",
			t: message,
			c: { ...cause, kind: sendable(cause.kind), message },
			s: sendable(trace),
		};
	}
}

function refusal(request: Request, kind: NonNullable<Reply["e"]>, message: string): Reply {
	return { k: "error", i: request.i, e: kind, t: shortened(message) };
}

function sendable(text: string): string {
	return isUtf8(text) ? shortened(text) : "(not valid UTF-8)";
}

function missing(given: NamedArguments, parameters: ReadonlyArray<AnyParameter>): string | undefined {
	for (const { Name, Optional } of parameters)
		if (!Optional && given[Name] === undefined) return `"${Name}" is missing`;
	for (const [name] of pairs(given)) {
		if (!parameters.some(({ Name }) => Name === name)) return `it has no parameter "${name}" there`;
	}
	return undefined;
}
