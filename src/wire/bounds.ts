/** What is valid on the wire. Readers drop what is outside; whoever composes keeps inside. */

/** Versions, references, incarnations and Unix seconds are below this. */
export const COUNTER_LIMIT = 2 ** 40;
export const KEY_BYTES_MOST = 200;
export const POOL_NAME_BYTES_MOST = 50;
export const SERVER_ID_BYTES_MOST = 100;
/** Parts that one value is cut into. */
export const PARTS_MOST = 64;
/** Pages of one snapshot: what three characters can say. */
export const PAGES_MOST = 30_323;
/** A beat may promise the next one for so much later at most; who could promise more would never be suspected. */
export const NEXT_BEAT_SECONDS_MOST = 3_600;
/** A hub asks for more patience between two messages to it in no game. */
export const UPLINK_TENTHS_MOST = 12_000;
export const MESSAGE_TENTHS_MOST = 500_000;
/** The largest part, in hundredths, that a cast can leave to those that give the state. */
export const GIVE_PERCENT_MOST = 84;
/** What one cast brought never takes more messages than this. */
export const COVER_PARTS_MOST = 8;
/** Servers that give a joiner the state together. */
export const STATE_PARTS_MOST = 3;
/** Nobody is told to wait longer for the state. */
export const TURN_SECONDS_MOST = 60;
/** Servers that one answer to a joiner names. */
export const TURN_RESPONDERS_MOST = 6;
