import { Chance } from "./chance";
import {
	ECHO_SECONDS,
	PATIENCE_SECONDS,
	RELAY_ECHO_FACTOR,
	RELAY_SECONDS,
	RelayGame,
	relaysOf,
	TWICE_AFTER_SECONDS,
} from "./game";

/** An update on its way to the hub. */
export interface Update {
	readonly madeAt: number;
	readonly relay: number;
	/** When it is where it is sent to. */
	arrivesAt: number;
	/** Messages that carried it, on each leg. */
	readonly legs: Leg[];
}

interface Leg {
	readonly sentAt: number;
	/** Repeated so many seconds after it was sent, until it was seen in a cast. */
	readonly repeats: ReadonlyArray<number>;
}

/** Of a leaf, and of a relay. */
const LEAF_REPEATS_SECONDS = [TWICE_AFTER_SECONDS, ...ECHO_SECONDS.map((seconds) => seconds * RELAY_ECHO_FACTOR)];
const RELAY_REPEATS_SECONDS = [TWICE_AFTER_SECONDS, ...ECHO_SECONDS];

/** Sends an update on: it arrives with the first of its messages that does. */
function send(update: Update, sentAt: number, repeats: ReadonlyArray<number>, chance: Chance): void {
	let arrivesAt = sentAt + chance.hop();
	for (const seconds of repeats) arrivesAt = math.min(arrivesAt, sentAt + seconds + chance.hop());
	// What was lost five times comes with the next comparison; nobody measures those.
	update.arrivesAt = arrivesAt;
	update.legs.push({ sentAt, repeats });
}

/** All updates of the game, as they arrive at the hub, earliest first. */
export function bringToHub(relayGame: RelayGame): Update[] {
	const chance = new Chance(relayGame.seed, "upwards", relayGame.loss);
	const relays = relaysOf(relayGame);
	const repeats = relays > 0 ? LEAF_REPEATS_SECONDS : ECHO_SECONDS;
	const updates = new Array<Update>();
	let now = chance.gap(relayGame.updatesPerSecond);
	while (now < relayGame.seconds) {
		const relay = math.floor(chance.part() * relays);
		const update: Update = { madeAt: now, relay, arrivesAt: 0, legs: [] };
		send(update, now + PATIENCE_SECONDS, repeats, chance);
		updates.push(update);
		now += chance.gap(relayGame.updatesPerSecond);
	}
	const byArrival = (left: Update, right: Update): boolean => left.arrivesAt < right.arrivesAt;
	updates.sort(byArrival);
	if (relays > 0) {
		// What arrives at a relay together goes on together.
		const nextAt = new Map<number, number>();
		for (const update of updates) {
			const soonest = update.arrivesAt + PATIENCE_SECONDS;
			const pending = nextAt.get(update.relay) ?? 0;
			const sentAt = pending >= soonest ? pending : math.max(soonest, pending + RELAY_SECONDS);
			nextAt.set(update.relay, sentAt);
			send(update, sentAt, RELAY_REPEATS_SECONDS, chance);
		}
		updates.sort(byArrival);
	}
	return updates.filter(({ arrivesAt }) => arrivesAt < math.huge);
}

/** How many messages an update took on all legs, if its author, and its relay, saw it in a cast then. */
export function messagesOf({ legs }: Update, seenAt: number): number {
	let messages = 0;
	for (const { sentAt, repeats } of legs) {
		messages += 1;
		for (const seconds of repeats) if (sentAt + seconds < seenAt) messages += 1;
	}
	return messages;
}
