import { sometimes } from "../diagnostics/situations";
import { StatusRecord } from "./records";
import { Subscriber } from "./subscriber";
import { StatusAbout, StatusReason } from "./types";

/** What a binding follows a value of. */
export interface Target {
	/** Undefined for a module by its id, whatever its place. */
	readonly system: string | undefined;
	/** The name in the system, or the module's id. */
	readonly name: string;
	readonly index: number;
	readonly status: string;
}

/** What there is for a target to see. */
export interface Sight {
	readonly moduleId: string | undefined;
	/** Absent where the value is none that this server's definition allows. */
	readonly record: StatusRecord | undefined;
	readonly isStale: boolean;
}

/**
 * One value of one place, and those who follow it. Each is told the present value once, first, and then every change: what is told depends only on what there is to see
 * now and what was told before, so that nothing older can come after something newer.
 */
export class Binding {
	public moduleId: string | undefined;
	public readonly subscribers = new Array<Subscriber>();
	private record: StatusRecord | undefined;

	constructor(
		public readonly target: Target,
		private readonly look: (target: Target) => Sight,
	) {
		const { moduleId, record } = look(target);
		this.moduleId = moduleId;
		this.record = record;
	}

	/** Something may have changed. Returns whether another module has the place. */
	public refresh(): boolean {
		const { moduleId, record, isStale } = this.look(this.target);
		const isRemapped = moduleId !== this.moduleId;
		if (!isRemapped && record === this.record) return false;
		const former = this.record;
		this.moduleId = moduleId;
		this.record = record;
		if (isRemapped) {
			sometimes("a subscription moves to another module");
			const reason = moduleId === undefined ? "unmapped" : "remapped";
			this.tellAll(record, { Reason: reason, ModuleId: moduleId, Stale: isStale });
			return true;
		}
		// The same record once more with another kind is no change.
		const isSignal = record?.kind === "signal" && record.revision !== former?.revision;
		this.tellAll(record, { Reason: reasonOf(record, isSignal), ModuleId: moduleId, Stale: isStale });
		return false;
	}

	/** Tells a new subscriber what there is, unless it was told something meanwhile. */
	public tellFirst(subscriber: Subscriber): void {
		if (!subscriber.isWaiting) return;
		const { moduleId, record, isStale } = this.look(this.target);
		// What has changed is about to be told to all.
		if (moduleId !== this.moduleId || record !== this.record || record?.value === undefined) return;
		subscriber.tell(record.value, record.text, { Reason: "current", ModuleId: moduleId, Stale: isStale });
	}

	private tellAll(record: StatusRecord | undefined, about: StatusAbout): void {
		const value = record?.value;
		for (const subscriber of [...this.subscribers]) {
			if (value === undefined) {
				if (subscriber.toldText !== undefined) subscriber.tell(undefined, undefined, about);
			} else if (subscriber.isWaiting) subscriber.tell(value, record!.text, { ...about, Reason: "current" });
			else if (record!.text !== subscriber.toldText || about.Reason !== "changed")
				subscriber.tell(value, record!.text, about);
		}
	}
}

function reasonOf(record: StatusRecord | undefined, isSignal: boolean): StatusReason {
	if (!record || record.kind === "deleted") return "deleted";
	if (record.kind === "expired") return "expired";
	return isSignal ? "signalled" : "changed";
}
