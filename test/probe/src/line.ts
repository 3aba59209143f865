import { ProbeEngine, attempt } from "./engine";

/** What the servers of the probe tell each other; `run` says which probe it is about. */
export type Control =
	| { readonly kind: "hello"; readonly id: string }
	| { readonly kind: "roster"; readonly run: string; readonly members: string[] }
	| {
			readonly kind: "do";
			readonly run: string;
			readonly step: number;
			readonly name: string;
			readonly args: unknown;
			/** Seconds until everybody begins. */
			readonly startsIn: number;
	  }
	| { readonly kind: "ask"; readonly run: string; readonly step: number; readonly to: number; readonly page: number }
	| { readonly kind: "row"; readonly run: string; readonly index: number; readonly text: string }
	| { readonly kind: "stop"; readonly run: string; readonly why: string };

/** What the leader is told. */
export type Answer =
	| { readonly kind: "ack"; readonly run: string; readonly step: number; readonly from: number }
	| {
			readonly kind: "page";
			readonly run: string;
			readonly step: number;
			readonly from: number;
			readonly page: number;
			/** How many pages there are; 0 while the step goes on. */
			readonly pages: number;
			readonly text: string;
	  };

/** All topics of the probe begin so. */
export const TOPICS = "net-server-sync-probe";

const CONTROL = `${TOPICS}/control`;
const SUBSCRIBE_TRIES = 10;
const SUBSCRIBE_AGAIN_SECONDS = 3;

/** Subscribes, trying again where that fails; undefined if it always does. */
export function subscribe(
	engine: ProbeEngine,
	topic: string,
	received: (data: unknown, sent: number) => void,
): RBXScriptConnection | undefined {
	for (const _ of $range(1, SUBSCRIBE_TRIES)) {
		let connection: RBXScriptConnection | undefined;
		const { failure } = attempt(engine, () => {
			connection = engine.MessagingService.SubscribeAsync(topic, ({ Data, Sent }) => received(Data, Sent));
		});
		if (failure === undefined) return connection;
		engine.task.wait(SUBSCRIBE_AGAIN_SECONDS);
	}
	return undefined;
}

/** The conversation of the probe's servers. Whatever is said may be lost: whoever needs an answer asks again. */
export class Line {
	private readonly connections = new Array<RBXScriptConnection>();

	constructor(private readonly engine: ProbeEngine) {}

	/** False if there is no MessagingService. */
	listen(heard: (message: Control) => void): boolean {
		return this.connect(CONTROL, (data) => heard(data as Control));
	}

	listenToAnswers(run: string, heard: (answer: Answer) => void): boolean {
		return this.connect(`${TOPICS}/${run}/answers`, (data) => heard(data as Answer));
	}

	say(message: Control): void {
		this.send(CONTROL, message);
	}

	answer(answer: Answer): void {
		this.send(`${TOPICS}/${answer.run}/answers`, answer);
	}

	close(): void {
		for (const connection of this.connections) connection.Disconnect();
		this.connections.clear();
	}

	private connect(topic: string, heard: (data: unknown) => void): boolean {
		const connection = subscribe(this.engine, topic, (data) => {
			if (typeIs(data, "table")) heard(data);
		});
		if (connection) this.connections.push(connection);
		return connection !== undefined;
	}

	/** In a thread of its own, since nobody waits for whether it went out. */
	private send(topic: string, message: unknown): void {
		this.engine.task.spawn(() => {
			attempt(this.engine, () => this.engine.MessagingService.PublishAsync(topic, message));
		});
	}
}
