import { fail } from "../diagnostics/errors";
import { Log, Logger } from "../diagnostics/logger";
import { sometimes } from "../diagnostics/situations";
import { Platform } from "../platform/platform";
import { Change } from "../replication/replica";
import { Register } from "../replication/register";
import { Stream } from "../replication/stream";
import { ElectionEntry, Identity, OwnerGonePolicy, ShortId } from "../wire/frame";
import { seedOfKey } from "../wire/checksum";
import { writeElection } from "../wire/section-writers";
import { Agenda } from "./agenda";
import { Channel, ChannelOptions, checkChannelArguments, SharedChannel } from "./channel";
import { Channels } from "./channels";
import { Closer } from "./closer";
import { Cluster, ClusterStatistics, ServerInfo } from "./cluster";
import { describe } from "./describe";
import { Context } from "./context";
import { Detector } from "./detector";
import { Firing } from "./firing";
import { Health, HEALTHY } from "./health";
import { HealthWatch } from "./health-watch";
import { Joiner } from "./joiner";
import { ListenedSignal } from "./listened-signal";
import { Departed, Member } from "./membership";
import { MemoryAccess } from "./memory-access";
import { MemoryReader } from "./memory-reader";
import { MemoryWriter } from "./memory-writer";
import { readHealth } from "./read-health";
import { Receiver } from "./receiver";
import { Repairer } from "./repairer";
import { Roster } from "./roster";
import { Sender } from "./sender";
import { createSignal, FiringSignal } from "./signal";
import { takeStatistics } from "./take-statistics";
import { Subscriptions } from "./subscriptions";
import { Label, labelled } from "../platform/labels";

/** A new hub casts once more what the former one did within this time. */
const CAST_AGAIN_SECONDS = 30;

/** How often health is looked at for who listens. */
const HEALTH_SECONDS = 1.5;

/** So many servers listen to who starts. */
const LISTENERS = 2;

/** What a pool hears of its registers. */
export interface PoolListener {
	/** The state has changed so. What is returned is handed to `fire` later, when all of the state has changed. */
	note(change: Change, owner: string): defined | undefined;
	fire(event: defined): void;
}

export interface ClusterSettings {
	readonly budgetShare: number;
	readonly memoryStore: boolean;
	readonly logger: Logger | undefined;
	readonly sharedKey: string | undefined;
	readonly statisticsSeconds: number;
}

/** One server's cluster: the parts, and how they are connected. Public members are for games; the others for the library's upper parts. */
export class ServerCluster implements Cluster {
	public readonly ServerId: string;
	public readonly ServerJoined: FiringSignal<[server: ServerInfo]>;
	public readonly ServerLeft: FiringSignal<[server: ServerInfo, reason: "closed" | "lost"]>;
	public readonly HealthChanged: ListenedSignal<[health: Health, previous: Health]>;
	public readonly StatisticsChanged: ListenedSignal<[statistics: ClusterStatistics]>;

	/** @internal */
	public readonly context: Context;
	/** @internal The pools of this cluster by name, for the code above that makes them. */
	public readonly pools = new Map<string, defined>();
	/** @internal What this server has of systems of modules, for the code above that makes it. */
	public systems: defined | undefined;
	/** @internal All timers of this server. */
	public readonly agenda: Agenda;
	private channels: Channels | undefined;
	private readonly sender: Sender;
	private readonly repairer: Repairer;
	private readonly roster: Roster;
	private readonly joiner: Joiner;
	/** Where the game has set the option. */
	private readonly memoryWriter: MemoryWriter | undefined;
	private readonly detector: Detector;
	private readonly subscriptions: Subscriptions;
	/** Made when this server closes. */
	private closer: Closer | undefined;
	private readonly listeners = new Map<string, PoolListener>();
	private readyResolvers: Array<() => void> | undefined;
	private readonly firing: Firing;
	private stops: Array<(done: () => void) => void> | undefined;
	private left: boolean | undefined;
	private health: HealthWatch | undefined;
	/** What the parts above tell of themselves in {@link Describe}. */
	private tellers: Array<() => ReadonlyArray<string>> | undefined;

