import type { CloudLink } from "../cloud-link";
import type { MessagingCloud } from "../messaging-cloud";
import { decodeJson, encodeJson } from "./json";
import { EngineConnection } from "./signal";
import { EngineThreads } from "./threads";

/** A message as a subscriber gets it. */
export interface EngineMessage {
	/** What was published. */
	readonly Data: unknown;
	/** Unix time in seconds at which it was sent. */
	readonly Sent: number;
}

/** What of MessagingService exists: all of it. */
export interface EngineMessaging {
	/** Yields until the cloud has the message, or throws. Any value that JSON can carry. */
	PublishAsync(topic: string, message: unknown): void;
	/** Yields until subscribed, or throws. */
	SubscribeAsync(topic: string, callback: (message: { Data: unknown; Sent: number }) => void): RBXScriptConnection;
}

interface Arrival {
	readonly connection: EngineConnection;
	readonly message: EngineMessage;
}

function receive({ connection, message }: Arrival): void {
	// A message that waited for the end of a freeze may find its subscription gone.
	if (connection.Connected) connection.handler(message);
}

/** The MessagingService of one virtual server, in front of the game's cloud. */
export class EmulatedMessaging implements EngineMessaging {
	constructor(
		private readonly cloud: MessagingCloud,
		private readonly link: CloudLink,
		private readonly threads: EngineThreads,
	) {}

	PublishAsync(topic: string, message: unknown): void {
		let sent = message;
		let bytes: number | undefined;
		if (!typeIs(message, "string")) {
			const text = encodeJson(message);
			sent = decodeJson(text);
			bytes = text.size();
		}
		const [failure] = this.threads.suspend("MessagingService.PublishAsync", (resume) =>
			this.cloud.publish(this.link, topic, sent, bytes, resume),
		);
		if (failure !== undefined) error(failure, 0);
	}

	SubscribeAsync(topic: string, callback: (message: EngineMessage) => void): RBXScriptConnection {
		let disconnect: (() => void) | undefined;
		const connection = new EngineConnection(callback, () => disconnect?.());
		const [failure] = this.threads.suspend("MessagingService.SubscribeAsync", (resume) => {
			disconnect = this.cloud.subscribe(
				this.link,
				topic,
				(data, sentUnixSeconds) => {
					const message = { Data: data, Sent: sentUnixSeconds };
					this.threads.enter(receive, { connection, message });
				},
				resume,
			);
		});
		if (failure !== undefined) error(failure, 0);
		return connection as unknown as RBXScriptConnection;
	}
}
