import { ConfigureCluster } from "../../src/cluster";
import { isOlder } from "../../src/cluster/membership";
import { CloudWatcher, Range, VirtualGame, VirtualGameOptions, VirtualServer } from "../../src/testing";
import { DEFAULT_FAULTS } from "../../src/testing/cloud-options";
import { DEFAULT_MEMORY_FAULTS } from "../../src/testing/memory-store/memory-options";
import { Accuse, Actor } from "./actor";
import { Checks } from "./checks";
import { drawsFor } from "./generate";
import { Injector, ofLaterVersion } from "./injector";
import { Oracle } from "./oracle";
import { describeItem, Happening, inOrder, Plan, PlanItem, Weather } from "./plan";
import { Tallies } from "./tallies";
import { Thrones } from "./thrones";
import { isResignation } from "./words";

/** The first thing that must never happen, and did. */
export interface Violation {
	readonly atSeconds: number;
	readonly problem: string;
	readonly servers: readonly number[];
}

const FAIR_WEATHER: Required<Weather> = { ...DEFAULT_FAULTS, ...DEFAULT_MEMORY_FAULTS };

/** So many servers watch the hub, the next only when those are gone as well; each takes so long to notice and step in. */
const HEIRS = 3;
const TAKEOVER_SECONDS = 25;

interface Cut {
	readonly from: readonly number[];
	readonly to: readonly number[];
	readonly broadcastsOnly?: boolean;
}

/** For pictures of a run. */
export interface StageListener {
	readonly started: (actor: Actor) => void;
	readonly happened: (item: PlanItem) => void;
}

/** One entry of a run's story. */
export interface StoryLine {
	readonly atSeconds: number;
	readonly text: string;
}

/** A run's servers and weather: makes happen what the plan says. */
export class Stage {
	public readonly emulated: VirtualGame;
	public readonly actors = new Array<Actor>();
	public readonly oracle = new Oracle();
	public readonly thrones: Thrones;
	public readonly story = new Array<StoryLine>();
	public violation: Violation | undefined;
	/** When deliveries were last over a limit for a reason that no server can help. */
	public excusedUntilSeconds = 0;
	/** When a new hub is there at the latest, after the former one or its heirs have crashed. */
	public leaderlessUntilSeconds = 0;
	/** Messages from outside that the cloud itself refused. */
	public refusedInjections = 0;
	/** Faults so far: late copies do no harm, whatever else they come with. */
	public trouble: "none" | "late copies" | "any" = "none";
	/** Until then, what was sent in bad weather may still arrive. */
	public lateUntilSeconds = 0;
	/** Somebody has spoken in the servers' names. */
	public deceived = false;
	/** Clocks differ, so stamps need not follow time. */
	public skewed = false;
	/** Told of each server that starts, and of each item once it has happened. */
	public listener: StageListener | undefined;
	private readonly byNumber = new Map<number, Actor>();
	private readonly numbers = new Map<string, number>();
	private readonly checks: Checks;
	private readonly injector: Injector;
	private weather = new Array<Weather>();
	private cuts = new Array<Cut>();
	private hushes = 0;
	private healed = false;
	private readonly tallies: Tallies;
	private readonly watchers = new Array<CloudWatcher>();

	constructor(private readonly plan: Plan) {
		const options: VirtualGameOptions = { ...plan.rules, seed: plan.seed };
		this.emulated = VirtualGame(options);
		this.checks = new Checks(this);
		this.tallies = new Tallies(this.accuse);
		this.thrones = new Thrones(
			(problem, servers) => {
				// Somebody who speaks in the servers' names can lead as well.
				if (!this.deceived) this.accuse(problem, servers);
			},
			() => this.trouble === "none",
			() => this.skewed,
		);
		this.injector = new Injector(this.emulated, drawsFor(plan.seed, "injections"), () =>
			this.live().map(({ context }) => ({
				shortId: context.selfId,
				incarnation: context.incarnation,
				upTo: context.sequencer.upTo(),
			})),
		);
		this.emulated.SetObserver((server) => this.checks.afterEvent(server));
		for (const item of inOrder(plan.items)) {
			if (item.kind === "inject" && this.watchers.isEmpty()) this.watch(this.injector);
			this.emulated.Schedule(item.atSeconds, () => this.happen(item));
		}
	}

	public now(): number {
		return this.emulated.Now();
	}

	public live(): Actor[] {
		return this.actors.filter((actor) => actor.isLive());
	}

	public numberOf(serverId: string): number {
		return this.numbers.get(serverId) ?? 0;
	}

