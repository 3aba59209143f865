//!native
//!optimize 2
import { checksum } from "../wire/checksum";

/** Which server runs which module: the one that the two together hash highest to, so that whoever comes or goes moves only what it must. Pure. */

const SERVER_SEED = 0x6b_1d3f;
const KEY_SEED = 0x2f_09a7;
const WORD_RANGE = 2 ** 32;
/** Odd, so that multiplying modulo 2^32 loses nothing; small, so that products are exact. */
const FIRST_FACTOR = 1_664_525;
const SECOND_FACTOR = 1_103_515;

/** A server that may be chosen. */
export interface Candidate {
	readonly serverId: string;
	/** Its share compared with others', above 0. */
	readonly weight: number;
	readonly hash: number;
}

export function candidate(serverId: string, weight: number): Candidate {
	return { serverId, weight, hash: checksum(serverId, SERVER_SEED) };
}

export function keyHash(key: string): number {
	return checksum(key, KEY_SEED);
}

/** The winner for a key, given its {@link keyHash}; the same whatever the order of the candidates. Undefined if there are none. Hot: once for each module and server when servers change. */
export function choose(hash: number, candidates: ReadonlyArray<Candidate>): string | undefined {
	let winner: string | undefined;
	let best = -math.huge;
	for (const { serverId, weight, hash: serverHash } of candidates) {
		const score = weight / -math.log((mixed(hash, serverHash) + 0.5) / WORD_RANGE);
		if (score > best || (score === best && serverId > winner!)) {
			best = score;
			winner = serverId;
		}
	}
	return winner;
}

/** Two hashes as one, evenly spread. */
function mixed(left: number, right: number): number {
	let mix = (bit32.bxor(left, right) * FIRST_FACTOR) % WORD_RANGE;
	mix = bit32.bxor(mix, bit32.rshift(mix, 15));
	mix = (mix * SECOND_FACTOR + left) % WORD_RANGE;
	mix = bit32.bxor(mix, bit32.rshift(mix, 13));
	mix = (mix * FIRST_FACTOR) % WORD_RANGE;
	return bit32.bxor(mix, bit32.rshift(mix, 16));
}
