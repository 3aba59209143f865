import { encodeFixed, SHORT_ID_BYTES } from "./base85";
import { checksum } from "./checksum";
import { ShortId } from "./frame";

const HALF_BYTES = SHORT_ID_BYTES / 2;
const HALF_LIMIT = 85 ** HALF_BYTES;
/** Two seeds with different multipliers: two hashes that collide independently. */
const FIRST_SEED = 0x51ed_270b + 0x1_2345 * 2 ** 32;
const SECOND_SEED = 0x2c1b_3c6d + 0x3_0d91 * 2 ** 32;

/**
 * A server's name on the wire, the same wherever it is computed. 51 bits: in a game of 1,000 servers, two have the same
 * one with a probability of 2 · 10⁻¹⁰.
 */
export function shortIdOf(serverId: string): ShortId {
	return (
		encodeFixed(checksum(serverId, FIRST_SEED) % HALF_LIMIT, HALF_BYTES) +
		encodeFixed(checksum(serverId, SECOND_SEED) % HALF_LIMIT, HALF_BYTES)
	);
}