	public nameOf(serverId: string): string {
		const number = this.numbers.get(serverId);
		return number === undefined ? serverId : tostring(number);
	}

	public actorOf(serverId: string): Actor | undefined {
		return this.byNumber.get(this.numberOf(serverId));
	}

	public tell(text: string): void {
		this.story.push({ atSeconds: this.now(), text });
	}

	public readonly accuse: Accuse = (problem, servers) => {
		this.violation ??= { atSeconds: this.now(), problem, servers };
	};

	/** Tells one more of every message. */
	public watch(watcher: CloudWatcher): void {
		const { watchers } = this;
		watchers.push(watcher);
		this.emulated.SetWatcher({
			Published(id, sender, topic, message, bytes) {
				for (const one of watchers) one.Published(id, sender, topic, message, bytes);
			},
			Delivered(id, receiver) {
				for (const one of watchers) one.Delivered(id, receiver);
			},
			Lost(id, receiver, reason) {
				for (const one of watchers) one.Lost(id, receiver, reason);
			},
		});
	}

	/** Looks deep into every server. */
	public audit(): void {
		this.checks.audit();
	}

	/** No faults from now on: whatever is left of them ends. */
	public heal(): void {
		this.tell("all faults end");
		this.healed = true;
		this.weather = [];
		this.cuts = [];
		this.hushes = 0;
		this.emulated.SetFaults(FAIR_WEATHER);
		this.emulated.SetFilter(undefined);
		for (const { server } of this.live()) {
			server.SetDeaf(false);
			server.SetMute(false);
		}
	}

	/** Has a server look at what was counted in the MemoryStore. */
	public checkTallies(): void {
		const reader = this.actors.find((actor) => actor.isIdle());
		if (reader) this.tallies.check(reader);
	}

	private happen(item: PlanItem): void {
		if (this.healed) return;
		if (!this.make(item)) return;
		this.tell(describeItem(item));
		this.listener?.happened(item);
	}

	/** Whether it could happen. */
	private make(item: Happening): boolean {
		switch (item.kind) {
			case "start":
				return this.start(item);
			case "crowd":
				this.startMany(item);
				return true;
			case "exodus":
				this.endMany(item);
				return true;
			case "strike":
				return this.strike(item);
			case "weather":
				this.whether(item.faults, item.seconds);
				return true;
			case "cut":
				this.cut(item, item.seconds);
				return true;
			case "depose":
				return this.depose(item);
			case "forget":
				this.trouble = "any";
				this.emulated.WipeMemoryStore();
				this.thrones.hasForgotten = true;
				this.tallies.forget();
				return true;
			case "hush":
				this.hush(item.seconds);
				return true;
			case "inject":
				if (item.what === "lies" || item.what === "forgery") this.deceived = true;
				for (const _ of $range(1, item.count)) {
					if (!this.injector.inject(item.what)) this.refusedInjections += 1;
				}
				this.excuse(90);
				this.trouble = "any";
				return true;
		}
		const actor = this.byNumber.get(item.server);
		if (!actor?.isLive()) return false;
		const { server } = actor;
		switch (item.kind) {
			case "crash":
			case "close":
				// The limits are computed from the servers that live: they fall at once, and what was sent before counts.
				this.excuse(120);
				actor.goneAtSeconds = this.now();
				if (item.kind === "crash") this.noteLeaderless(actor);
				if (item.kind === "crash") server.Crash();
				else {
					actor.closedAtSeconds = this.now();
					server.Close();
				}
				return true;
			case "freeze":
				this.excuse(item.seconds + 90);
				this.trouble = "any";
				if (!server.IsFrozen()) actor.frozenAtSeconds = this.now();
				server.Freeze(item.seconds);
				return true;
			case "deaf":
				this.during(
					item.seconds,
					() => server.SetDeaf(true),
					() => server.SetDeaf(false),
				);
				this.trouble = "any";
				return true;
			case "mute":
				this.during(
					item.seconds,
					() => server.SetMute(true),
					() => server.SetMute(false),
				);
				this.trouble = "any";
				return true;
			case "jump":
				this.skewed = true;
				this.trouble = "any";
				server.JumpClock(item.seconds);
				return true;
			case "players":
				this.setPlayers(server, item.players);
				return true;
		}
		if (!actor.isIdle()) return false;
		switch (item.kind) {
			case "put": {
				const padding = math.max(0, (item.bytes ?? 0) - item.value.size());
				actor.pools[item.pool].put(item.key, item.value + string.rep("x", padding));
				return true;
			}
			case "remove":
				return actor.pools[item.pool].remove(item.key);
			case "spin":
				actor.pools[item.pool].spin(item.key, item.value, item.count, item.everySeconds);
				return true;
			case "say":
				actor.talk.say(item.bytes);
				return true;
			case "send": {
				const to = this.byNumber.get(item.to);
				if (!to) return false;
				actor.talk.send(to, item.letter, item.bytes);
				return true;
			}
			case "tell": {
				const candidate = actor.candidates.find(({ scope }) => scope === item.scope);
				candidate?.tell(item.errand);
				return candidate !== undefined;
			}
			case "chain":
				actor.pools[item.pool].chain(item.key, item.value, item.count);
				return true;
			case "count":
				this.tallies.count(actor, item.key);
				return true;
		}
	}

