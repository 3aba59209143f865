import type { Scripts } from "./scripts";

/** Tells scripts on the leader what has changed: at once to whoever asked for a property, and once a frame to those that watch an entity, or all. */
export class Observers {
	/** Properties that have changed in this frame, by entity. */
	private changed = new Map<string, Set<string>>();
	private gone = new Set<string>();
	private isScheduled = false;

	constructor(private readonly scripts: Scripts) {}

	public propertyChanged(id: string, component: string, property: string, value: unknown, previous: unknown): void {
		const { scripts } = this;
		const { runtime } = scripts;
		const listeners = component === "" ? runtime.ownerOf(id)?.listeners.get(`changed ${property}`) : undefined;
		if (listeners && scripts.leads()) runtime.callAll("change", listeners, { value, previous }, undefined);
		const isWatched =
			runtime.hears("any changed") || runtime.hears(`watch ${id}`) || runtime.hears("properties changed");
		if (!isWatched) return;
		let names = this.changed.get(id);
		if (!names) {
			names = new Set();
			this.changed.set(id, names);
		}
		if (component === "") names.add(property);
		this.schedule();
	}

	public removed(id: string): void {
		this.changed.delete(id);
		if (!this.scripts.runtime.hears(`watch ${id}`)) return;
		this.gone.add(id);
		this.schedule();
	}

	private schedule(): void {
		if (this.isScheduled) return;
		this.isScheduled = true;
		this.scripts.space.cluster.context.platform.schedule(0, () => this.tell());
	}

	private tell(): void {
		this.isScheduled = false;
		const { changed, gone } = this;
		this.changed = new Map();
		this.gone = new Set();
		const { scripts } = this;
		if (!scripts.leads()) return;
		const { runtime } = scripts;
		const ids = new Array<string>();
		for (const [id] of changed) ids.push(id);
		ids.sort();
		const watched = [...ids];
		for (const id of gone) watched.push(id);
		watched.sort();
		for (const id of ids) {
			const names = [...changed.get(id)!];
			names.sort();
			if (!names.isEmpty()) runtime.whisper([id], "properties changed", names, undefined);
		}
		for (const id of watched) runtime.shout(`watch ${id}`, undefined, undefined);
		if (!ids.isEmpty()) runtime.shout("any changed", ids, undefined);
	}
}
