import { Channel } from "../cluster/channel";
import { ServerCluster } from "../cluster/server-cluster";
import { sometimes } from "../diagnostics/situations";
import { arrange } from "./arguments";
import { callError } from "./call-error";
import { CALL_CHANNEL, CallMessage, isCallMessage, Reply, Request } from "./call-messages";
import { CallCause, Caller, CallErrorKind, CallOutcome } from "./call-types";
import { findDefinition } from "./definition";
import { Directory } from "./directory";
import { Dispatcher } from "./dispatcher";
import { levelOf, mayCall } from "./security";
import { AnyParameter } from "./types";
import { encodePayload } from "../wire/payload";

/** How long a request or an answer is repeated until it is confirmed: as long as the longest deadline. */
const LIVE_SECONDS = 60;
/** What a server said last may come after it is known to be gone. */
const LAST_WORDS_SECONDS = 2;
/** A host that does not run the module is asked, then the next one. */
const MOST_HOSTS = 2;

/** What a call is made to. */
export interface Callee {
	readonly name: string;
	/** The module's id; undefined if there is none. */
	find(): string | undefined;
}

interface Call {
	readonly id: number;
	readonly callee: Callee;
	readonly functionName: string;
	readonly given: unknown;
	readonly caller: Caller;
	readonly deadlineSeconds: number;
	readonly resolve: (value: unknown) => void;
	readonly reject: (reason: unknown) => void;
	cancelDeadline: (() => void) | undefined;
	/** Known once the call has been checked. */
	moduleId: string | undefined;
	args: object | undefined;
	/** The server that was asked, while its answer is not there. */
	asked: string | undefined;
	/** How many were asked. */
	hosts: number;
	/** Which host has said that it does not run the module, by its term. */
	refusedTerm: number | undefined;
}

/** Calls that this server makes. Each settles once, at its deadline at the latest. */
export class Calls {
	public made = 0;
	public failed = 0;
	public lateReplies = 0;
	private readonly channel: Channel<CallMessage>;
	private readonly calls = new Map<number, Call>();
	/** Calls that cannot be checked yet: who calls is not told yet what there is. */
	private unchecked = new Array<Call>();
	/** Checked calls that have no answer, by module. */
	private readonly byModule = new Map<string, Call[]>();
	private isClosed = false;

	constructor(
		private readonly cluster: ServerCluster,
		private readonly directory: Directory,
		private readonly dispatcher: Dispatcher,
	) {
		this.channel = cluster.ownChannel<CallMessage>(CALL_CHANNEL, {
			validate: isCallMessage,
			timeToLiveSeconds: LIVE_SECONDS,
		});
		this.channel.Received.Connect((message, sender) => this.receive(message, sender));
		cluster.ServerLeft.Connect(({ ServerId }) => this.serverLeft(ServerId));
	}

	public call(
		callee: Callee,
		functionName: string,
		given: unknown,
		caller: Caller,
		deadlineSeconds: number,
	): Promise<unknown> {
		this.made += 1;
		const id = this.made;
		return new Promise((resolve, reject) => {
			const call: Call = {
				id,
				callee,
				functionName,
				given,
				caller,
				deadlineSeconds,
				resolve,
				reject,
				cancelDeadline: undefined,
				moduleId: undefined,
				args: undefined,
				asked: undefined,
				hosts: 0,
				refusedTerm: undefined,
			};
			this.calls.set(id, call);
			call.cancelDeadline = this.cluster.context.platform.schedule(deadlineSeconds, () => this.expire(call));
			if (this.check(call)) this.route(call);
			else if (this.calls.has(id)) this.unchecked.push(call);
		});
	}

	/** A host has come, gone or said something new; or its module's place has changed. */
	public moduleChanged(moduleId: string): void {
		for (const call of [...(this.byModule.get(moduleId) ?? [])]) if (call.asked === undefined) this.route(call);
	}

	/** More may be known than before. */
	public progressed(): void {
		if (this.unchecked.isEmpty()) return;
		const { unchecked } = this;
		this.unchecked = [];
		for (const call of unchecked) {
			if (!this.calls.has(call.id)) continue;
			if (this.check(call)) this.route(call);
			else if (this.calls.has(call.id)) this.unchecked.push(call);
		}
	}

	/** Nothing will be answered any more. */
	public close(): void {
		this.isClosed = true;
		for (const [, call] of this.calls) {
			if (call.asked === undefined) this.fail(call, "closed", "notRun", "this server has left the cluster");
			else this.fail(call, "hostLost", "unknown", "this server has left the cluster before the answer came");
		}
	}

