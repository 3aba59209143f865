import { Channel } from "../../cluster/channel";
import { ServerCluster } from "../../cluster/server-cluster";
import { encodePayload } from "../../wire/payload";

/** One channel for all spaces of a server; no game's can be named so by accident. */
const CHANNEL = "net-server-sync/edits";
/** Motions and answers are put into payloads of about so many bytes. */
const PAYLOAD_BYTES = 6000;

interface Said {
	readonly s: string;
	/** Motions for the leader. */
	readonly m?: defined[];
	/** Answers to motions. */
	readonly v?: defined[];
}

/** What a space hears of the others. */
export interface Addressee {
	hearMotion(motion: unknown, sender: string): void;
	hearAnswer(answer: unknown, sender: string): void;
}

/** Carries motions and answers of all spaces of one server. */
export class Courier {
	public unreadable = 0;
	private readonly channel: Channel<defined>;
	private readonly addressees = new Map<string, Addressee>();

	constructor(cluster: ServerCluster) {
		this.channel = cluster.ownChannel<defined>(CHANNEL);
		this.channel.Received.Connect((payload, sender) => this.receive(payload, sender));
	}

	public open(space: string, addressee: Addressee): void {
		this.addressees.set(space, addressee);
	}

	public send(to: string, space: string, kind: "m" | "v", words: ReadonlyArray<defined>): void {
		let packed = new Array<defined>();
		let bytes = 0;
		const dispatch = (): void => {
			if (packed.isEmpty()) return;
			const said: Said = kind === "m" ? { s: space, m: packed } : { s: space, v: packed };
			// Whoever waits for an answer asks again.
			this.channel.Send(to, said);
			packed = [];
			bytes = 0;
		};
		for (const word of words) {
			const size = wordBytes(word);
			if (bytes + size > PAYLOAD_BYTES) dispatch();
			packed.push(word);
			bytes += size;
		}
		dispatch();
	}

	private receive(payload: unknown, sender: string): void {
		const {
			s: space,
			m: motions,
			v: answers,
		} = (typeIs(payload, "table") ? payload : {}) as { [K in keyof Said]: unknown };
		const addressee = typeIs(space, "string") ? this.addressees.get(space) : undefined;
		if (!addressee) {
			this.unreadable += 1;
			return;
		}
		for (const motion of typeIs(motions, "table") ? (motions as defined[]) : [])
			addressee.hearMotion(motion, sender);
		for (const answer of typeIs(answers, "table") ? (answers as defined[]) : [])
			addressee.hearAnswer(answer, sender);
	}
}

/** What a word takes of a payload; infinite if it cannot be sent at all. */
export function wordBytes(word: defined): number {
	return encodePayload(word).text?.size() ?? math.huge;
}
