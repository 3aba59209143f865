import { CloudWatcher, LossReason } from "../../src/testing";
import type { Stage } from "./stage";

export interface TracedEvent {
	readonly atSeconds: number;
	readonly text: string;
}

const MOST_EVENTS = 200;
const MOST_MESSAGES = 4096;

/** Keeps the last messages of each server, for those that a failure is about. */
export class MessageTrace implements CloudWatcher {
	private readonly events = new Map<string, TracedEvent[]>();
	private readonly messages = new Map<number, { readonly sender: string; readonly text: string }>();

	constructor(private readonly stage: Stage) {}

	public Published(id: number, sender: string, topic: string, message: unknown, bytes: number): void {
		const name = this.stage.nameOf(sender);
		const text = `message ${id} of ${name} on ${topic}, ${bytes} bytes`;
		this.messages.set(id, { sender: name, text });
		this.messages.delete(id - MOST_MESSAGES);
		this.note(sender, `sends ${text}`);
	}

	public Delivered(id: number, receiver: string): void {
		this.note(receiver, `gets ${this.describe(id)}`);
	}

	public Lost(id: number, receiver: string, reason: LossReason): void {
		if (receiver !== "") this.note(receiver, `does not get ${this.describe(id)} (${reason})`);
	}

	/** Of these servers, in order. */
	public lastOf(servers: readonly number[]): TracedEvent[] {
		const all = new Array<TracedEvent>();
		for (const [serverId, events] of this.events) {
			const number = this.stage.numberOf(serverId);
			if (!servers.includes(number)) continue;
			for (const event of events)
				all.push({ atSeconds: event.atSeconds, text: `server ${number} ${event.text}` });
		}
		all.sort((left, right) =>
			left.atSeconds === right.atSeconds ? left.text < right.text : left.atSeconds < right.atSeconds,
		);
		return all.size() <= MOST_EVENTS ? all : all.move(all.size() - MOST_EVENTS, all.size() - 1, 0, []);
	}

	private describe(id: number): string {
		return this.messages.get(id)?.text ?? `message ${id}`;
	}

	private note(serverId: string, text: string): void {
		let events = this.events.get(serverId);
		if (!events) {
			events = [];
			this.events.set(serverId, events);
		}
		events.push({ atSeconds: this.stage.now(), text });
		if (events.size() > 2 * MOST_EVENTS) {
			this.events.set(serverId, events.move(MOST_EVENTS, events.size() - 1, 0, []));
		}
	}
}
