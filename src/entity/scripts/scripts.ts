import { createSignal, FiringSignal } from "../../cluster/signal";
import type { ReplicatedEntity } from "../entity";
import { described, fail } from "../../diagnostics/errors";
import { Scope } from "../../election/scope";
import { Answers } from "../runtime/answers";
import { EnergyLimits } from "../runtime/energy";
import { ScriptError } from "../runtime/failures";
import { Journal, Runtime } from "../runtime/runtime";
import { SourceMap } from "../runtime/trace";
import { ScriptHost } from "../script-host";
import { EntityScript, ScriptStatistics, ShoutAnswers, SpaceScripts } from "../script-types";
import type { Space } from "../space";
import { Entity, EntityAction, PropertyValue } from "../types";
import { Actions, PlayerAdapter } from "./actions";
import { createContext } from "./context";
import { SharedScript } from "./entity-script";
import { ScriptInstance } from "./instance";
import { Mail } from "./mail";
import { Modules } from "./modules";
import { Observers } from "./observers";
import { compileText } from "./source";
import { Ticker } from "./ticker";

/** All scripts of a space on this server: who begins when, and what is heard by whom. */
export class Scripts implements ScriptHost, SpaceScripts {
	public readonly ScriptFailed: FiringSignal<[failure: ScriptError]>;
	public readonly MessageExpired: FiringSignal<[entityId: string, name: string, payload: unknown]>;
	public readonly runtime: Runtime;
	public readonly mail: Mail;
	public readonly modules: Modules;
	public readonly actions: Actions;
	public readonly ticker: Ticker;
	public readonly isStudio: boolean;
	public readonly serverId: string;
	private readonly observers: Observers;
	private readonly instances = new Map<string, ScriptInstance>();
	private readonly shared = new Map<string, SharedScript>();
	/** Those that wait to be set up. */
	private pending = new Set<ScriptInstance>();
	private isScheduled = false;
	/** Whether this server knows what there is, so that scripts may begin. */
	private isStarted = false;
	/** Once there are scripts, or messages to them. */
	public election: Scope | undefined;
	private scriptCount = 0;

	constructor(
		public readonly space: Space,
		limits: EnergyLimits,
	) {
		const { context } = space.cluster;
		const { platform } = context;
		this.isStudio = platform.environment === "studio";
		this.serverId = context.identity.serverId;
		this.ScriptFailed = createSignal(platform);
		this.MessageExpired = createSignal(platform);
		this.runtime = new Runtime(platform, limits, context.log);
		this.runtime.journal = new EditorJournal(space);
		this.runtime.failures.told = (failure) => {
			this.instances.get(failure.EntityId)?.noteFailure(failure);
			this.ScriptFailed.Fire(failure);
		};
		this.mail = new Mail(this, ({ entity, name, payload }) => this.MessageExpired.Fire(entity.Id, name, payload));
		this.modules = new Modules(this);
		this.actions = new Actions(this);
		this.ticker = new Ticker(this);
		this.observers = new Observers(this);
		space
			.WaitUntilSynced()
			.then(() => {
				this.isStarted = true;
				this.schedule();
			})
			.catch(() => {});
	}

	// -- for the game ------------------------------------------------------------------------------------------------------------------------

	public Shout(event: string, argument?: unknown): ShoutAnswers<never> {
		if (!typeIs(event, "string")) fail(`${this.space.label()}: Shout takes a name, but got ${described(event)}`);
		return this.runtime.shout(`shout ${event}`, argument, undefined) as unknown as ShoutAnswers<never>;
	}

	public Whisper(targets: ReadonlyArray<Entity | undefined>, event: string, argument?: unknown): ShoutAnswers<never> {
		if (!typeIs(targets, "table") || !typeIs(event, "string"))
			fail(`${this.space.label()}: Whisper takes a list of entities and a name`);
		return this.whisper(targets, event, argument, undefined) as unknown as ShoutAnswers<never>;
	}

	public ShoutFirst(events: string | ReadonlyArray<string>, argument?: unknown): never {
		return this.shoutFirst(events, argument, undefined) as never;
	}

	public IsLeader(): boolean {
		return this.leads();
	}

	public GetLeader(): string | undefined {
		return this.space.leader.election().GetLeader();
	}

	public SetAlias(alias: string, entityName: string): void {
		if (!typeIs(alias, "string") || !typeIs(entityName, "string"))
			fail(
				`${this.space.label()}: SetAlias takes two names, but got ${described(alias)} and ${described(entityName)}`,
			);
		this.modules.setAlias(alias, entityName);
	}

