import { receivedPerGamePerMinute } from "../../../../../src/platform/limits";
import { castAll, spread } from "./casts";
import { crashTimes } from "./crashes";
import { BEAT_SECONDS, beatSeconds, RelayGame, relaysOf } from "./game";
import { bringToHub, messagesOf } from "./upwards";

/** What a model of a game comes to. */
export interface RelayFigures {
	/** From when an update is made until every server has it. */
	readonly updateSeconds: number[];
	/** From the crash of a leaf until every server knows. */
	readonly crashSeconds: number[];
	readonly beatSeconds: number;
	/** Of what is documented for the game. */
	readonly shareOfLimit: number;
	readonly castsPerMinute: number;
	readonly hubHearsPerSecond: number;
	/** 0 without relays. */
	readonly relayHearsPerSecond: number;
	readonly relaySendsPerMinute: number;
}

/**
 * A game of many servers, reduced to what decides how long an update takes and what it costs: who sends to whom, how long that takes, what gets lost,
 * and what repeats it. Nothing of the library runs in it, so that it can be as large as no game of virtual servers.
 */
export function modelOf(relayGame: RelayGame): RelayFigures {
	const { servers, seconds } = relayGame;
	const updates = bringToHub(relayGame);
	const casts = castAll(updates);
	spread(casts, relayGame);
	const minutes = seconds / 60;
	const relays = relaysOf(relayGame);
	const updateSeconds = new Array<number>();
	const spreadSeconds = new Array<number>();
	let upwards = 0;
	let intoHub = 0;
	for (const { sentAt, updates: brought, everywhereAt } of casts) {
		spreadSeconds.push(everywhereAt - sentAt);
		for (const update of brought) {
			updateSeconds.push(everywhereAt - update.madeAt);
			// Its author sees it about a delivery later.
			const messages = messagesOf(update, sentAt + 1.2);
			upwards += messages;
			intoHub += relays > 0 ? messages / update.legs.size() : messages;
		}
	}
	const interval = beatSeconds(relayGame);
	const beats = servers / interval;
	const relayBeats = relays / BEAT_SECONDS;
	const deliveriesPerMinute =
		(casts.size() * servers + upwards) / minutes + 60 * (relays > 0 ? beats + relayBeats : beats);
	return {
		updateSeconds,
		crashSeconds: crashTimes(relayGame, spreadSeconds),
		beatSeconds: interval,
		shareOfLimit: deliveriesPerMinute / receivedPerGamePerMinute(servers),
		castsPerMinute: casts.size() / minutes,
		hubHearsPerSecond: intoHub / seconds + (relays > 0 ? relayBeats : beats),
		relayHearsPerSecond: relays > 0 ? (beats + (upwards - intoHub) / seconds) / relays : 0,
		relaySendsPerMinute: relays > 0 ? 60 * (1 / BEAT_SECONDS + intoHub / seconds / relays) : 0,
	};
}
