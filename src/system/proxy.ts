import { described, fail } from "../diagnostics/errors";
import { CallOptions } from "./call-types";
import { SettledCallOptions, settleCallOptions } from "./call-options";
import { Callee } from "./calls";
import { toJson } from "./json";
import { Owner } from "./owner";
import { StatusCallback } from "./subscriber";
import type { SystemsOfServer } from "./systems";
import { AnyModule, ModuleMetadata, ModuleProxy, ModuleState, SubscriptionOwner } from "./types";

/** A place in a system, or with no system a module by its id. */
export class Proxy implements ModuleProxy<AnyModule>, Callee {
	public readonly Name: string;
	public readonly name: string;

	constructor(
		private readonly systems: SystemsOfServer,
		private readonly system: string | undefined,
		private readonly place: string,
		private readonly index: number,
	) {
		this.Name = system === undefined ? place : `${place}_${index}`;
		this.name = system === undefined ? `module "${place}"` : `${this.Name} of system "${system}"`;
	}

	// Hot: asked for each look-up.
	public GetId(): string | undefined {
		const { directory } = this.systems;
		if (this.system === undefined) return directory.modules.has(this.place) ? this.place : undefined;
		const placed = directory.indexes.get(this.system)?.at(this.place, this.index);
		return placed && placed.id;
	}

	/** @internal */
	public find(): string | undefined {
		return this.GetId();
	}

	public Exists(): boolean {
		return this.GetId() !== undefined;
	}

	public GetMetadata(): ModuleMetadata | undefined {
		const definition = this.definition();
		return definition === undefined ? undefined : this.systems.directory.metadataOf(definition);
	}

	public Implements(wanted: string): boolean {
		const metadata = this.GetMetadata();
		if (!metadata) return false;
		return metadata.Implements.includes(wanted) || metadata.Functions[wanted] !== undefined;
	}

	public GetState(): ModuleState {
		const id = this.GetId();
		if (id === undefined) return "absent";
		const record = this.systems.directory.hostOf(id);
		return !record || record.state === "stopping" ? "waiting" : record.state;
	}

	public GetHost(): string | undefined {
		const id = this.GetId();
		const record = id === undefined ? undefined : this.systems.directory.hostOf(id);
		return record && record.state !== "failed" ? record.serverId : undefined;
	}

	public Call(functionName: string, args: object, options?: CallOptions): Promise<unknown> {
		const label = `${this.name}.${functionName}`;
		if (!typeIs(functionName, "string"))
			fail(`${this.name}: Call takes a function's name, but got ${described(functionName)}`);
		const settled = settleCallOptions(label, options);
		if (typeIs(settled, "string")) fail(settled);
		return this.callAs(functionName, args, settled);
	}

	/** @internal */
	public callAs(
		functionName: string,
		args: unknown,
		{ caller, deadlineSeconds }: SettledCallOptions,
	): Promise<unknown> {
		return this.systems.calls.call(this, functionName, args, caller, deadlineSeconds);
	}

	public Subscribe(status: string, callback: StatusCallback, owner?: SubscriptionOwner): () => void {
		if (!typeIs(status, "string"))
			fail(`${this.name}: Subscribe takes a status's name, but got ${described(status)}`);
		if (!typeIs(callback, "function"))
			fail(`${this.name}: Subscribe takes a function as its callback, but got ${described(callback)}`);
		if (owner !== undefined && !(owner instanceof Owner))
			fail(`${this.name}: the owner must be made by SubscriptionOwner, but is ${described(owner)}`);
		if (owner?.IsTerminated())
			fail(`${this.name}: the owner of the subscription has been terminated; make a new one`);
		const wrong = this.unknownText(status);
		if (wrong !== undefined) fail(wrong);
		const target = { system: this.system, name: this.place, index: this.index, status };
		return this.systems.subscriptions.subscribe(target, callback, owner);
	}

	public Get(status: string): defined {
		const value = this.TryGet(status);
		if (value === undefined) {
			const there = this.Exists() ? `it has no value of "${status}"` : "there is no such module";
			fail(`${this.name}: ${there}; use TryGet, or Subscribe`);
		}
		return value;
	}

	public TryGet(status: string): defined | undefined {
		const id = this.GetId();
		return id === undefined ? undefined : this.systems.recordOf(id, status)?.value;
	}

	public TryGetJson(status: string): string | undefined {
		const value = this.TryGet(status);
		return value === undefined ? undefined : toJson(value);
	}

	public GetStatusNames(): string[] {
		const id = this.GetId();
		if (id === undefined) return [];
		const names = this.systems.directory.status.names(id);
		return names.filter((name) => this.systems.recordOf(id, name)?.value !== undefined);
	}

	public IsStale(status: string): boolean {
		const id = this.GetId();
		const record = id === undefined ? undefined : this.systems.recordOf(id, status);
		return record?.value !== undefined && this.systems.directory.status.isStale(id!, record);
	}

	private definition(): string | undefined {
		const id = this.GetId();
		if (id === undefined) return undefined;
		const { directory } = this.systems;
		// In this system; it may be said to be something else in another one.
		const placed = this.system === undefined ? undefined : directory.indexes.get(this.system)?.of(id);
		return (placed ?? directory.modules.get(id)?.entry)?.definition;
	}

	/** What is known of the module says that it never has such a value. */
	private unknownText(status: string): string | undefined {
		const metadata = this.GetMetadata();
		if (!metadata || metadata.Status[status] !== undefined) return undefined;
		return `${this.name}: ${metadata.Name} has no status "${status}"; see GetMetadata().Status`;
	}
}
