import { Handler, Listener } from "./listener";
import type { Owner } from "./owner";

const NOBODY: ReadonlyArray<Listener> = [];

/** The listeners of one event. */
interface Audience {
	/** In order, but for those added since; whoever walks through it holds on to it, so that it is only ever appended to. */
	list: Listener[];
	/** Removed ones are in it, or it is out of order. */
	isDirty: boolean;
	live: number;
}

/** Who listens to what, in the order of the owners' ids: a shout costs what its listeners cost, however many entities there are. */
export class ListenerIndex {
	private readonly audiences = new Map<string, Audience>();
	private lastOrder = 0;

	/** The listeners of an event, in order; those that are not active are to be skipped. Later changes do not change what is returned here, but for additions at its end. */
	public of(event: string): ReadonlyArray<Listener> {
		const audience = this.audiences.get(event);
		if (!audience) return NOBODY;
		if (audience.isDirty) {
			audience.list = audience.list.filter((listener) => !listener.removed);
			audience.list.sort(isBefore);
			audience.isDirty = false;
		}
		return audience.list;
	}

	/** Adds a listener; the same function again, for the same event of the same owner, is the same listener. */
	public add(owner: Owner, event: string, handler: Handler): Listener {
		assert(!owner.dead, "the dead do not listen");
		let own = owner.listeners.get(event);
		if (!own) {
			own = [];
			owner.listeners.set(event, own);
		}
		const known = own.find((listener) => listener.handler === handler && listener.event === event);
		if (known) return known;
		const listener = this.make(owner, event, handler);
		// While another one speaks for the owner, this one waits.
		if (own.some((other) => other.event === overriding(event))) this.shadow(listener, true);
		own.push(listener);
		this.insert(event, listener);
		return listener;
	}

	/** Has a function called in place of the owner's listeners; undefined takes that back. */
	public override(owner: Owner, event: string, handler: Handler | undefined): void {
		let own = owner.listeners.get(event);
		const former = own?.find((listener) => listener.event === overriding(event));
		if (former) this.removeFrom(event, former);
		own = owner.listeners.get(event);
		for (const listener of own ?? []) this.shadow(listener, handler !== undefined);
		if (!handler) return;
		if (!own) {
			own = [];
			owner.listeners.set(event, own);
		}
		const listener = this.make(owner, overriding(event), handler);
		own.push(listener);
		this.insert(event, listener);
	}

	public remove(listener: Listener): void {
		this.removeFrom(listener.event, listener);
	}

	/** The owner is dead: so are its listeners. */
	public removeAllOf(owner: Owner): void {
		const events = new Array<string>();
		for (const [event] of owner.listeners) events.push(event);
		for (const event of events)
			for (const listener of owner.listeners.get(event)!) this.removeFrom(event, listener);
	}

	/** How many listeners an event has. */
	public countOf(event: string): number {
		return this.audiences.get(event)?.live ?? 0;
	}

	private make(owner: Owner, event: string, handler: Handler): Listener {
		this.lastOrder += 1;
		return new Listener(owner, event, this.lastOrder, handler);
	}

	private insert(event: string, listener: Listener): void {
		const audience = this.audiences.get(event);
		if (!audience) {
			this.audiences.set(event, { list: [listener], isDirty: false, live: 1 });
		} else {
			const { list } = audience;
			const last = list[list.size() - 1];
			if (last && !isBefore(last, listener)) audience.isDirty = true;
			list.push(listener);
			audience.live += 1;
		}
	}

	private removeFrom(event: string, listener: Listener): void {
		if (listener.removed) return;
		listener.removed = true;
		listener.refresh();
		const own = listener.owner.listeners.get(event);
		if (own) {
			const rest = own.filter((other) => other !== listener);
			if (rest.isEmpty()) listener.owner.listeners.delete(event);
			else listener.owner.listeners.set(event, rest);
		}
		const audience = this.audiences.get(event)!;
		audience.isDirty = true;
		audience.live -= 1;
		if (audience.live === 0) this.audiences.delete(event);
	}

	private shadow(listener: Listener, shadowed: boolean): void {
		listener.shadowed = shadowed;
		listener.refresh();
	}
}

/** The event as it is called in messages where another one has taken the listeners' place. */
function overriding(event: string): string {
	return `${event} (override)`;
}

function isBefore(left: Listener, right: Listener): boolean {
	if (left.owner.id !== right.owner.id) return left.owner.id < right.owner.id;
	return left.order < right.order;
}
