import type { ScriptInstance } from "./instance";
import type { Scripts } from "./scripts";

/** Finds what scripts get from each other, and tells them when it is replaced. */
export class Modules {
	private readonly aliases = new Map<string, string>();
	/** Those whose setup runs now, the first first. */
	private readonly path = new Array<ScriptInstance>();
	/** Scripts that failed because there was no entity of this name. */
	private readonly missed = new Map<string, Set<ScriptInstance>>();

	constructor(private readonly scripts: Scripts) {}

	public setAlias(alias: string, entityName: string): void {
		this.aliases.set(alias, entityName);
		this.came(alias);
	}

	/** What `user` gets of the script of an entity: a problem, or what its setup has returned. */
	public use(
		user: ScriptInstance,
		name: string,
		definitionName: string | undefined,
	): { readonly problem?: string; readonly exported?: unknown } {
		const target = this.find(name);
		if (!target) {
			let waiting = this.missed.get(name);
			if (!waiting) {
				waiting = new Set();
				this.missed.set(name, waiting);
			}
			waiting.add(user);
			return { problem: `module not found: "${name}"; there is no entity of this name with a script` };
		}
		if (definitionName !== undefined && target.entity.source() !== definitionName)
			return { problem: `module "${name}" has the script "${target.entity.source()}", not "${definitionName}"` };
		const at = this.path.indexOf(target);
		if (at >= 0) {
			const names = new Array<string>();
			for (const index of $range(at, this.path.size() - 1)) names.push(this.path[index]!.entity.Name);
			names.push(target.entity.Name);
			return { problem: `modules use each other: ${names.join(" -> ")}` };
		}
		if (target.status === "waiting") target.setUp();
		if (target.status !== "running") return { problem: `module "${name}" has failed: ${target.errorText()}` };
		return { exported: target.exports };
	}

	/** Runs a setup; within it, who is used is in the path. */
	public within(instance: ScriptInstance, body: () => void): void {
		this.path.push(instance);
		const [success, problem] = pcall(body);
		assert(this.path.pop() === instance, "setups end in the reverse order of their beginning");
		if (!success) error(problem, 0);
	}

	/** A script is there, another one, or gone. Those that use it hear of it, and those that missed it begin again. */
	public changed(instance: ScriptInstance): void {
		const { runtime } = this.scripts;
		const { Name } = instance.entity;
		const exported = instance.status === "running" ? instance.exports : undefined;
		for (const name of this.namesOf(Name)) {
			const event = `module ${name}`;
			for (const listener of runtime.listenersOf(event))
				runtime.call("module", listener, exported, instance.entity.Id);
		}
		if (instance.status === "running") for (const name of this.namesOf(Name)) this.came(name);
	}

	/** An entity is gone: its script misses nothing any more. */
	public forget(instance: ScriptInstance): void {
		const empty = new Array<string>();
		for (const [name, waiting] of this.missed) {
			waiting.delete(instance);
			if (waiting.isEmpty()) empty.push(name);
		}
		for (const name of empty) this.missed.delete(name);
	}

	private came(name: string): void {
		const waiting = this.missed.get(name);
		if (!waiting) return;
		this.missed.delete(name);
		for (const instance of waiting) if (instance.status === "failed") this.scripts.restart(instance);
	}

	private find(name: string): ScriptInstance | undefined {
		const { space } = this.scripts;
		for (const candidate of [name, this.aliases.get(name)]) {
			if (candidate === undefined) continue;
			for (const entity of space.directory.named(candidate)) {
				const source = entity.source();
				if (source !== undefined && source !== "") return this.scripts.instanceOf(entity);
			}
		}
		return undefined;
	}

	private namesOf(name: string): string[] {
		const names = [name];
		for (const [alias, entityName] of this.aliases) if (entityName === name) names.push(alias);
		names.sort();
		return names;
	}
}