	constructor(platform: Platform, settings: ClusterSettings) {
		this.ServerId = platform.serverId;
		this.firing = new Firing(platform);
		this.ServerJoined = createSignal(platform);
		this.ServerLeft = createSignal(platform);
		const context = new Context(
			platform,
			settings.budgetShare,
			settings.sharedKey === undefined ? 0 : seedOfKey(settings.sharedKey),
			this,
			new Log(platform, settings.logger),
		);
		this.context = context;
		this.agenda = new Agenda(platform, (lateSeconds) => {
			this.detector.excuse(lateSeconds);
			const { traffic } = context;
			traffic.stoodStillAtSeconds = context.now();
			traffic.stoodStillForSeconds = lateSeconds;
		});
		const { agenda } = this;
		this.sender = new Sender(context, () => this.detector.beginAnew(), agenda);
		this.repairer = new Repairer(context, this.sender, agenda);
		this.roster = new Roster(context, (register) => this.sender.enqueue(register, 0));
		const memoryAccess = settings.memoryStore ? new MemoryAccess(context) : undefined;
		this.joiner = new Joiner(
			context,
			this.sender,
			this.roster,
			(buffered, again) => {
				for (const frame of buffered) receiver.replay(frame);
				this.becomeSynced(again);
			},
			(listen) => this.subscriptions.listenToFounders(listen),
			agenda,
			memoryAccess && new MemoryReader(context, memoryAccess, agenda),
			memoryAccess && ((writer) => this.memoryWriter?.noteWriter(writer)),
		);
		if (memoryAccess) this.memoryWriter = new MemoryWriter(context, memoryAccess, this.joiner, agenda);
		this.detector = new Detector(context, this.sender, this.roster, () => this.collect(), agenda);
		const receiver = new Receiver(
			context,
			this.sender,
			this.joiner,
			this.repairer,
			this.roster,
			this.detector,
			() => this.withChannels(),
			(source) => this.comeBack(source),
			agenda,
		);
		this.subscriptions = new Subscriptions(
			context,
			(message, topic) => labelled(platform, Label.Receive, () => receiver.receive(message, topic)),
			() => this.joiner.start(),
			(failure, attempts) => {
				if (attempts === 3) {
					context.log.warnOnce(
						"subscribe",
						`cannot subscribe to MessagingService yet, still trying: ${failure}`,
					);
				}
			},
			(failure) => this.goLocal(failure),
			agenda,
		);
		// Whoever listens is told in time also while this server does not take part yet, or no more.
		this.HealthChanged = new ListenedSignal(platform, () => this.every(HEALTH_SECONDS, () => this.checkHealth()));
		this.StatisticsChanged = new ListenedSignal(platform, () =>
			this.every(settings.statisticsSeconds, () => this.StatisticsChanged.Fire(this.GetStatistics())),
		);
		platform.onClosing((done) => this.leave(done));
		this.subscriptions.start();
	}

	// -- for games ---------------------------------------------------------------------------------------------------------------------------

	public GetServers(): ServerInfo[] {
		const { membership } = this.context;
		const servers = new Array<ServerInfo>();
		const rank = membership.rank();
		membership.all().forEach((member, index) => {
			if (index === rank) servers.push(infoOf(membership.selfIdentity, true));
			servers.push(infoOf(member.identity, false));
		});
		if (rank >= servers.size()) servers.push(infoOf(membership.selfIdentity, true));
		return servers;
	}

	public WaitUntilReady(): Promise<void> {
		if (this.context.isSynced()) return Promise.resolve();
		const resolvers = (this.readyResolvers ??= []);
		return new Promise((resolve) => resolvers.push(resolve));
	}

	public GetStatistics(): ClusterStatistics {
		return takeStatistics(this.context, this.channels);
	}

	public GetHealth(): Health {
		return readHealth(this.context, this.detector, this.subscriptions.lastFailure);
	}

	public Describe(): string {
		const lines = new Array<string>();
		for (const tell of this.tellers ?? []) for (const line of tell()) lines.push(line);
		return describe({
			serverId: this.ServerId,
			servers: this.GetServers(),
			statistics: this.GetStatistics(),
			health: this.GetHealth(),
			budgetShare: this.context.budget.share,
			lines,
			unixSeconds: this.context.platform.unixMilliseconds() / 1000,
		});
	}

	public Channel<T extends defined>(name: string, options?: ChannelOptions<T>): Channel<T> {
		const wrong = checkChannelArguments(name, options);
		if (wrong !== undefined) fail(wrong);
		return this.ownChannel(name, options);
	}

