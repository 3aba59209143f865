import { Generator } from "./generators";
import { Peer, World, WorldOptions, inWorld, shortened } from "./world";

/** One thing a server did with a key. */
interface Operation {
	readonly atSeconds: number;
	readonly peer: Peer;
	/** Undefined for a removal. */
	readonly value: string | undefined;
}

/** What a random schedule is made of. */
export interface ScheduleOptions {
	readonly seed: number;
	readonly seconds: number;
	/** After the faults have ended, everything has to be in order within this time. */
	readonly quietSeconds: number;
	readonly servers: readonly [least: number, most: number];
	readonly loss?: number;
	readonly clockSkewSeconds?: readonly [least: number, most: number];
	readonly publishErrors?: number;
	readonly adopt?: boolean;
	/** How many crashes, closes and starts; default 3. */
	readonly turnovers?: number;
	/** How many freezes, silences and partitions; default 3. */
	readonly disturbances?: number;
}

const SHARED_KEYS = ["red", "green", "blue", "white"] as const;
const PRIVATE_KEYS = 4;

/** A run of random operations and faults, and what must have come of it. */
class Schedule {
	private readonly generate: Generator;
	private readonly operations = new Map<string, Operation[]>();
	private readonly keys = new Array<string>();
	private readonly story = new Array<string>();
	private written = 0;
	/** The first thing that must never happen, if it has. */
	private accusation: string | undefined;

	constructor(
		private readonly world: World,
		private readonly options: ScheduleOptions,
	) {
		this.generate = new Generator(options.seed);
	}

	public run(): void {
		const { generate, options, world } = this;
		const { seconds } = options;
		const count = generate.integer(options.servers[0], options.servers[1]);
		if (generate.oneIn(2)) this.watch(world.add(count));
		else for (const _ of $range(1, count)) this.between(0, 30, () => this.start());
		for (const _ of $range(1, generate.integer(20, 150))) this.between(0, seconds, () => this.operate());
		for (const _ of $range(1, options.turnovers ?? 3)) this.between(20, seconds, () => this.turnOver());
		for (const _ of $range(1, options.disturbances ?? 3)) this.between(10, seconds - 10, () => this.disturb());
		world.run(seconds);
		world.emulated.SetFaults({ loss: 0, duplication: 0, reorderSeconds: 0, publishErrors: 0, publishHangs: 0 });
		world.emulated.SetFilter(undefined);
		for (const peer of world.live()) {
			peer.server.SetDeaf(false);
			peer.server.SetMute(false);
		}
		if (world.live().isEmpty()) this.start();
		world.run(options.quietSeconds);
		this.judge();
	}

	/** At a random millisecond: stamps have that resolution. */
	private between(from: number, to: number, action: () => void): void {
		this.at(this.generate.integer(from * 1000, to * 1000) / 1000, action);
	}

	private at(seconds: number, action: () => void): void {
		this.world.after(seconds, action);
	}

	private tell(text: string): void {
		this.story.push(`${math.floor(this.world.emulated.Now())} s: ${text}`);
	}

	private start(): void {
		this.watch(this.world.add(1));
	}

	/** At any time, servers show only what was contributed, of whoever contributed it; and nothing again that its owner has replaced. */
	private watch(peers: Peer[]): void {
		for (const peer of peers) {
			this.tell(`server ${peer.number} starts`);
			const givenUp = new Set<string>();
			const { pool } = peer;
			const appeared = (key: string, value: string, owner: string) => {
				const maker = this.makerOf(key, value);
				if (!maker)
					this.accuse(`${key}=${shortened(value)}, which nobody contributed, on server ${peer.number}`);
				else if (!this.options.adopt && maker.id !== owner) {
					this.accuse(`${key}=${shortened(value)} of another owner on server ${peer.number}`);
				}
				if (givenUp.has(value)) this.accuse(`${key}=${shortened(value)} came back on server ${peer.number}`);
			};
			pool.ContributionAdded.Connect(({ key, value }, _, owner) => appeared(key, value, owner));
			pool.ContributionUpdated.Connect(({ key, value }, previous, _, owner) => {
				// Its owner has said something newer, here.
				if (!this.options.adopt && previous.value !== value && this.makerOf(key, previous.value)?.id === owner)
					givenUp.add(previous.value);
				appeared(key, value, owner);
			});
		}
	}

	private makerOf(key: string, value: string): Peer | undefined {
		for (const operation of this.operations.get(key) ?? []) if (operation.value === value) return operation.peer;
		return undefined;
	}

	private accuse(problem: string): void {
		this.accusation ??= `${math.floor(this.world.emulated.Now())} s: ${problem}`;
	}

	private somebody(): Peer | undefined {
		const idle = this.world.peers.filter((peer) => peer.isIdle());
		return idle.isEmpty() ? undefined : this.generate.pick(idle);
	}

	private operate(): void {
		const { generate } = this;
		const peer = this.somebody();
		if (!peer) return;
		const shared = generate.oneIn(2);
		const key = shared ? generate.pick(SHARED_KEYS) : `p${peer.number}-${generate.integer(1, PRIVATE_KEYS)}`;
		if (generate.oneIn(4)) {
			if (peer.remove(key)) this.note(key, peer, undefined);
			return;
		}
		this.written += 1;
		const value = generate.oneIn(12) ? `${this.written}${string.rep("x", 2500)}` : tostring(this.written);
		this.note(key, peer, value);
		peer.put(key, value);
	}

	private note(key: string, peer: Peer, value: string | undefined): void {
		let list = this.operations.get(key);
		if (!list) {
			list = [];
			this.operations.set(key, list);
			this.keys.push(key);
		}
		list.push({ atSeconds: this.world.emulated.Now(), peer, value });
		const what = value === undefined ? `removes ${key}` : `puts ${key}=${shortened(value)}`;
		this.tell(`server ${peer.number} ${what}`);
	}

