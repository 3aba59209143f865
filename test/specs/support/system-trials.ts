import { CallError, System, Systems } from "../../../src/system";
import { RandomStream, VirtualServer } from "../../../src/testing";
import { Arena } from "./arena";

/** What came of some schedules: what must not be, in words, and how much happened. */
export interface TrialOutcome {
	readonly problems: string[];
	readonly counts: Map<string, number>;
}

const IDS = ["m1", "m2", "m3", "m4"];
const LOSSES = [0, 0.05, 0.2];
/** A timer is at most a frame late, and an answer is handed on by one. */
const FRAMES_SECONDS = 2 / 60 + 0.001;

/** Random things that happen to an arena, one schedule after the other. */
abstract class Trial {
	public readonly problems = new Array<string>();
	public readonly counts = new Map<string, number>();
	protected readonly arena: Arena;
	protected readonly random: RandomStream;
	protected sequence = 0;

	constructor(
		private readonly seed: number,
		servers: number,
	) {
		this.random = new RandomStream(seed, "systems");
		this.arena = new Arena({
			seed,
			loss: this.pick(LOSSES),
			duplication: 0.05,
			reorderSeconds: 1,
			countedServers: 8,
		});
		for (const _ of $range(1, servers)) this.arena.add();
		this.arena.setDisplays(this.arena.servers[0]!, IDS);
		this.arena.untilStable(120);
	}

	public finish(): TrialOutcome {
		const [failure] = this.arena.world.Errors;
		if (failure) this.problem(`error: ${failure.text}`);
		this.arena.world.Destroy();
		return { problems: this.problems, counts: this.counts };
	}

	protected pick<T extends defined>(choices: ReadonlyArray<T>): T {
		return choices[this.whole(0, choices.size() - 1)]!;
	}

	protected whole(least: number, most: number): number {
		return math.min(most, least + math.floor(this.random.next() * (most - least + 1)));
	}

	protected between(least: number, most: number): number {
		return least + this.random.next() * (most - least);
	}

	protected problem(text: string): void {
		this.problems.push(`seed ${this.seed} at ${string.format("%.2f", this.arena.world.Now())} s: ${text}`);
	}

	protected count(what: string, by = 1): void {
		this.counts.set(what, (this.counts.get(what) ?? 0) + by);
	}

	/** Servers that can do something now. */
	protected awake(): VirtualServer[] {
		return this.arena.live().filter((server) => !server.IsFrozen());
	}

	protected in(seconds: number, action: () => void): void {
		this.arena.world.Schedule(seconds, () => {
			const [success, problem] = pcall(action);
			if (!success) this.problem(`action: ${problem}`);
		});
	}

	/** Another order of some of the modules. */
	protected reorder(least: number): void {
		const ids = [...IDS];
		const list = new Array<string>();
		for (const _ of $range(1, this.whole(least, ids.size()))) list.push(ids.remove(this.whole(0, ids.size() - 1))!);
		const server = this.pick(this.awake());
		this.arena.setDisplays(server, list);
		this.count("re-orders");
	}

	/** One server hears nobody, and nobody hears it. */
	protected disconnect(seconds: number): void {
		const { world } = this.arena;
		const cut = this.pick(this.awake()).ServerId;
		world.SetFilter((sender, receiver) => ((sender === cut) === (receiver === cut) ? "deliver" : "drop"));
		this.in(seconds, () => world.SetFilter(undefined));
		this.count("disconnections");
	}
}

interface Followed {
	readonly server: VirtualServer;
	readonly index: number;
	readonly told: Array<number | undefined>;
	readonly stop: () => void;
}

/** Values are set and deleted, modules re-ordered, servers disconnected; subscribers come at any time. */
export class SubscriptionTrial extends Trial {
	constructor(seed: number) {
		super(seed, 3);
	}

	public schedule(): void {
		const followed = new Array<Followed>();
		for (const _ of $range(1, 3)) this.in(this.between(0, 12), () => followed.push(this.subscribe()));
		for (const _ of $range(1, 12)) this.in(this.between(0, 12), () => this.change());
		if (this.random.next() < 0.3) this.in(this.between(0, 6), () => this.disconnect(this.between(2, 6)));
		this.arena.world.Run(13);
		this.settle(followed);
		for (const { stop } of followed) stop();
		this.count("schedules");
	}

	private change(): void {
		const kind = this.random.next();
		if (kind < 0.2) {
			this.reorder(2);
			return;
		}
		const id = this.pick(IDS);
		const host = this.arena.hostOf(id);
		if (!host) return;
		this.sequence += 1;
		const value = this.sequence;
		this.arena.change(id, (status) => {
			if (kind < 0.35) status.Set("count", undefined);
			else if (kind < 0.45) status.Signal("count");
			else status.Set("count", value);
		});
		this.count("changes");
	}

	private subscribe(): Followed {
		const { arena } = this;
		const server = this.pick(this.awake());
		const index = this.whole(1, 4);
		const told = new Array<number | undefined>();
		const newest = new Map<string, number>();
		let count = 0;
		let firsts = 0;
		const proxy = arena.module(server, index);
		const stop = server.Do(() =>
			proxy.Subscribe("count", (value, { Reason, ModuleId }) => {
				count += 1;
				told[0] = value;
				if (Reason === "current") firsts += 1;
				if ((count === 1) !== (Reason === "current" && firsts === 1))
					this.problem("not one first value, first");
				if (value === undefined) return;
				const former = newest.get(ModuleId!);
				if (former !== undefined && value < former) this.problem(`${value} of ${ModuleId} after ${former}`);
				newest.set(ModuleId!, value);
			}),
		);
		this.count("subscriptions");
		return { server, index, told, stop };
	}

