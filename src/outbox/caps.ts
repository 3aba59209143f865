import { receivedPerGamePerMinute, receivedPerTopicPerMinute, sendsPerMinute } from "../platform/limits";
import { BROADCAST_TOPICS, HEARING_SECONDS } from "./use-window";

/**
 * The share is kept on average. What servers send before they have heard of each other comes on top, but never makes
 * more than so many times the share, nor this part of the documented limit.
 */
const NEVER_OF_SHARE = 1.9;
export const NEVER_OF_DOCUMENTED = 0.97;
/**
 * Three topics carry a little more than the game's share between them, so that they need not be used evenly; the game's
 * share is kept all the same.
 */
const TOPIC_SHARE = 1.15;
/**
 * At least one broadcast, or this part of the guarantee, may be borrowed before the others know: up to so many where
 * the room between the share and what is never exceeded has place for it from every server.
 */
const MOST_UNHEARD_BROADCASTS = 6;
const MOST_UNHEARD_DATA = 3;
const MOST_UNHEARD_ON_TOPIC = 3;
const UNHEARD_OF_GUARANTEE = 0.2;
const UNHEARD_OF_TOPIC = 0.1;
/** A server that is known to use so many times its guarantee may have {@link EAGER_UNHEARD} times as much unheard. */
const EAGER_FROM_GUARANTEES = 2;
export const EAGER_UNHEARD = 3;
/** A server leaves its home topic when its broadcasts are known to be so many times its guarantee. */
const ROAM_FROM_GUARANTEES = 1.2;
/** Where home cannot carry that for all who live there, or not that fast, it leaves home earlier. */
const ROAM_EARLY_FROM_GUARANTEES = 0.75;
const HOME_CAN_CARRY = 0.9;
const HOME_IS_FAST = 0.7;

/**
 * What one server may do in a minute, and what it has to expect of the others. All in deliveries per minute where
 * nothing else is said.
 */
export interface Caps {
	readonly servers: number;
	/** What they were computed from besides. */
	readonly players: number;
	readonly share: number;
	readonly factor: number;
	/** What there would be without congestion; undefined where there is none. */
	readonly uncongested: Caps | undefined;
	/** The share of the whole game's limit that servers keep to as far as they hear of each other: on average. C. */
	readonly gameWide: number;
	/** What the whole game never exceeds in any minute, heard of or not. Written N in the proof at `Allowance`. */
	readonly gameWideNever: number;
	/** What the documentation allows the whole game. */
	readonly documentedGame: number;
	/** What it allows each topic. */
	readonly documentedTopic: number;
	/** Each broadcast topic: on average, and never exceeded. */
	readonly topic: number;
	readonly topicNever: number;
	/** What this server may send to one other server's inbox topic. */
	readonly inbox: number;
	/** Messages sent by this server, whatever they cost. */
	readonly sends: number;
	/** What each server may use whatever the others do. g. */
	readonly guaranteed: number;
	/** The same for broadcasts on the server's home topic. */
	readonly guaranteedAtHome: number;
	/**
	 * The guarantee does not buy a single broadcast: in games this large only the hub broadcasts, and what else must be
	 * said waits for its turn.
	 */
	readonly scarce: boolean;
	/** When scarce, each server may broadcast once in this time whatever the others do. */
	readonly turnSeconds: number;
	/** The most a server may have borrowed without the others knowing. U. */
	readonly unheard: number;
	/** The same for data, which leaves room for one broadcast of control where there is room for several. */
	readonly unheardData: number;
	/** When scarce: the same for a server that was not heard broadcasting. */
	readonly unheardOfSilent: number;
	readonly unheardOnTopic: number;
	readonly unheardDataOnTopic: number;
	/** A server whose broadcasts are known to be more than this is eager. */
	readonly eagerFrom: number;
	/** A server whose broadcasts are known to be more than this may use all topics. */
	readonly roamFrom: number;
}

/**
 * `factor` is what congestion leaves of the share. Thresholds that others have to know are computed without it, since
 * theirs may differ: when all servers have the same share, they agree on who is eager and who roams.
 */
export function capsFor(servers: number, players: number, share: number, factor: number): Caps {
	if (
		!latest ||
		latest.servers !== servers ||
		latest.players !== players ||
		latest.share !== share ||
		latest.factor !== factor
	) {
		latest = computeCaps(servers, players, share, factor);
	}
	return latest;
}