	/** @internal A channel of any name, also of those that are the library's own. */
	public ownChannel<T extends defined>(name: string, options?: ChannelOptions<T>): Channel<T> {
		const channels = this.withChannels();
		const known = channels.find(name) as SharedChannel<T> | undefined;
		if (!known) {
			const channel = new SharedChannel<T>(name, options, channels);
			channels.open(name, channel);
			return channel;
		}
		if (options && !known.hasOptions(options)) {
			this.context.log.warnOnce(
				`channel ${name}`,
				`Channel "${name}" exists already with other options; those of its first call stay in use. Create it once and share it.`,
			);
		}
		return known;
	}

	public Close(): Promise<void> {
		this.left = true;
		return new Promise((resolve) => this.leave(resolve));
	}

	// -- for the parts above -----------------------------------------------------------------------------------------------------------------

	/** @internal Has {@link Describe} tell what `tell` returns. */
	public describeWith(tell: () => ReadonlyArray<string>): void {
		(this.tellers ??= []).push(tell);
	}

	// -- for elections -----------------------------------------------------------------------------------------------------------------------

	/** @internal Sends entries to one server; what is lost is for the caller to say again. */
	public sendElection(addressee: ShortId, entries: ReadonlyArray<ElectionEntry>): void {
		const { addressed } = this.sender;
		let rest = entries;
		while (!rest.isEmpty()) {
			const { text, count } = writeElection(rest, addressed.roomBytes());
			assert(count > 0, "any entry fits into a message");
			addressed.sendTo(addressee, "election", [text]);
			const left = new Array<ElectionEntry>();
			for (const index of $range(count, rest.size() - 1)) left.push(rest[index]!);
			rest = left;
		}
	}

	/** @internal Has this server broadcast as soon as may be, with what rides along. */
	public speakSoon(): void {
		this.sender.speakSoon();
	}

	// -- for pools ---------------------------------------------------------------------------------------------------------------------------

	/** @internal */
	public attach(poolName: string, policy: OwnerGonePolicy, listener: PoolListener): void {
		const pool = this.context.replica.pools.get(poolName);
		if (pool) pool.policy = policy;
		this.listeners.set(poolName, listener);
	}

	/** @internal */
	public detach(poolName: string, listener: PoolListener): void {
		// A handler may have made a new pool of this name already.
		if (this.listeners.get(poolName) === listener) this.listeners.delete(poolName);
	}

	/** @internal Claims or updates a key of this server. */
	public contribute(pool: string, policy: OwnerGonePolicy, key: string, value: string, priority: number): void {
		const { context } = this;
		const known = context.replica.pools.get(pool)?.registers.get(key);
		// What this server owns already with this very value is news to nobody.
		if (known && known.stream === context.replica.own && known.value === value) return;
		const register = context.replica.contribute(pool, policy, key, value, context.nowStamp());
		this.sender.enqueue(register, priority);
		this.dispatch();
	}

	/** @internal What was contributed goes out at once, without waiting for more to come. */
	public flush(): void {
		this.context.flushTimer.noteFull();
		this.sender.flush();
	}

	/** @internal Withdraws what this server contributed; false if it is not the owner. */
	public withdraw(pool: string, key: string, priority: number): boolean {
		const { context } = this;
		const register = context.replica.pools.get(pool)?.registers.get(key);
		if (!register || register.stream !== context.replica.own || register.value === undefined) return false;
		if (context.replica.withdraw(register, context.nowStamp())) this.sender.enqueue(register, priority);
		else {
			sometimes("withdrawn before anybody heard of it");
			this.sender.dequeue(register);
		}
		this.dispatch();
		return true;
	}

	/** @internal The ServerId of a stream's server. */
	public serverIdOf(stream: Stream): string {
		return this.context.serverIdOf(stream.shortId);
	}

	/** @internal Whether the game has called Close(). That the server itself closes is no mistake of the game's. */
	public hasLeft(): boolean {
		return this.left === true;
	}

	/** What few servers of a game without channels ever need. */
	private withChannels(): Channels {
		return (this.channels ??= new Channels(
			this.context,
			this.sender,
			(hand) => this.firing.later(hand),
			() => this.hasLeft(),
			this.agenda,
		));
	}

	// -- the parts' course -------------------------------------------------------------------------------------------------------------------

