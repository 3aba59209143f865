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

/*
 * What Roblox documents about MemoryStoreService, read on 2026-08-22 in the creator docs: the pages below
 * cloud-services/memory-stores (index, hash-map, sorted-map, queue, per-partition-limits) and the class pages of MemoryStoreHashMap,
 * MemoryStoreSortedMap and MemoryStoreQueue. Whether a kilobyte has 1,000 or 1,024 bytes is not said.
 */

/** The longest expiration, 45 days; the shortest is 0. */
export const MEMORY_EXPIRATION_SECONDS = 3888000;

/** Of a key, and of a sort key that is a string; at least one. */
export const MEMORY_KEY_CHARACTERS = 128;

/** Of one item's value. */
export const MEMORY_VALUE_KILOBYTES = 32;

/** The most that one call of `GetRangeAsync` or `ListItemsAsync` returns. */
export const MEMORY_RANGE_ITEMS = 200;

/** The most that one call of `ReadAsync` returns. */
export const MEMORY_READ_ITEMS = 100;

/** In one sorted map or queue. */
export const MEMORY_STRUCTURE_ITEMS = 1000000;

/** Of one sorted map or queue, keys included. */
export const MEMORY_STRUCTURE_KILOBYTES = 100 * 1024;

/** Request units of one data structure, in the table of status codes. */
export const MEMORY_STRUCTURE_UNITS_PER_MINUTE = 100000;

/** Requests to one partition: an example in the documentation, which says that the limit fluctuates. */
export const MEMORY_PARTITION_REQUESTS_PER_MINUTE = 50000;

/** For how long the memory quota remembers users who have left. */
export const MEMORY_LOOK_BACK_SECONDS = 8 * 24 * 3600;

/** For how long items of a queue are invisible once read, unless `GetQueue` says otherwise. */
export const MEMORY_INVISIBILITY_SECONDS = 30;

/** How often a waiting `ReadAsync` tries; each time costs a request unit. */
export const MEMORY_POLL_SECONDS = 2;

/** The memory of the whole game, given its users. */
export function memoryQuotaKilobytes(users: number): number {
	return 64 + 1.2 * users;
}

/** Request units of the whole game, given the users now. */
export function memoryUnitsPerMinute(users: number): number {
	return 1000 + 120 * users;
}
