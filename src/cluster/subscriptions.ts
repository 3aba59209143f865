import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { backoffSeconds } from "../outbox/retry";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import {
	BROADCAST_TOPICS,
	broadcastTopic,
	FOUNDERS,
	FOUNDERS_TOPIC,
	inboxTopic,
	RENDEZVOUS,
	RENDEZVOUS_TOPIC,
} from "./topics";

/** A subscribe call that has not come back after this time is given up and made again. */
const HUNG_SECONDS = 40;
/** In Studio, so many failures mean that there is no messaging. */
const STUDIO_ATTEMPTS = 2;

/** Four fields: each server has several of these. */
interface Subscription {
	/** What its messages are handed on as: the index of a broadcast topic, {@link RENDEZVOUS}, {@link FOUNDERS}, or undefined for the inbox. */
	readonly index: number | undefined;
	attempts: number;
	/** Of what is connected, or of the call that is under way. */
	disconnect: (() => void) | undefined;
	/** When to try again, or to give up on a call that hangs; {@link NEVER} once connected. */
	dueSeconds: number;
}

const NEVER = math.huge;

/** Whether a call is under way; one that is given up no longer counts. */
function isCalling({ disconnect, dueSeconds }: Subscription): boolean {
	return disconnect !== undefined && dueSeconds < NEVER;
}

/** A call has been made, and what it gives is still to come. */
const nothingYet = () => {};

/** The few subscriptions of a server, the same number however many pools there are: kept trying until they are all up. */
export class Subscriptions {
	private readonly subscriptions = new Array<Subscription>();
	private readonly trying: Appointment;
	private ready!: boolean;
	private stopped!: boolean;
	/** What the last call said that failed, until all are up. */
	public lastFailure: string | undefined;

	constructor(
		private readonly context: Context,
		private readonly onMessage: (message: unknown, topic: number | undefined) => void,
		private readonly onReady: () => void,
		private readonly onFailure: (failure: string, attempts: number) => void,
		/** Studio without messaging. */
		private readonly onUnavailable: (failure: string) => void,
		agenda: Agenda,
	) {
		this.trying = agenda.add(() => this.tryAll());
		for (const index of $range(0, BROADCAST_TOPICS - 1)) this.add(index);
		this.add(undefined);
	}

	public start(): void {
		this.tryAll();
	}

	public stop(): void {
		this.stopped = true;
		for (const subscription of this.subscriptions) {
			if (subscription.disconnect) subscription.disconnect();
			subscription.disconnect = undefined;
		}
	}

	/** Listens to who starts, or no longer. */
	public listenToNewcomers(listen: boolean): void {
		this.listenTo(RENDEZVOUS, listen);
	}

	/** Listens to who is about to claim to be the first, or no longer. */
	public listenToFounders(listen: boolean): void {
		this.listenTo(FOUNDERS, listen);
	}

	private listenTo(name: number, listen: boolean): void {
		const index = this.subscriptions.findIndex((subscription) => subscription.index === name);
		if (this.stopped || listen === index >= 0) return;
		if (listen) {
			this.add(name);
			this.trying.by(this.context.now());
			return;
		}
		const subscription = this.subscriptions.remove(index)!;
		// An answer that is still to come is no longer waited for.
		subscription.attempts += 1;
		if (subscription.disconnect) subscription.disconnect();
	}

	private add(index: number | undefined): void {
		this.subscriptions.push({ index, attempts: 0, disconnect: undefined, dueSeconds: 0 });
	}

	private topicOf({ index }: Subscription): string {
		if (index === undefined) return inboxTopic(this.context.selfId);
		if (index === RENDEZVOUS) return RENDEZVOUS_TOPIC;
		return index === FOUNDERS ? FOUNDERS_TOPIC : broadcastTopic(index);
	}

	private tryAll(): void {
		if (this.stopped) return;
		const now = this.context.now();
		let nextSeconds = NEVER;
		for (const subscription of this.subscriptions) {
			if (subscription.dueSeconds <= now) {
				if (isCalling(subscription)) {
					sometimes("a subscription call that hangs");
					this.failed(subscription, `no answer within ${HUNG_SECONDS} s`);
				} else this.attempt(subscription, now);
				if (this.stopped) return;
			}
			nextSeconds = math.min(nextSeconds, subscription.dueSeconds);
		}
		if (nextSeconds < NEVER) this.trying.at(nextSeconds);
	}

	private attempt(subscription: Subscription, now: number): void {
		if (subscription.disconnect) subscription.disconnect();
		subscription.attempts += 1;
		subscription.disconnect = nothingYet;
		subscription.dueSeconds = now + HUNG_SECONDS;
		const number = subscription.attempts;
		const disconnect = this.context.platform.subscribe(
			this.topicOf(subscription),
			(message) => this.onMessage(message, subscription.index),
			(failure) => {
				if (this.stopped || number !== subscription.attempts || !isCalling(subscription)) return;
				if (failure === undefined) this.connected(subscription);
				else this.failed(subscription, failure);
			},
		);
		if (subscription.disconnect === nothingYet) subscription.disconnect = disconnect;
		else disconnect();
	}

	private connected(subscription: Subscription): void {
		subscription.dueSeconds = NEVER;
		if (this.ready) return;
		for (const { dueSeconds } of this.subscriptions) if (dueSeconds < NEVER) return;
		this.ready = true;
		this.lastFailure = undefined;
		this.onReady();
	}

	private failed(subscription: Subscription, failure: string): void {
		sometimes("a subscription refused");
		this.lastFailure = failure;
		const { platform } = this.context;
		if (subscription.disconnect) subscription.disconnect();
		subscription.disconnect = undefined;
		if (platform.environment === "studio" && subscription.attempts >= STUDIO_ATTEMPTS) {
			this.stop();
			this.onUnavailable(failure);
			return;
		}
		subscription.dueSeconds = platform.clock() + backoffSeconds(subscription.attempts, platform.random());
		this.trying.by(subscription.dueSeconds);
		this.onFailure(failure, subscription.attempts);
	}
}

beginWith(Subscriptions, { ready: false, stopped: false });