	private startMany(item: Happening & { readonly kind: "crowd" }): void {
		const { count, seconds, players, skewSeconds, stored = false, elects = false } = item;
		for (const index of $range(0, count - 1)) {
			const server = item.server + index;
			// Neighbours are far apart.
			const skew = skewSeconds === undefined ? {} : { skewSeconds: skewSeconds * (((index * 7) % 11) / 5 - 1) };
			const later = item.later === true && index % 2 === 1;
			const start = { kind: "start", server, players, ...skew, later, stored, elects } as const;
			this.emulated.Schedule((seconds * index) / count, () => {
				if (!this.healed) this.start(start);
			});
		}
	}

	private endMany({ server, count, seconds, gracefully }: Happening & { readonly kind: "exodus" }): void {
		for (const index of $range(0, count - 1)) {
			this.emulated.Schedule((seconds * index) / count, () => {
				if (!this.healed) this.make({ kind: gracefully ? "close" : "crash", server: server + index });
			});
		}
	}

	/** Something happens to the hub, and those that come after it. */
	private strike({ what, count, seconds }: Happening & { readonly kind: "strike" }): boolean {
		const struck = this.inLine().filter((_, index) => index < count);
		for (const { number: server } of struck) {
			if (what === "crash" || what === "close") this.make({ kind: what, server });
			else this.make({ kind: what, server, seconds });
		}
		return !struck.isEmpty();
	}

	/** Something happens to whoever leads. */
	private depose({ scope, what, seconds }: Happening & { readonly kind: "depose" }): boolean {
		const [leader] = this.thrones.leaders(scope);
		if (!leader) return false;
		const { number, server } = leader;
		if (what === "crash" || what === "close") return this.make({ kind: what, server: number });
		if (what !== "resign" && what !== "transfer") return this.make({ kind: what, server: number, seconds });
		if (!leader.isIdle()) return false;
		const { election } = leader.candidates.find((candidate) => candidate.scope === scope)!;
		const live = this.live();
		const heir = live[live.indexOf(leader) + 1] ?? live[0]!;
		server.Do(() => (what === "resign" ? election.Resign() : election.Transfer(heir.server.ServerId)));
		return true;
	}

	private hush(seconds: number): void {
		this.trouble = "any";
		this.during(
			seconds,
			() => {
				this.hushes += 1;
				this.applyCuts();
			},
			() => {
				this.hushes = math.max(0, this.hushes - 1);
				this.applyCuts();
			},
		);
	}

	/** The live servers in the order in which they would broadcast for all: who does, then by age. */
	private inLine(): Actor[] {
		const live = this.live();
		const isHub = ({ context }: Actor): boolean => context.regime.role() === "hub";
		live.sort((left, right) => {
			if (isHub(left) !== isHub(right)) return isHub(left);
			const [leftContext, rightContext] = [left.context, right.context];
			return isOlder(leftContext.selfId, leftContext.identity, rightContext.selfId, rightContext.identity);
		});
		return live;
	}

	private start(item: Happening & { readonly kind: "start" }): boolean {
		if (this.byNumber.has(item.server)) return false;
		if (item.skewSeconds !== undefined || item.drift !== undefined) this.skewed = true;
		const server = this.emulated.AddServer({
			players: item.players,
			drawNumber: item.server,
			clockSkewSeconds: item.skewSeconds ?? 0,
			clockDrift: item.drift ?? 0,
			...(item.stored ? { setup: () => ConfigureCluster({ memoryStore: true }) } : {}),
		});
		this.numbers.set(server.ServerId, item.server);
		const { emulated } = this;
		const actor = new Actor(
			item.server,
			server,
			this.oracle,
			this.accuse,
			() => emulated.Now(),
			(seconds, action) => emulated.Schedule(seconds, action),
			(serverId) => !this.numbers.has(serverId),
			() => this.deceived,
			(number) => this.byNumber.get(number),
		);
		if (item.later) actor.platform.link.rewrite = ofLaterVersion;
		this.byNumber.set(item.server, actor);
		this.actors.push(actor);
		if (item.elects) actor.stand(this.thrones);
		this.checks.watch(actor);
		this.listener?.started(actor);
		return true;
	}