	private turnOver(): void {
		const { generate, world } = this;
		const kind = generate.integer(1, 3);
		const peer = this.somebody();
		if (kind === 3 || !peer || world.live().size() < 3) {
			if (world.live().size() < 9) this.start();
			return;
		}
		this.tell(`server ${peer.number} ${kind === 1 ? "crashes" : "closes"}`);
		if (kind === 1) peer.server.Crash();
		else peer.server.Close();
	}

	private disturb(): void {
		const { generate, world } = this;
		const peer = this.somebody();
		if (!peer) return;
		const seconds = generate.integer(2, 70);
		const kind = generate.integer(1, 4);
		if (kind === 1) {
			this.tell(`server ${peer.number} freezes for ${seconds} s`);
			peer.server.Freeze(seconds);
		} else if (kind === 2) {
			this.tell(`server ${peer.number} is deaf for ${seconds} s`);
			peer.server.SetDeaf(true);
			this.at(seconds, () => peer.server.SetDeaf(false));
		} else if (kind === 3) {
			this.tell(`server ${peer.number} is mute for ${seconds} s`);
			peer.server.SetMute(true);
			this.at(seconds, () => peer.server.SetMute(false));
		} else {
			this.tell(`the game is in two halves for ${seconds} s`);
			world.partition((number) => number % 2);
			this.at(seconds, () => world.emulated.SetFilter(undefined));
		}
	}

	private judge(): void {
		const { world } = this;
		const problem = this.accusation ?? (world.isAgreed() ? this.firstProblem() : "servers disagree");
		if (problem === undefined) return;
		error(`${problem}\n${world.describe()}\n${this.story.join("\n")}`, 0);
	}

	private firstProblem(): string | undefined {
		for (const peer of this.world.live()) {
			if (!peer.pool.IsSynced()) return `server ${peer.number} has no state`;
		}
		for (const key of this.keys) {
			// What is contributed before the state is here counts as contributed then.
			const timed = this.operations.get(key)!.map((operation) => ({
				...operation,
				atSeconds: math.max(operation.atSeconds, operation.peer.syncedAtSeconds),
			}));
			timed.sort((left, right) => left.atSeconds < right.atSeconds);
			this.operations.set(key, timed);
		}
		const observer = this.world.live()[0]!;
		for (const entry of observer.pool.GetAllContributions()) {
			if (!this.operations.has(entry.key)) return `${entry.key} was never contributed`;
		}
		for (const key of this.keys) {
			const list = this.operations.get(key)!;
			const value = observer.get(key);
			const found =
				value === undefined ? this.whyNotGone(list) : this.whyNot(list, value, observer.pool.GetOwner(key)!);
			if (found !== undefined) return `${key}: ${found}`;
		}
		return undefined;
	}

	/** What speaks against a key being absent. */
	private whyNotGone(list: Operation[]): string | undefined {
		const last = list[list.size() - 1]!;
		const skewed = this.options.clockSkewSeconds !== undefined;
		if (this.options.adopt) return undefined;
		if (!skewed && last.value !== undefined && last.peer.isLive()) {
			return `gone, though server ${last.peer.number} contributed it last`;
		}
		for (const { value, peer } of list) if (value === undefined || !peer.isLive()) return undefined;
		return "gone, though nobody removed it and nobody is gone who contributed it";
	}

	/** What speaks against a key having this value of this owner. */
	private whyNot(list: Operation[], value: string, ownerId: string): string | undefined {
		const { adopt, clockSkewSeconds } = this.options;
		let made: Operation | undefined;
		for (const operation of list) if (operation.value === value) made = operation;
		if (!made) return `nobody contributed ${shortened(value)}`;
		const owner = this.world.peers.find((peer) => peer.id === ownerId)!;
		if (!owner.isLive()) return `its owner ${owner.number} is gone`;
		if (!adopt && made.peer !== owner) return `server ${owner.number} never contributed ${shortened(value)}`;
		let latest = made;
		for (const operation of list) if (operation.peer === made.peer) latest = operation;
		// What a gone server did last may not have been heard of; what a silent one removed, another may have adopted.
		const excused = adopt && (!made.peer.isLive() || latest.value === undefined);
		if (latest !== made && !excused) return `server ${made.peer.number} changed it after ${shortened(value)}`;
		const last = list[list.size() - 1]!;
		// Without skew, stamps follow time.
		if (clockSkewSeconds === undefined && last !== made && last.value !== undefined && last.peer.isLive()) {
			return `${shortened(value)}, though server ${last.peer.number} contributed it last`;
		}
		return undefined;
	}
}

/** Runs one random schedule; fails with its story unless everything came right in the end. */
export function runSchedule(options: ScheduleOptions): void {
	const { seed, loss, clockSkewSeconds, publishErrors } = options;
	const generate = new Generator(seed + 1_000_000);
	const worldOptions: WorldOptions = {
		seed,
		loss: loss ?? generate.integer(0, 10) / 100,
		duplication: generate.oneIn(2) ? 0.05 : 0,
		reorderSeconds: generate.oneIn(2) ? 3 : 0,
		publishErrors: publishErrors ?? (generate.oneIn(3) ? 0.1 : 0),
		publishHangs: publishErrors === 0 ? 0 : generate.oneIn(4) ? 0.02 : 0,
		clockSkewSeconds: clockSkewSeconds ?? [0, 0],
		onOwnerGone: options.adopt ? "adopt" : "remove",
	};
	inWorld(worldOptions, (world) => new Schedule(world, options).run());
}
