import { Platform } from "../platform/platform";
import { Binding, Sight, Target } from "./binding";
import { Owner } from "./owner";
import { StatusCallback, Subscriber } from "./subscriber";

/** All that this server's game follows. Everything is seen here already, so that following costs no messages. */
export class Subscriptions {
	public overflowed = 0;
	private readonly bindings = new Map<string, Binding>();
	private readonly bySystem = new Map<string, Binding[]>();
	private readonly byModule = new Map<string, Binding[]>();
	private newcomers = new Array<{ readonly binding: Binding; readonly subscriber: Subscriber }>();
	private readonly greetLater = () => this.greet();

	constructor(
		private readonly platform: Platform,
		private readonly look: (target: Target) => Sight,
	) {}

	/** Registers first, and tells what there is with the next resumption. Returns what ends it. */
	public subscribe(target: Target, callback: StatusCallback, owner: Owner | undefined): () => void {
		const binding = this.bind(target);
		const subscriber = new Subscriber(this.platform, callback, () => {
			this.overflowed += 1;
		});
		binding.subscribers.push(subscriber);
		this.newcomers.push({ binding, subscriber });
		if (this.newcomers.size() === 1) this.platform.schedule(0, this.greetLater);
		const finish = (): void => {
			const at = binding.subscribers.indexOf(subscriber);
			if (at < 0) return;
			subscriber.finish();
			binding.subscribers.remove(at);
			owner?.remove(finish);
			if (binding.subscribers.isEmpty()) this.unbind(binding);
		};
		owner?.add(finish);
		return finish;
	}

	/** Another module may have a place in this system. */
	public systemChanged(system: string): void {
		for (const binding of [...(this.bySystem.get(system) ?? [])]) this.refresh(binding);
	}

	public moduleChanged(moduleId: string): void {
		for (const binding of [...(this.byModule.get(moduleId) ?? [])]) this.refresh(binding);
	}

	/** How many values are followed, by however many. */
	public bindingCount(): number {
		return this.bindings.size();
	}

	private greet(): void {
		const { newcomers } = this;
		this.newcomers = [];
		for (const { binding, subscriber } of newcomers) binding.tellFirst(subscriber);
	}

	private refresh(binding: Binding): void {
		const former = binding.moduleId;
		if (!binding.refresh()) return;
		if (former !== undefined) leave(this.byModule, former, binding);
		if (binding.moduleId !== undefined) enter(this.byModule, binding.moduleId, binding);
	}

	private bind(target: Target): Binding {
		const name = nameOf(target);
		let binding = this.bindings.get(name);
		if (binding) return binding;
		binding = new Binding(target, this.look);
		this.bindings.set(name, binding);
		if (target.system !== undefined) enter(this.bySystem, target.system, binding);
		if (binding.moduleId !== undefined) enter(this.byModule, binding.moduleId, binding);
		return binding;
	}

	private unbind(binding: Binding): void {
		const { target, moduleId } = binding;
		this.bindings.delete(nameOf(target));
		if (target.system !== undefined) leave(this.bySystem, target.system, binding);
		if (moduleId !== undefined) leave(this.byModule, moduleId, binding);
	}
}

function nameOf({ system, name, index, status }: Target): string {
	return `${system ?? ""}\0${name}\0${index}\0${status}`;
}

function enter(lists: Map<string, Binding[]>, key: string, binding: Binding): void {
	const list = lists.get(key);
	if (list) list.push(binding);
	else lists.set(key, [binding]);
}

function leave(lists: Map<string, Binding[]>, key: string, binding: Binding): void {
	const list = lists.get(key);
	const at = list ? list.indexOf(binding) : -1;
	if (!list || at < 0) return;
	list.remove(at);
	if (list.isEmpty()) lists.delete(key);
}