	public SetPlayerAdapter(adapter: PlayerAdapter | undefined): void {
		if (adapter !== undefined && !typeIs(adapter, "function"))
			fail(`${this.space.label()}: SetPlayerAdapter takes a function or nil, but got ${described(adapter)}`);
		this.actions.playerAdapter = adapter;
	}

	public SetSourceMap(map: SourceMap | undefined): void {
		if (map !== undefined && !typeIs(map, "function"))
			fail(`${this.space.label()}: SetSourceMap takes a function or nil, but got ${described(map)}`);
		this.runtime.failures.sourceMap = map;
	}

	public GetStatistics(): ScriptStatistics {
		const { mail, runtime } = this;
		return {
			Scripts: this.scriptCount,
			MessagesQueued: mail.queued(),
			MessagesHandled: mail.handled,
			MessagesDropped: mail.dropped,
			MessagesInvalid: mail.invalid,
			MessagesExpired: mail.expired,
			Entries: runtime.counts.entries,
			Exhausted: runtime.counts.exhausted,
			Slow: runtime.counts.slow,
			Failures: runtime.failures.total,
		};
	}

	// -- what the space tells ----------------------------------------------------------------------------------------------------------------

	public scriptOf(entity: ReplicatedEntity): EntityScript {
		let shared = this.shared.get(entity.Id);
		if (!shared) {
			shared = new SharedScript(this.instanceOf(entity), this);
			if (entity.isPresent) this.shared.set(entity.Id, shared);
		}
		return shared;
	}

	public registerActionHandler(
		entity: ReplicatedEntity,
		component: string,
		name: string,
		handler: (parameters: never, entity: never, component: string, action: never) => void,
	): string | undefined {
		const wrong = this.actions.register(entity, component, name, handler);
		return wrong === undefined ? undefined : `${entity.label()}: ${wrong}`;
	}

	public unregisterActionHandler(entity: ReplicatedEntity, component: string, name: string): string | undefined {
		const wrong = this.actions.unregister(entity, component, name);
		return wrong === undefined ? undefined : `${entity.label()}: ${wrong}`;
	}

	public added(entity: ReplicatedEntity): void {
		if (entity.source() !== undefined) this.restart(this.instanceOf(entity));
	}

	public removed(entity: ReplicatedEntity): void {
		const instance = this.instances.get(entity.Id);
		this.actions.forget(entity.Id);
		this.shared.delete(entity.Id);
		this.observers.removed(entity.Id);
		if (!instance) return;
		this.instances.delete(entity.Id);
		this.pending.delete(instance);
		if (instance.status !== "none") this.scriptCount -= 1;
		instance.end();
		this.modules.forget(instance);
		this.modules.changed(instance);
	}

	public changed(
		entity: ReplicatedEntity,
		component: string,
		property: string,
		value: PropertyValue | undefined,
		previous: PropertyValue | undefined,
	): void {
		this.observers.propertyChanged(entity.Id, component, property, value, previous);
	}

	public sourceChanged(entity: ReplicatedEntity): void {
		if (entity.isPresent) this.restart(this.instanceOf(entity));
	}

	public perform(actions: ReadonlyArray<EntityAction>): void {
		this.actions.perform(actions);
	}

	// -- for the parts -----------------------------------------------------------------------------------------------------------------------

	public instanceOf(entity: ReplicatedEntity): ScriptInstance {
		let instance = this.instances.get(entity.Id);
		if (!instance) {
			instance = new ScriptInstance(entity, this);
			if (entity.isPresent) this.instances.set(entity.Id, instance);
		}
		return instance;
	}

	/** Whether this server runs the scripts, by the clock. Hot. */
	public leads(): boolean {
		const { election } = this;
		return election !== undefined && election.IsLeader();
	}

	public isLoaded(id: string): boolean {
		return this.instances.get(id)?.isLoaded === true;
	}

	/** Ends what a script has, and has it begin anew with the next frame. */
	public restart(instance: ScriptInstance): void {
		const hadScript = instance.status !== "none";
		instance.reset();
		const hasScript = instance.status !== "none";
		if (hasScript !== hadScript) this.scriptCount += hasScript ? 1 : -1;
		if (instance.status === "waiting") {
			this.elect();
			this.pending.add(instance);
			this.schedule();
		} else this.modules.changed(instance);
	}