	/** Finds the module and checks the call. False if that cannot be done yet, or the call has failed. */
	private check(call: Call): boolean {
		const { directory, cluster } = this;
		if (this.isClosed || cluster.hasLeft()) {
			this.fail(call, "closed", "notRun", "this server has left the cluster; call before Close()");
			return false;
		}
		const moduleId = call.callee.find();
		const known = moduleId === undefined ? undefined : directory.modules.get(moduleId);
		if (moduleId === undefined || !known) {
			if (cluster.context.isSynced()) this.fail(call, "module", "notRun", "there is no such module");
			return false;
		}
		const { definition } = known.entry;
		const metadata = directory.metadataOf(definition);
		if (!metadata) return false;
		const { functionName } = call;
		const knownFunction = metadata.Functions[functionName];
		if (!knownFunction) {
			const names = new Array<string>();
			for (const [name] of pairs(metadata.Functions)) names.push(name as string);
			names.sort((left, right) => left < right);
			const there = names.isEmpty() ? "no functions" : names.join(", ");
			this.fail(call, "function", "notRun", `undefined function; ${definition} has ${there}`);
			return false;
		}
		const specified = findDefinition(cluster.context.platform.attachments, definition)?.Functions[functionName];
		const { named, problem } = arrange(
			call.given,
			knownFunction,
			specified?.Parameters as ReadonlyArray<AnyParameter> | undefined,
		);
		if (!named) {
			this.fail(call, "arguments", "notRun", problem!);
			return false;
		}
		if (!mayCall(call.caller, knownFunction.Security)) {
			const text = `it is for ${knownFunction.Security}, and the caller is ${levelOf(call.caller)}`;
			this.fail(call, "denied", "notRun", text);
			return false;
		}
		const request: Request = { k: "call", i: call.id, m: moduleId, f: functionName, a: named, c: call.caller };
		const { problem: tooLarge } = encodePayload(request);
		if (tooLarge !== undefined) {
			this.fail(call, "arguments", "notRun", tooLarge);
			return false;
		}
		call.moduleId = moduleId;
		call.args = named;
		const others = this.byModule.get(moduleId);
		if (others) others.push(call);
		else this.byModule.set(moduleId, [call]);
		return true;
	}

	/** Asks the server that runs the module; waits if there is none. */
	private route(call: Call): void {
		const { directory, cluster } = this;
		const record = directory.hostOf(call.moduleId!);
		if (!record || record.state === "stopping" || record.term === call.refusedTerm) return;
		if (record.state === "failed") {
			this.fail(call, "notRunning", "notRun", `the module could not be started: ${record.message}`);
			return;
		}
		assert(call.hosts < MOST_HOSTS, "a call is made once, and once more to a new host");
		call.hosts += 1;
		call.asked = record.serverId;
		const request: Request = {
			k: "call",
			i: call.id,
			m: call.moduleId!,
			f: call.functionName,
			a: call.args!,
			c: call.caller,
		};
		call.refusedTerm = record.term;
		if (record.serverId === cluster.ServerId) {
			this.dispatcher.handle(request, cluster.ServerId, (reply) => this.answered(reply, cluster.ServerId));
			return;
		}
		this.channel.Send(record.serverId, request).then((sent) => {
			if (sent === "gone") this.serverLeft(record.serverId);
		});
	}

	private receive(message: CallMessage, sender: string): void {
		if (message.k === "call") {
			this.dispatcher.handle(message, sender, (reply) => {
				if (!this.cluster.hasLeft()) this.channel.Send(sender, reply);
			});
		} else this.answered(message, sender);
	}

	private answered(reply: Reply, sender: string): void {
		const call = this.calls.get(reply.i);
		if (!call || call.asked !== sender) {
			if (reply.i <= this.made) this.lateReplies += 1;
			return;
		}
		if (reply.k === "result") {
			this.settle(call);
			call.resolve(reply.v);
		} else if (reply.k === "elsewhere") {
			sometimes("a call goes to the next host");
			call.asked = undefined;
			if (call.hosts < MOST_HOSTS) this.route(call);
			else
				this.fail(call, "routing", "notRun", "neither the server that ran the module nor the next one runs it");
		} else {
			const isRun = reply.e === "failed" || reply.e === "result";
			const text = reply.e === "failed" ? `it failed: ${reply.t}` : reply.t!;
			this.fail(call, reply.e!, isRun ? "ran" : "notRun", text, reply.c, reply.s);
		}
	}

	/** Who was asked is gone: whether it ran the function nobody knows. */
	private serverLeft(serverId: string): void {
		const due = new Array<Call>();
		for (const [, call] of this.calls) if (call.asked === serverId) due.push(call);
		if (due.isEmpty()) return;
		this.cluster.context.platform.schedule(LAST_WORDS_SECONDS, () => {
			for (const call of due) {
				if (!this.calls.has(call.id) || call.asked !== serverId) continue;
				sometimes("a call whose outcome nobody knows");
				this.fail(call, "hostLost", "unknown", "the server that was asked is gone; it may have run");
			}
		});
	}

	private expire(call: Call): void {
		const outcome = call.asked === undefined ? "notRun" : "unknown";
		const after = `after ${string.format("%g", call.deadlineSeconds)} s`;
		const text =
			outcome === "unknown"
				? `no answer ${after}; it may have run`
				: call.moduleId === undefined
					? `still not known what it is ${after}`
					: `no server runs the module ${after}`;
		this.fail(call, "timeout", outcome, text);
	}

	private fail(
		call: Call,
		kind: CallErrorKind,
		outcome: CallOutcome,
		text: string,
		cause?: CallCause,
		trace?: string,
	): void {
		this.settle(call);
		this.failed += 1;
		const { name: moduleName } = call.callee;
		const { functionName } = call;
		const message = `[net-server-sync] ${moduleName}.${functionName}: ${text}`;
		const isFailure = kind === "failed";
		const filled = isFailure ? (cause ?? { kind: "error", message: text }) : undefined;
		call.reject(
			callError({
				kind,
				outcome,
				message,
				moduleName,
				functionName,
				cause: filled,
				trace: isFailure ? (trace ?? "") : undefined,
			}),
		);
	}

	private settle(call: Call): void {
		assert(this.calls.has(call.id), "a call settles once");
		this.calls.delete(call.id);
		call.cancelDeadline?.();
		if (call.moduleId === undefined) return;
		const others = this.byModule.get(call.moduleId);
		const at = others ? others.indexOf(call) : -1;
		if (others && at >= 0) others.remove(at);
		if (others && others.isEmpty()) this.byModule.delete(call.moduleId);
	}
}
