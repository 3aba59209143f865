// Pools as one would write them at first: one message per change, and when a server starts, all others send everything
// they have again, two messages a second each. The demo runs the same game on these for comparison.
import { Pool } from "@rbxts/net-server-sync";

const MessagingService = game.GetService("MessagingService");
const HttpService = game.GetService("HttpService");

const RESEND_SECONDS = 0.5;

interface Message {
	readonly server: string;
	/** Missing in the greeting of a server that starts. */
	readonly key?: string;
	/** Missing in a removal. */
	readonly text?: string;
}

class PlainSignal<T extends unknown[]> {
	private readonly handlers = new Array<(...parameters: T) => void>();

	Connect(handler: (...parameters: T) => void) {
		this.handlers.push(handler);
	}

	Fire(...parameters: T) {
		for (const handler of this.handlers) handler(...parameters);
	}
}

/** Other servers ever heard of: nothing tells when one is gone. */
const heardOf = new Set<string>();
const resends = new Array<() => void>();
const serverJoined = new PlainSignal<[]>();
const serverLeft = new PlainSignal<[]>();

function publish(topic: string, message: Message) {
	task.spawn(() => pcall(() => MessagingService.PublishAsync(topic, HttpService.JSONEncode(message))));
}

/** A map's own order depends on when garbage was collected; the demo is to be the same every time. */
function sortedKeys(map: ReadonlyMap<string, defined>): string[] {
	const keys = new Array<string>();
	for (const [key] of map) keys.push(key);
	keys.sort();
	return keys;
}

class PlainPool<T extends defined> {
	readonly ContributionAdded = new PlainSignal<[value: T]>();
	readonly ContributionUpdated = new PlainSignal<[value: T, previous: T]>();
	readonly ContributionRemoved = new PlainSignal<[value: T]>();
	readonly own = new Map<string, string>();
	private readonly values = new Map<string, T>();

	constructor(
		private readonly name: string,
		private readonly hash: (value: T) => string,
		private readonly serialize: (value: T) => string,
		private readonly deserialize: (text: string) => T,
	) {}

	ReplaceContribution(value: T) {
		const key = this.hash(value);
		this.own.set(key, this.serialize(value));
		this.set(key, value);
		this.send(key);
	}

	RemoveContribution(key: string): boolean {
		if (!this.own.delete(key)) return false;
		this.remove(key);
		this.send(key);
		return true;
	}

	GetContribution(key: string): T | undefined {
		return this.values.get(key);
	}

	GetAllContributions(): T[] {
		return sortedKeys(this.values).map((key) => this.values.get(key)!);
	}

	send(key: string) {
		const text = this.own.get(key);
		publish(this.name, { server: game.JobId, key, ...(text === undefined ? {} : { text }) });
	}

	/** Sends everything again, after whatever else is to be sent again. */
	resend() {
		for (const key of sortedKeys(this.own)) resends.push(() => this.own.has(key) && this.send(key));
	}

	start() {
		MessagingService.SubscribeAsync(this.name, ({ Data }) =>
			this.receive(HttpService.JSONDecode(Data as string) as Message),
		);
		publish(this.name, { server: game.JobId });
	}

	private receive({ server, key, text }: Message) {
		if (server === game.JobId) return;
		if (!heardOf.has(server)) {
			heardOf.add(server);
			serverJoined.Fire();
		}
		if (key === undefined) return this.resend();
		this.own.delete(key);
		if (text === undefined) this.remove(key);
		else this.set(key, this.deserialize(text));
	}

	private set(key: string, value: T) {
		const previous = this.values.get(key);
		this.values.set(key, value);
		if (previous === undefined) this.ContributionAdded.Fire(value);
		else this.ContributionUpdated.Fire(value, previous);
	}

	private remove(key: string) {
		const value = this.values.get(key);
		if (value === undefined) return;
		this.values.delete(key);
		this.ContributionRemoved.Fire(value);
	}
}

/** A leader says so often that it leads; who has heard of none for so long leads. */
const LEADER_BEAT_SECONDS = 5;
const LEADER_LOST_SECONDS = 15;

/** Whoever hears of no leader for some time leads, as one would write it at first. Of two that hear each other, one stays. */
class PlainElection {
	private readonly changed = new PlainSignal<[]>();
	private leader: string | undefined;
	private heardSeconds = os.clock();
	private term = 0;

	constructor(private readonly topic: string) {
		task.spawn(() => MessagingService.SubscribeAsync(topic, ({ Data }) => this.hear(Data as string)));
		task.spawn(() => this.watch());
	}

	GetLeader(): string | undefined {
		return this.leader;
	}

	Run(body: (leadership: { Term: number; IsValid: () => boolean }) => () => void) {
		let finish: (() => void) | undefined;
		this.changed.Connect(() => {
			const leads = this.leader === game.JobId;
			if (leads === (finish !== undefined)) return;
			if (leads) {
				this.term += 1;
				finish = body({ Term: this.term, IsValid: () => this.leader === game.JobId });
			} else {
				finish?.();
				finish = undefined;
			}
		});
	}

	private watch() {
		while (true) {
			task.wait(LEADER_BEAT_SECONDS);
			if (this.leader === game.JobId) publish(this.topic, { server: game.JobId });
			else if (os.clock() - this.heardSeconds > LEADER_LOST_SECONDS) {
				this.follow(game.JobId);
				publish(this.topic, { server: game.JobId });
			}
		}
	}

	private hear(text: string) {
		const { server } = HttpService.JSONDecode(text) as Message;
		if (server === game.JobId || (this.leader === game.JobId && server > game.JobId)) return;
		this.heardSeconds = os.clock();
		this.follow(server);
	}

	private follow(leader: string) {
		if (this.leader === leader) return;
		this.leader = leader;
		this.changed.Fire();
	}
}

const pools = new Array<PlainPool<defined>>();

task.spawn(() => {
	while (true) {
		task.wait(RESEND_SECONDS);
		resends.shift()?.();
	}
});

game.BindToClose(() => {
	for (const pool of pools) {
		for (const key of sortedKeys(pool.own)) pool.RemoveContribution(key);
	}
	task.wait(2);
});

export function GeneralPool<T extends defined>(
	name: string,
	hash: (value: T) => string,
	serialize: (value: T) => string,
	deserialize: (text: string) => T,
): Pick<Pool<T>, "ReplaceContribution" | "RemoveContribution" | "GetContribution" | "GetAllContributions"> {
	const pool = new PlainPool(name, hash, serialize, deserialize);
	pools.push(pool as unknown as PlainPool<defined>);
	task.spawn(() => pool.start());
	return pool;
}

export function StringPool(name: string) {
	const same = (text: string) => text;
	return GeneralPool<string>(name, same, same, same);
}

export function LeaderElection(scope: string) {
	return new PlainElection(`leader of ${scope}`);
}

class PlainChannel {
	readonly Received = new PlainSignal<[text: string, sender: string]>();

	constructor(private readonly topic: string) {
		task.spawn(() =>
			MessagingService.SubscribeAsync(topic, ({ Data }) => {
				const { server, text } = HttpService.JSONDecode(Data as string) as Message;
				this.Received.Fire(text!, server);
			}),
		);
	}

	Publish(text: string) {
		publish(this.topic, { server: game.JobId, text });
	}
}

export function GetCluster() {
	return {
		GetServers: () => [game.JobId, ...heardOf],
		ServerJoined: serverJoined,
		ServerLeft: serverLeft,
		Channel: (name: string) => new PlainChannel(`channel ${name}`),
	};
}