	/** Has a script begin anew, now. */
	public invoke(instance: ScriptInstance): boolean {
		if (!instance.entity.isPresent) return false;
		this.restart(instance);
		if (instance.status !== "waiting") return false;
		instance.setUp();
		if (this.isStarted) this.beginAll([instance]);
		return instance.status === ("running" as string);
	}

	/** Runs a text with the context of a script. */
	public runText(instance: ScriptInstance, text: string): void {
		const chunk = compileText(text, this.space.cluster.context.platform);
		const { owner } = instance;
		if (typeIs(chunk, "string")) this.runtime.failures.addFor(owner, "run", chunk);
		else {
			const context = createContext(instance, owner, this);
			this.runtime.callOnce("run", owner, () => chunk(context as never), undefined);
		}
	}

	public whisper(
		targets: ReadonlyArray<Entity | undefined>,
		event: string,
		argument: unknown,
		caller: string | undefined,
	): Answers {
		const ids = new Array<string>();
		// With gaps: a list of what was looked up and perhaps not found.
		let last = 0;
		for (const [index] of pairs(targets as object)) if (typeIs(index, "number") && index > last) last = index;
		for (const index of $range(1, last)) {
			const target = targets[index - 1];
			if (target) ids.push(target.Id);
		}
		return this.runtime.whisper(ids, `shout ${event}`, argument, caller);
	}

	public shoutFirst(events: string | ReadonlyArray<string>, argument: unknown, caller: string | undefined): unknown {
		const names = typeIs(events, "string") ? [events] : events;
		return this.runtime.shoutFirst(
			names.map((name) => `shout ${name}`),
			argument,
			caller,
		);
	}

	/** Takes part in the election from now on: there are scripts, or messages to them. */
	public elect(): void {
		if (this.election) return;
		const election = this.space.leader.election();
		this.election = election;
		election.taker = (text, sender) => this.mail.take(text, sender);
		election.Elected.Connect(() => this.takeOver());
		election.LeaderChanged.Connect(() => this.mail.dispatch());
		if (election.IsLeader()) this.takeOver();
	}

	// -- beginning ---------------------------------------------------------------------------------------------------------------------------

	private schedule(): void {
		if (this.isScheduled || !this.isStarted || this.pending.isEmpty()) return;
		this.isScheduled = true;
		this.space.cluster.context.platform.schedule(0, () => {
			this.isScheduled = false;
			this.beginAll(this.takePending());
		});
	}

	private takePending(): ScriptInstance[] {
		const taken = [...this.pending];
		taken.sort((left, right) => left.entity.Id < right.entity.Id);
		return taken;
	}

	/** All are known; all are set up; then all are told that they are; only then they are ticked. */
	private beginAll(instances: ReadonlyArray<ScriptInstance>): void {
		for (const instance of instances) if (instance.status === "waiting") instance.setUp();
		const loaded = new Array<ScriptInstance>();
		for (const instance of instances) {
			// A setup may have replaced another script: that begins with the next frame.
			if (instance.status === "waiting") continue;
			this.pending.delete(instance);
			if (instance.status === "running" && !instance.isLoaded) loaded.push(instance);
		}
		for (const instance of loaded) this.tell(instance, "loaded");
		for (const instance of loaded) {
			// It may be another one by now.
			if (instance.status === "running" && !this.pending.has(instance)) instance.isLoaded = true;
		}
		this.takeOver();
		this.schedule();
	}

	/** This server leads: whoever has not heard of it does, before the first tick. */
	private takeOver(): void {
		if (!this.leads()) return;
		const term = this.space.leader.election().GetTerm();
		const instances = new Array<ScriptInstance>();
		for (const [, instance] of this.instances)
			if (instance.isLoaded && instance.ledTerm !== term) instances.push(instance);
		instances.sort((left, right) => left.entity.Id < right.entity.Id);
		for (const instance of instances) {
			instance.ledTerm = term;
			if (this.leads()) this.tell(instance, "takeover");
		}
		this.mail.dispatch();
		this.ticker.begin();
	}

	private tell(instance: ScriptInstance, event: string): void {
		const listeners = instance.owner.listeners.get(event);
		if (listeners) this.runtime.callAll(event, listeners, undefined, undefined);
	}
}

/** Takes back what an entry has edited, where that is asked for. */
class EditorJournal implements Journal {
	private readonly marks = new Array<number>();

	constructor(private readonly space: Space) {}

	public begin(): void {
		this.marks.push(this.space.editor.mark());
	}

	public keep(): void {
		this.marks.pop();
	}

	public rollback(): void {
		this.space.editor.rollBack(this.marks.pop()!);
	}
}
