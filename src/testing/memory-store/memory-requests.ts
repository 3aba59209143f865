import { LimitMeter } from "../cloud-statistics";
import { draw, drawBetween, mix } from "../random";
import { ScheduledItem, Scheduler } from "../scheduler";
import { Trace } from "../trace";
import { MemoryLink } from "./memory-link";
import { DEFAULT_MEMORY_FAULTS, MemoryFaults, SettledMemoryRules } from "./memory-options";
import { MemoryCounters } from "./memory-statistics";
import { MemoryApi, MemoryStatus, isFailure, isOverRequests, statusNumber } from "./status";
import { Structure } from "./structure";

/** The numbers of the draws of one request: each fault has its own, so that faults do not disturb each other. */
export const enum MemoryDraw {
	Seconds = 1,
	Error,
	ErrorEffect,
	Hang,
	HangEffect,
	Conflict,
	Expiry,
	Stale,
	StaleSeconds,
	ShortLived,
	ReadingId,
}

/** What the service made of a request. */
export interface Performed {
	readonly status: MemoryStatus;
	readonly result?: unknown;
	/** Request units, if other than what was expected. */
	readonly units?: number;
}

export interface MemoryCall {
	readonly link: MemoryLink;
	readonly api: MemoryApi;
	readonly structure: Structure;
	readonly partition: number;
	/** Key of the draws of this request. */
	readonly key: number;
	/** Request units, unless the service finds out that it is other. */
	readonly units: number;
	/** What the service does, at the moment when it does. */
	readonly perform: (nowSeconds: number) => Performed;
	/** Gets the status and the result, as code of the server. */
	readonly answered: (status: MemoryStatus, result: unknown) => void;
}

interface MemoryRequest extends ScheduledItem {
	readonly call: MemoryCall;
	/** Gets nowhere. */
	lost: boolean;
	/** Is answered with InternalError, whatever comes of it. */
	failed: boolean;
	status: MemoryStatus;
	result: unknown;
}

/** The key of the draws of one request of a call. */
export function requestKey(callKey: number, step: number): number {
	return mix(callKey, step);
}

/** The way from the servers to the service and back: latency, faults, and what requests cost. */
export class MemoryRequests {
	readonly counters = new MemoryCounters();
	readonly statuses = new Map<MemoryStatus, number>();
	readonly meter = new LimitMeter();
	faults = DEFAULT_MEMORY_FAULTS;

	constructor(
		private readonly scheduler: Scheduler,
		readonly rules: SettledMemoryRules,
		private readonly trace: Trace,
	) {}

	setFaults(faults: MemoryFaults): void {
		this.faults = { ...this.faults, ...faults };
	}

	now(): number {
		return this.scheduler.now();
	}

	/** Runs `callback` as code of that server, then or as soon as it can, if the server still is. */
	later(link: MemoryLink, timeSeconds: number, callback: () => void): void {
		this.scheduler.post(
			timeSeconds,
			() => {
				if (link.attached) link.enter(callback, undefined);
			},
			{},
		);
	}

	/** Answers without asking the service: nothing is charged. */
	refuse(link: MemoryLink, status: MemoryStatus, answered: MemoryCall["answered"]): void {
		if (!link.attached) return;
		this.count(status);
		const now = this.scheduler.now();
		this.trace.addSeconds(now);
		this.trace.add(statusNumber(status));
		this.later(link, now, () => answered(status, undefined));
	}

	/** Sends a request to the service. It goes its way also when the server ends; the answer then does not. */
	send(call: MemoryCall): void {
		const { link, key } = call;
		if (!link.attached) return;
		const now = this.scheduler.now();
		const refusal = this.refuseAtServer(link, now);
		if (refusal !== undefined) return this.refuse(link, refusal, call.answered);
		const { faults } = this;
		const request: MemoryRequest = { call, lost: false, failed: false, status: "Success", result: undefined };
		const seconds = drawBetween(key, MemoryDraw.Seconds, faults.memorySeconds);
		let answerSeconds = seconds;
		if (draw(key, MemoryDraw.Hang) < faults.memoryHangs) {
			request.failed = true;
			request.lost = draw(key, MemoryDraw.HangEffect) < 0.5;
			answerSeconds = math.max(seconds, faults.memoryHangSeconds);
		} else if (draw(key, MemoryDraw.Error) < faults.memoryErrors) {
			request.failed = true;
			request.lost = draw(key, MemoryDraw.ErrorEffect) >= faults.memoryErrorsAfterEffect;
		}
		this.scheduler.post(now + seconds / 2, this.arrive, request);
		if (answerSeconds < math.huge) this.scheduler.post(now + answerSeconds, this.answer, request);
	}

	private refuseAtServer(link: MemoryLink, nowSeconds: number): MemoryStatus | undefined {
		if (link.access === "client") return "InvalidClientAccess";
		if (link.access === "unpublished") return "UnpublishedPlace";
		return nowSeconds < (link.throttledUntilSeconds ?? 0) ? "RequestThrottled" : undefined;
	}

	/** The service has the request. Hot: once per request. */
	private readonly arrive = (request: MemoryRequest): void => {
		const { call, lost, failed } = request;
		const { trace, counters } = this;
		const { realm } = call.link;
		const now = this.scheduler.now();
		counters.requests += 1;
		realm.expire(now);
		const users = realm.noteUsers(now);
		const performed = this.perform(call, lost, users, now);
		request.status = performed.status;
		request.result = performed.result;
		const units = this.charge(call, performed, users, now);
		if (failed) {
			counters.failedByFault += 1;
			if (!isFailure(performed.status)) counters.appliedButFailed += 1;
			request.status = "InternalError";
			request.result = undefined;
		}
		this.count(request.status);
		trace.addSeconds(now);
		trace.add(call.key);
		trace.add(statusNumber(request.status));
		trace.add(units);
		trace.add(realm.bytes);
	};

	private perform(call: MemoryCall, lost: boolean, users: number, nowSeconds: number): Performed {
		const { link, structure, partition } = call;
		if (link.access === "denied") return { status: "AccessDenied" };
		const refusal = link.realm.limits.refuse(structure, partition, users, nowSeconds);
		if (refusal !== undefined) return { status: refusal };
		return lost ? { status: "InternalError" } : call.perform(nowSeconds);
	}

	/** The request units that a request costs, now charged. */
	private charge(call: MemoryCall, performed: Performed, users: number, nowSeconds: number): number {
		const { status } = performed;
		if (status === "AccessDenied" || (isFailure(status) && !this.rules.memoryFailuresCost)) return 0;
		const { realm } = call.link;
		const units = performed.units ?? call.units;
		realm.limits.countRequest(call.partition, nowSeconds);
		realm.limits.charge(call.structure, units, users, nowSeconds);
		this.counters.units += units;
		return units;
	}

	private readonly answer = (request: MemoryRequest): void => {
		const { call, status } = request;
		const { link } = call;
		if (!link.attached) return;
		this.trace.addSeconds(this.scheduler.now());
		this.trace.add(call.key);
		if (isOverRequests(status)) {
			link.throttledUntilSeconds = this.scheduler.now() + this.rules.memoryThrottleSeconds;
		}
		link.enter(this.deliver, request);
	};

	private readonly deliver = (request: MemoryRequest): void => {
		request.call.answered(request.status, request.result);
	};

	private count(status: MemoryStatus): void {
		this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
	}
}
