import { Channel } from "../../src/cluster";
import { Accuse, Actor } from "./actor";

/** Before this server has met all others, it may not hear all of them. */
const MET_SECONDS = 20;
/** The channel that all are in. */
export const TALK = "Talk";
const TIME_TO_LIVE_SECONDS = 60;

interface Line {
	readonly from: number;
	readonly count: number;
	/** Given for what is sent to one server: told apart from every other. */
	readonly letter?: string | undefined;
	readonly padding: string;
}

interface Said {
	readonly count: number;
	readonly atSeconds: number;
}

/** What one server says to all others, and to single ones, and what it hears. */
export class Talk {
	public readonly said = new Array<Said>();
	private readonly channel: Channel<Line>;
	/** By publisher: what was heard, and the latest of that. */
	private readonly heard = new Map<number, Set<number>>();
	private readonly first = new Map<number, number>();
	private readonly latest = new Map<number, number>();
	private readonly letters = new Set<string>();

	constructor(
		private readonly actor: Actor,
		private readonly actorOf: (number: number) => Actor | undefined,
		private readonly accuse: Accuse,
	) {
		const { server } = actor;
		this.channel = server.Do(() =>
			server.Cluster.Channel<Line>(TALK, { timeToLiveSeconds: TIME_TO_LIVE_SECONDS }),
		);
		this.channel.Received.Connect((line, sender) => this.hear(line, sender));
	}

	public say(bytes: number): void {
		const count = this.said.size() + 1;
		this.said.push({ count, atSeconds: this.actor.now() });
		this.publish({ from: this.actor.number, count, padding: string.rep("x", bytes) });
	}

	public send(to: Actor, letter: string, bytes: number): void {
		const line = { from: this.actor.number, count: 0, letter, padding: string.rep("x", bytes) };
		const { server } = this.actor;
		server
			.Do(() => this.channel.Send(to.server.ServerId, line))
			.then((sent) => {
				if (sent === "acknowledged" && !to.talk.letters.has(letter) && !this.actor.isDeceived()) {
					this.blame(`was told that server ${to.number} has ${letter}, which it has not`, to.number);
				}
			});
	}

	/** Compares what was said with what was heard, and with what counts as missed. */
	public audit(others: readonly Actor[]): void {
		if (this.actor.isDeceived()) return;
		const since = this.actor.syncedAtSeconds + MET_SECONDS;
		let unheard = 0;
		const examples = new Array<string>();
		for (const other of others) {
			if (other === this.actor) continue;
			const heard = this.heard.get(other.number);
			const latest = this.latest.get(other.number) ?? 0;
			// Of a server that was there before, this one counts from the first message on that it hears.
			const isOlder = other.startedAtSeconds <= this.actor.syncedAtSeconds;
			for (const { count, atSeconds } of other.talk.said) {
				if (isOlder && count < (this.first.get(other.number) ?? math.huge)) continue;
				// What is missing shows with the next message.
				if (count > latest || atSeconds < since || heard?.has(count)) continue;
				unheard += 1;
				examples.push(`${other.number}:${count}`);
			}
		}
		const missed = this.actor.context.replica.messages?.counters.missed ?? 0;
		if (unheard > missed) {
			this.blame(`has not heard ${examples.join(" ")}, and counts ${missed} as missed`, this.actor.number);
		}
	}

	private publish(line: Line): void {
		this.actor.server.Do(() => this.channel.Publish(line));
	}

	private hear({ from, count, letter }: Line, sender: string): void {
		const author = this.actorOf(from);
		if (author?.server.ServerId !== sender) {
			if (!this.actor.isDeceived()) this.blame(`heard something as from ${from} that is from ${sender}`, from);
			return;
		}
		if (letter !== undefined) {
			if (this.letters.has(letter)) this.blame(`got ${letter} twice`, from);
			this.letters.add(letter);
			return;
		}
		let heard = this.heard.get(from);
		if (!heard) {
			heard = new Set();
			this.heard.set(from, heard);
		}
		const latest = this.latest.get(from) ?? 0;
		if (count > author.talk.said.size()) this.blame(`heard ${from}:${count}, which was never said`, from);
		if (count <= latest && !this.actor.isDeceived())
			this.blame(`heard ${from}:${count} after ${from}:${latest}`, from);
		heard.add(count);
		if (!this.first.has(from)) this.first.set(from, count);
		this.latest.set(from, math.max(latest, count));
	}

	private blame(problem: string, other: number): void {
		this.accuse(`server ${this.actor.number} ${problem}`, [this.actor.number, other]);
	}
}
