import { MinuteWindow } from "./minute-window";
import { ScheduledItem } from "./scheduler";

/** One server's connection to the emulated cloud. What hardly any server ever has is absent: there may be thousands of links. */
export class CloudLink {
	/** The server is gone: nothing more comes from it or gets to it. */
	detached?: boolean;
	/** Gets no messages, without noticing. */
	deaf?: boolean;
	/** Its messages get nowhere, without it noticing. */
	mute?: boolean;
	/** False where there is no MessagingService, as in Studio without access to it: every call fails. */
	messaging?: boolean;
	/** What becomes of this server's messages before they are sent: for servers that speak another version. */
	rewrite?: (message: unknown) => unknown;

	// Numbers of this server's calls: draws are made from them.
	publishNumber = 0;
	subscribeNumber = 0;
	/** Connected and about to connect. */
	readonly subscriptions = new Array<CloudSubscription>();
	/** What it sent, once it has. */
	sends?: MinuteWindow;
	subscribeRequests?: MinuteWindow;

	constructor(
		readonly serverId: string,
		/** Key of this server's draws. */
		readonly key: number,
		/** Players on this server now. */
		readonly playerCount: () => number,
	) {}
}

/** Gets a message, the Unix time at which it was sent, and the subscription that it comes by. */
export type Receive = (message: unknown, sentUnixSeconds: number, subscription: CloudSubscription) => void;

/** Gets the failure's text, or undefined for success. */
export type Done = (failure: string | undefined) => void;

export interface CloudSubscription extends ScheduledItem {
	readonly link: CloudLink;
	readonly topic: string;
	readonly key: number;
	readonly receive: Receive;
	/** Until it was called. */
	done: Done;
	connected: boolean;
	/** Disconnected, failed, or its server is gone. */
	closed: boolean;
	failure: string | undefined;
}

/** A message on its way into the cloud. */
export interface Publication extends ScheduledItem {
	/** Undefined for one from outside. */
	readonly link: CloudLink | undefined;
	readonly topic: string;
	readonly message: unknown;
	readonly messageBytes: number;
	readonly key: number;
	/** Set when the cloud has it. */
	id: number;
	readonly sentUnixSeconds: number;
	readonly done: Done;
	/** What `done` gets; the message may have gone out nevertheless. */
	failure: string | undefined;
}

/** A message on its way to one subscriber. */
export interface Delivery extends ScheduledItem {
	readonly subscription: CloudSubscription;
	readonly publication: Publication;
}