	private setPlayers(server: VirtualServer, count: number): void {
		for (const name of server.GetPlayers()) server.RemovePlayer(name);
		for (const number of $range(1, count)) server.AddPlayer(`Guest${number}`);
	}

	/** Until another server broadcasts for all, nothing arrives. */
	private noteLeaderless({ context }: Actor): void {
		const isLeader = context.regime.role() === "hub" || context.membership.rank() <= HEIRS;
		if (!context.regime.hub || !isLeader) return;
		this.leaderlessUntilSeconds = math.max(this.leaderlessUntilSeconds, this.now()) + TAKEOVER_SECONDS;
	}

	/** Drops are forgiven for some time. */
	private excuse(seconds: number): void {
		this.excusedUntilSeconds = math.max(this.excusedUntilSeconds, this.now() + seconds);
	}

	private during(seconds: number, begin: () => void, finish: () => void): void {
		this.excuse(seconds + 90);
		begin();
		this.emulated.Schedule(seconds, finish);
	}

	private whether(faults: Weather, seconds: number): void {
		this.weather.push(faults);
		const { lateSeconds = 0, reorderSeconds = 0, publishHangSeconds = 0 } = faults;
		const longest = math.max(lateSeconds, reorderSeconds, publishHangSeconds);
		const endSeconds = math.min(this.now() + seconds, this.plan.seconds);
		this.lateUntilSeconds = math.max(this.lateUntilSeconds, endSeconds + longest);
		for (const [name] of pairs(faults)) {
			if (name !== "lateDeliveries" && name !== "lateSeconds") this.trouble = "any";
		}
		if (this.trouble === "none") this.trouble = "late copies";
		this.during(
			seconds,
			() => this.applyWeather(),
			() => {
				if (this.healed) return;
				this.weather = this.weather.filter((other) => other !== faults);
				this.applyWeather();
			},
		);
	}

	private applyWeather(): void {
		this.emulated.SetFaults(combined(this.weather));
	}

	private cut(cut: Cut, seconds: number): void {
		this.cuts.push(cut);
		this.trouble = "any";
		this.during(
			seconds,
			() => this.applyCuts(),
			() => {
				if (this.healed) return;
				this.cuts = this.cuts.filter((other) => other !== cut);
				this.applyCuts();
			},
		);
	}

	private applyCuts(): void {
		const { cuts } = this;
		const isHushed = this.hushes > 0;
		if (cuts.isEmpty() && !isHushed) {
			this.emulated.SetFilter(undefined);
			return;
		}
		this.emulated.SetFilter((sender, receiver, topic, message) => {
			if (isHushed && isResignation(message)) return "drop";
			const from = this.numberOf(sender);
			const to = this.numberOf(receiver);
			if (from === to || from === 0) return "deliver";
			const isBroadcast = string.find(topic, "/all/", 1, true)[0] !== undefined;
			for (const cut of cuts) {
				if (cut.broadcastsOnly && !isBroadcast) continue;
				const fromSide = cut.from.isEmpty() || cut.from.includes(from);
				if (fromSide && (cut.to.isEmpty() || cut.to.includes(to))) return "drop";
			}
			return "deliver";
		});
	}
}

/** All weathers at once: of each fault the worst, and the limits as the smallest says. */
function combined(weathers: readonly Weather[]): Weather {
	const worst = { ...FAIR_WEATHER } as unknown as { [name: string]: number | Range };
	for (const weather of weathers) {
		for (const [name, value] of pairs(weather as { readonly [name: string]: number | Range })) {
			const present = worst[name]!;
			const isDefault = present === (FAIR_WEATHER as unknown as { [name: string]: number | Range })[name];
			if (isDefault || name === "publishErrorsAfterEffect") worst[name] = value;
			else if (name === "limitScale") worst[name] = math.min(present as number, value as number);
			else if (typeIs(value, "number")) worst[name] = math.max(present as number, value);
			else if (value[1] > (present as Range)[1]) worst[name] = value;
		}
	}
	return worst as unknown as Weather;
}