	/** Waits until everybody was told what is there; that it does not come to this is a problem. */
	private settle(followed: ReadonlyArray<Followed>): void {
		const { world } = this.arena;
		const limit = world.Now() + 120;
		while (!this.isSettled(followed)) {
			if (world.Now() > limit) {
				for (const { server, index, told } of followed)
					this.problem(
						`server ${server.Number}, place ${index}: told ${told[0]}, but there is ${this.truth(index)}`,
					);
				return;
			}
			world.Run(1);
		}
	}

	private isSettled(followed: ReadonlyArray<Followed>): boolean {
		for (const { index, told } of followed) if (told[0] !== this.truth(index)) return false;
		for (const server of this.arena.live()) if (this.arena.systems(server).GetState() !== "stable") return false;
		return true;
	}

	/** The value that the module in this place has, as it itself knows it, by the latest list. */
	private truth(index: number): number | undefined {
		let id: string | undefined;
		let revision = -1;
		for (const server of this.arena.live()) {
			const known = this.arena.systems(server).directory.indexes.get("arena");
			if (!known || known.revision <= revision) continue;
			revision = known.revision;
			id = known.at("Display", index)?.id;
		}
		const host = id === undefined ? undefined : this.arena.hostOf(id);
		return host && (this.arena.systems(host).hosting.find(id!)?.status.TryGet("count") as number | undefined);
	}
}

interface Made {
	readonly input: string;
	readonly server: VirtualServer;
	readonly startedSeconds: number;
	readonly deadlineSeconds: number;
	settledSeconds: number | undefined;
	problem: CallError | undefined;
}

/** Calls while their modules move and servers come and go. */
export class CallTrial extends Trial {
	private readonly made = new Array<Made>();

	constructor(seed: number) {
		super(seed, 3);
	}

	public schedule(): void {
		const first = this.made.size();
		for (const _ of $range(1, 6)) this.in(this.between(0, 8), () => this.call());
		for (const _ of $range(1, 2)) this.in(this.between(0, 8), () => this.disturb());
		if (this.random.next() < 0.15) this.in(this.between(0, 8), () => this.crash());
		this.arena.world.Run(8 + 9);
		for (const index of $range(first, this.made.size() - 1)) this.check(this.made[index]!);
		this.count("schedules");
	}

	/** Requests that were on their way may be run after their calls have settled. */
	public override finish(): TrialOutcome {
		this.arena.world.Run(65);
		for (const { input, problem, server, settledSeconds } of this.made) {
			let runs = 0;
			for (const id of IDS) runs += this.arena.runs.get(`${id} ${input}`) ?? 0;
			if (runs > 1) this.problem(`${input} ran ${runs} times`);
			if (settledSeconds === undefined || server.GetState() !== "running") continue;
			if (problem === undefined && runs !== 1) this.problem(`${input} succeeded, and ran ${runs} times`);
			if (problem?.outcome === "notRun" && runs !== 0) this.problem(`${input} was said not to have run, and did`);
			if (problem?.outcome === "ran" && runs !== 1) this.problem(`${input} was said to have run, and did not`);
		}
		return super.finish();
	}

	private call(): void {
		const { arena, world } = { arena: this.arena, world: this.arena.world };
		const server = this.pick(this.awake());
		this.sequence += 1;
		const deadlineSeconds = this.between(2, 8);
		const made: Made = {
			input: `call ${this.sequence}`,
			server,
			startedSeconds: world.Now(),
			deadlineSeconds,
			settledSeconds: undefined,
			problem: undefined,
		};
		this.made.push(made);
		const settle = (): void => {
			if (made.settledSeconds !== undefined) this.problem(`${made.input} settled twice`);
			made.settledSeconds = world.Now();
		};
		const proxy = arena.module(server, this.whole(1, 4));
		server
			.Do(() => proxy.Call("switch_input", [made.input], { deadlineSeconds }))
			.then(settle, (problem: unknown) => {
				made.problem = problem as CallError;
				settle();
			});
		this.count("calls");
	}

	private disturb(): void {
		const kind = this.random.next();
		if (kind < 0.4) {
			const server = this.pick(this.awake());
			const weight = this.random.next() < 0.5 ? 0 : this.whole(1, 3);
			server.Do(() => Systems().SetWeight(weight));
			this.count("moves");
		} else if (kind < 0.6) this.reorder(3);
		else if (kind < 0.85) this.disconnect(this.between(1, 5));
		else {
			for (const server of this.awake()) server.Do(() => Systems().SetWeight(1));
			this.count("moves");
		}
	}

	private crash(): void {
		const gone = this.pick(this.awake());
		if (this.arena.live().size() < 3) return;
		gone.Crash();
		this.in(3, () => this.arena.add().Do(() => System("arena")));
		this.count("crashes");
	}

	private check({ input, server, startedSeconds, deadlineSeconds, settledSeconds, problem }: Made): void {
		if (server.GetState() !== "running") return;
		const limit = startedSeconds + deadlineSeconds + FRAMES_SECONDS;
		if (settledSeconds === undefined || settledSeconds > limit)
			this.problem(`${input} settled at ${settledSeconds}, later than ${limit}`);
		this.count(problem ? `${problem.kind} ${problem.outcome}` : "success");
	}
}
