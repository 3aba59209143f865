import { Channel, ChannelOptions } from "../../../src/cluster";
import { Peer, World } from "./world";

/** What servers publish in these specs: who, and its how many-th. */
export interface Line {
	readonly from: number;
	readonly count: number;
	readonly filler?: string | undefined;
}

interface Said {
	readonly from: number;
	readonly count: number;
	/** The numbers of the servers that took part when it was said. */
	readonly live: number[];
}

/** One server in a channel, and what it has heard there. */
export class Talker {
	public readonly channel: Channel<Line>;
	/** All that was heard, "from:count" in order. */
	public readonly heard = new Array<string>();
	/** The count of the latest line heard, by its publisher. */
	public readonly latest = new Map<number, number>();
	public readonly problems = new Array<string>();
	public said = 0;

	constructor(
		world: World,
		public readonly peer: Peer,
		name: string,
		options: ChannelOptions<Line> | undefined,
	) {
		this.channel = peer.server.Do(() => peer.server.Cluster.Channel<Line>(name, options));
		this.channel.Received.Connect((line, sender) => {
			const name = `${line.from}:${line.count}`;
			this.heard.push(name);
			if (world.numberOf(sender) !== line.from) this.problems.push(`${name} came as from ${sender}`);
			const latest = this.latest.get(line.from) ?? 0;
			if (line.count <= latest) this.problems.push(`${name} came after ${line.from}:${latest}`);
			this.latest.set(line.from, line.count);
		});
	}

	public heardAll(from: number, upTo: number): boolean {
		for (const count of $range(1, upTo)) if (!this.heard.includes(`${from}:${count}`)) return false;
		return true;
	}
}

/** A channel that all servers of a game are in. */
export class Chat {
	public readonly talkers = new Map<number, Talker>();
	private readonly lines = new Array<Said>();

	constructor(
		private readonly world: World,
		private readonly name = "Chat",
		private readonly options?: ChannelOptions<Line>,
	) {}

	public join(...peers: Peer[]): void {
		for (const peer of peers) {
			this.talkers.set(peer.number, new Talker(this.world, peer, this.name, this.options));
		}
	}

	public of(peer: Peer): Talker {
		return this.talkers.get(peer.number)!;
	}

	public say(peer: Peer, filler?: string): void {
		const talker = this.of(peer);
		talker.said += 1;
		const live = new Array<number>();
		for (const other of this.world.live()) {
			if (this.talkers.has(other.number) && other.pool.IsSynced()) live.push(other.number);
		}
		this.lines.push({ from: peer.number, count: talker.said, live });
		peer.server.Do(() => talker.channel.Publish({ from: peer.number, count: talker.said, filler }));
	}

	/** Fails if anything came twice, out of order, or in another's name. */
	public check(): void {
		for (const [number, { problems }] of this.talkers) {
			if (!problems.isEmpty()) error(`server ${number}: ${problems[0]}`, 2);
		}
	}

	/** Lines that a server which took part when they were said, and still runs, has not heard: "listener<from:count". */
	public unheard(): string[] {
		const unheard = new Array<string>();
		for (const { from, count, live } of this.lines) {
			for (const number of live) {
				const talker = this.talkers.get(number)!;
				if (talker.peer.isLive() && !talker.heard.includes(`${from}:${count}`))
					unheard.push(`${number}<${from}:${count}`);
			}
		}
		return unheard;
	}

	/** Seconds until everybody has heard everything; fails if it takes longer than the limit. */
	public untilHeard(limitSeconds: number): number {
		const start = this.world.emulated.Now();
		while (!this.unheard().isEmpty()) {
			if (this.world.emulated.Now() - start >= limitSeconds)
				error(`after ${limitSeconds} s still not heard: ${this.describe()}`, 2);
			this.world.run(0.1);
		}
		this.check();
		return this.world.emulated.Now() - start;
	}

	private describe(): string {
		const unheard = this.unheard();
		const words = unheard.filter((_, index) => index < 20);
		for (const peer of this.world.live()) {
			const { Missed, Unsent, Waiting, Delivered } = this.statistics(peer);
			words.push(
				`server ${peer.number}: missed ${Missed}, unsent ${Unsent}, waiting ${Waiting}, delivered ${Delivered}`,
			);
		}
		return `${unheard.size()}: ${words.join("; ")}`;
	}

	public statistics(peer: Peer) {
		return peer.server.Cluster.GetStatistics().Channels;
	}
}