	private becomeSynced(again: boolean): void {
		const { context } = this;
		context.budget.setSynced();
		context.hasState = true;
		context.syncedAtSeconds = context.now();
		this.roster.shareBudget();
		if (again) this.contributeAnew();
		this.sender.start();
		this.detector.start();
		if (context.phase === "synced") this.memoryWriter?.start();
		this.roster.adoptOrphans();
		for (const member of context.membership.all()) this.repairer.watch(member.stream);
		for (const { stream, purged } of context.membership.allDeparted()) if (!purged) this.repairer.watch(stream);
		this.updateRegime();
		this.dispatch();
		context.rider?.synced();
		this.resolveReady();
	}

	/** Nobody waits for ever, not even for what will not come. */
	private resolveReady(): void {
		const { readyResolvers } = this;
		if (readyResolvers) {
			this.readyResolvers = undefined;
			for (const resolve of readyResolvers) this.firing.later(resolve);
		}
		this.firing.run();
	}

	/** Others gave this server up, so what it had is gone there: it starts a new stream, gets the state anew, then contributes again what is still its own. */
	private comeBack(source: string): void {
		const { context } = this;
		sometimes("given up and back");
		context.traffic.resyncs += 1;
		if (context.regime.role() === "hub") {
			sometimes("a hub that was given up comes back");
			// Others have a hub, or will have one.
			context.regime.dissolve();
			this.sender.follow();
		}
		context.log.info(`server ${context.serverIdOf(source)} had given this one up for lost; it resyncs`);
		const former = context.replica.own;
		context.incarnation = former.incarnation + 1;
		const stream = new Stream(context.selfId, context.incarnation);
		context.replica.own = stream;
		context.sequencer.restart(stream);
		if (context.regime.hub) context.regime.hub.ownCastUpTo = 0;
		this.sender.forgetWaiting();
		context.floor.restart();
		context.replica.inherit(former, stream);
		this.channels?.restart();
		stream.inherited = false;
		this.joiner.restart(source);
	}

	private contributeAnew(): void {
		const { context } = this;
		const { replica } = context;
		const own = new Array<Register>();
		replica.forEachOwned(replica.own, (register) => own.push(register));
		for (const register of own) {
			if (register.version !== 0 || this.sender.isWaiting(register)) continue;
			// With the stamps they had: what others contributed meanwhile stays newer. Removals as well: the others may have
			// kept, and so adopted, what they remove, or somebody still has what that had won over.
			this.sender.enqueue(register, 0);
		}
		context.floor.release();
	}

	private goLocal(failure: string): void {
		const { context } = this;
		context.phase = "local";
		context.log.warnOnce(
			"local",
			`MessagingService is not available in this Studio session (${failure}); pools work on this server alone. ` +
				"Publish the place and allow API access in the game settings to try them between servers.",
		);
		this.becomeSynced(false);
	}

	/** The oldest servers listen to who starts; not the hub, which has its messages for casts. */
	private updateListening(): void {
		const { context } = this;
		const rank = context.membership.rank();
		const { hub } = context.regime;
		if (!hub) this.subscriptions.listenToNewcomers(rank < LISTENERS);
		else this.subscriptions.listenToNewcomers(hub.shortId !== context.selfId && rank <= LISTENERS);
	}

	/** Whether this server becomes the hub, or stops to be it. */
	private updateRegime(): void {
		const { context } = this;
		const { regime } = context;
		if (context.phase !== "synced") return;
		this.updateListening();
		const now = context.now();
		const change = regime.decide(now, () => this.sender.casts?.fitsDirect(now) !== false);
		if (change === "dissolve") {
			sometimes("a hub dissolves");
			this.sender.casts?.dissolve();
		}
		if (change !== "lead") return;
		const former = regime.hub;
		if (former) sometimes("a hub that is gone is replaced");
		if (former && context.membership.rank() > 0) sometimes("another than its standby takes a hub's place");
		// What the former hub cast lately may not have reached everybody.
		const again = former ? former.log.since(now - CAST_AGAIN_SECONDS) : [];
		const { own } = context.replica;
		again.push({ stream: own, after: regime.ownCastUpTo(), upTo: own.highest });
		// Its floors are about what it casts itself: of what may not be everywhere, they have to be about all.
		for (const range of context.replica.newerThan(context.stableFrontier())) again.push(range);
		context.log.info(`this server broadcasts for all ${context.membership.serverCount()} from now on`);
		const hub = regime.lead(now);
		this.detector.beginAnew();
		this.sender.lead(hub, again);
	}