/** The servers of a simulation mostly ask for the same as the one before, and share it. */
let latest: Caps | undefined;

function computeCaps(servers: number, players: number, share: number, factor: number): Caps {
	assert(servers >= 1, "there is at least this server");
	assert(share > 0 && share <= 1 && factor > 0 && factor <= 1, "a budget never exceeds the documented limits");
	const documentedGame = receivedPerGamePerMinute(servers);
	const documentedTopic = receivedPerTopicPerMinute(servers);
	const gameWide = share * factor * documentedGame;
	const fullTopic = math.min(1, TOPIC_SHARE * share) * documentedTopic;
	const topic = factor * fullTopic;
	const guaranteed = gameWide / (2 * servers);
	const scarce = guaranteed < servers;
	const housemates = math.ceil(servers / BROADCAST_TOPICS);
	const topicNever = never(topic, documentedTopic);
	// From three servers on the guarantee is the smallest: home topics carry all guarantees.
	const guaranteedAtHome = scarce ? 0 : math.min(guaranteed, topic / housemates, topicNever / housemates);
	const fullGuarantee = guaranteed / factor;
	const fullAtHome = math.min(fullGuarantee, (share * documentedTopic) / housemates);
	const unheard =
		unheardBroadcasts(servers, share * documentedGame, documentedGame, MOST_UNHEARD_BROADCASTS) * servers;
	const unheardHere = unheardBroadcasts(servers, fullTopic, documentedTopic, MOST_UNHEARD_ON_TOPIC) * servers;
	const fullUnheardOnTopic = math.max(unheardHere, (UNHEARD_OF_TOPIC * share * documentedTopic) / servers);
	const roamLate = ROAM_FROM_GUARANTEES * fullAtHome;
	// Beyond the guarantee, a topic takes so many deliveries of one server in a minute, one unheard broadcast after the
	// other.
	const borrowedOnTopic =
		(60 / HEARING_SECONDS) * math.max(fullUnheardOnTopic - servers, servers).idiv(servers) * servers;
	const homeSuffices =
		roamLate * housemates <= HOME_CAN_CARRY * share * documentedTopic && roamLate <= HOME_IS_FAST * borrowedOnTopic;
	const gameWideNever = never(gameWide, documentedGame);
	assert(
		gameWideNever < documentedGame && topicNever < documentedTopic,
		"however much servers do not know of each other, they stay below the documented limits",
	);
	return {
		servers,
		players,
		share,
		factor,
		uncongested: factor === 1 ? undefined : capsFor(servers, players, share, 1),
		gameWide,
		gameWideNever,
		documentedGame,
		documentedTopic,
		topic,
		topicNever,
		// Somebody else may be answering the same server.
		inbox: servers > 2 ? topic / 2 : topic,
		sends: share * factor * sendsPerMinute(players),
		guaranteed,
		guaranteedAtHome,
		scarce,
		turnSeconds: (60 * servers * servers) / gameWide,
		unheard: math.max(unheard, UNHEARD_OF_GUARANTEE * guaranteed),
		unheardData: math.max(
			math.min(MOST_UNHEARD_DATA * servers, unheard - servers),
			servers,
			UNHEARD_OF_GUARANTEE * guaranteed,
		),
		unheardOfSilent: UNHEARD_OF_GUARANTEE * guaranteed,
		unheardOnTopic: math.max(unheardHere, (UNHEARD_OF_TOPIC * topic) / servers),
		unheardDataOnTopic: math.max(unheardHere - servers, servers, (UNHEARD_OF_TOPIC * topic) / servers),
		eagerFrom: EAGER_FROM_GUARANTEES * fullGuarantee,
		roamFrom: homeSuffices ? roamLate : ROAM_EARLY_FROM_GUARANTEES * fullAtHome,
	};
}

function never(share: number, documented: number): number {
	return math.min(NEVER_OF_SHARE * share, NEVER_OF_DOCUMENTED * documented);
}

/**
 * How many broadcasts each server may have unheard. Without regard to congestion, so that all servers expect the same
 * of each other.
 */
function unheardBroadcasts(servers: number, share: number, documented: number, most: number): number {
	return math.clamp(1 + (never(share, documented) - share).idiv(servers * servers), 1, most);
}
