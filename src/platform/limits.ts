/**
 * What Roblox documents about MessagingService, read on 2026-08-22 in the creator docs: the MessagingService class page
 * (reference/engine/classes/MessagingService) and the Open Cloud guide (cloud/guides/usage-messaging).
 * The only place where these numbers stand: budgets are computed from them, and the emulated cloud enforces them.
 * "Minute" is any minute; the pages do not say whether it slides. Publishes through Open Cloud count as well.
 */

/** The class page says "1kB", the Open Cloud guide "1,024 characters". */
export const DOCUMENTED_MESSAGE_BYTES = 1024;

/** What this library puts into a message at most: right under both readings of "1kB". */
export const OWN_MESSAGE_BYTES = 1000;

/** A topic's name has 1 to 80 characters. */
export const TOPIC_NAME_CHARACTERS = 80;

/** Subscribe requests of one server. */
export const SUBSCRIBE_REQUESTS_PER_MINUTE = 240;

/** Messages that one server sends, given the players on that server. */
export function sendsPerMinute(playersOnServer: number): number {
	return 600 + 240 * playersOnServer;
}

/** Messages received on one topic, given the servers of the game. */
export function receivedPerTopicPerMinute(serversOfGame: number): number {
	return 40 + 80 * serversOfGame;
}

/** Messages received by the whole game, given its servers. */
export function receivedPerGamePerMinute(serversOfGame: number): number {
	return 400 + 200 * serversOfGame;
}

/** Subscriptions that one server holds at a time, given the players on that server. */
export function subscriptionsPerServer(playersOnServer: number): number {
	return 20 + 8 * playersOnServer;
}