	/** @internal Looks how well this server takes part, and tells if that has changed. */
	public checkHealth(): void {
		const health = this.GetHealth();
		// Of who was always well nothing is kept.
		if (!this.health && health === HEALTHY) return;
		const previous = (this.health ??= new HealthWatch(this.context)).note(health);
		if (previous) this.HealthChanged.Fire(health, previous);
	}

	private every(seconds: number, act: () => void): void {
		const { agenda, context } = this;
		const acting = agenda.add(() => {
			acting.at(context.now() + seconds);
			act();
		});
		acting.at(context.now() + seconds);
	}

	private collect(): void {
		this.checkHealth();
		this.updateRegime();
		this.roster.collect(this.context.stableFrontier());
		this.updateBudget();
		this.dispatch();
	}

	private updateBudget(): void {
		const { budget, congestion, membership, platform } = this.context;
		const now = this.context.now();
		const loss = this.context.observedLoss();
		if (this.context.loss.isKnown()) congestion.noteReportedLoss(this.context.selfId, loss, now);
		for (const { shortId, loss } of membership.allReporting()) congestion.noteReportedLoss(shortId, loss!, now);
		congestion.update(now, budget.utilisation(now));
		budget.setLoss(loss);
		budget.setPlayers(platform.playerCount());
		budget.setFactor(congestion.factor());
	}

	/** @internal Has `stop` called when this server leaves, before the others are told; they are told when `done` was called. */
	public beforeLeaving(stop: (done: () => void) => void): void {
		this.stops = [...(this.stops ?? []), stop];
	}

	/** What runs here stops, then what is led is handed over, then the others are told. */
	private leave(done: () => void): void {
		const closer = (this.closer ??= new Closer(this.context, this.sender, () => this.stop(), this.agenda));
		const { rider } = this.context;
		const { stops = [] } = this;
		this.stops = undefined;
		let left = 1 + stops.size();
		const stopped = (): void => {
			left -= 1;
			if (left > 0) return;
			if (rider) rider.close(() => closer.close(done));
			else closer.close(done);
		};
		for (const stop of stops) stop(stopped);
		stopped();
	}

	private stop(): void {
		this.agenda.stop();
		this.channels?.stop();
		this.subscriptions.stop();
		this.resolveReady();
	}

	// -- signals -----------------------------------------------------------------------------------------------------------------------------

	/** @internal */
	public joined({ identity, shortId }: Member): void {
		this.sender.casts?.announceMember(shortId);
		this.firing.later(() => this.ServerJoined.Fire(infoOf(identity, false)));
	}

	/** @internal */
	public renewed({ shortId }: Member): void {
		this.sender.casts?.announceMember(shortId);
	}

	/** @internal */
	public departed({ reason, shortId }: Departed, identity: Identity): void {
		this.channels?.noteDeparted();
		this.context.rider?.departed(shortId, reason);
		this.firing.later(() => this.ServerLeft.Fire(infoOf(identity, false), reason));
	}

	/** @internal */
	public changed(): void {
		this.dispatch();
	}

	/** Tells pools what has changed. State first, signals afterwards: a handler sees the state its signal speaks of, or a later one. */
	private dispatch(): void {
		this.roster.shareBudget();
		for (const change of this.context.replica.takeChanges()) {
			// Unless this server has claimed the key again meanwhile.
			if (change.kind === "ownershipLost" && change.register.stream !== this.context.replica.own) {
				if (this.sender.isWaiting(change.register)) sometimes("ownership lost while a claim waited");
				this.sender.dequeue(change.register);
			}
			const listener = this.listeners.get(change.register.pool.name);
			const event = listener?.note(change, this.serverIdOf(change.owner));
			if (event !== undefined) this.firing.later(() => listener!.fire(event));
		}
		if (this.context.replica.messages) this.withChannels().deliver();
		this.firing.run();
	}
}

function infoOf(identity: Identity, isSelf: boolean): ServerInfo {
	return {
		ServerId: identity.serverId,
		StartedAt: identity.startedAtSeconds,
		PlaceVersion: identity.placeVersion,
		IsSelf: isSelf,
	};
}

/** The library's own view of a cluster that a game handed in. */
export function serverClusterOf(cluster: unknown): ServerCluster | string {
	return cluster instanceof ServerCluster
		? cluster
		: "the cluster option is not a Cluster; pass what GetCluster() returns";
}
