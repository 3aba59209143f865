import { ShortId } from "../wire/frame";

/** Every topic of this library begins so; the digit changes when older versions could not even skip what is sent. */
const PREFIX = "net-server-sync/1/";

/** One sequence of broadcasts is spread over so many topics, because a topic may receive only two fifths of what the game may. */
export const BROADCAST_TOPICS = 3;

/** Only the servers that give the state listen to it: who starts asks there before it asks everybody. */
export const RENDEZVOUS_TOPIC = `${PREFIX}join`;
/** Its index among those that carry broadcasts. */
export const RENDEZVOUS = -1;

/** Only servers that start, and are about to claim that they are the first, listen to it. */
export const FOUNDERS_TOPIC = `${PREFIX}first`;
export const FOUNDERS = -2;

export function broadcastTopic(index: number): string {
	return `${PREFIX}all/${index}`;
}

/** The topic that only one server listens to. Short ids are written as hexadecimal digits: topic names are safest plain. */
export function inboxTopic(shortId: ShortId): string {
	const digits = string.rep("%02x", shortId.size());
	return PREFIX + string.format(`to/${digits}`, ...string.byte(shortId, 1, shortId.size()));
}
