/** Entities of players have ids that tell so. Pure. */
import type { ReplicatedEntity } from "./entity";

const PATTERN = "^p(%d+)%-%x+$";

/** The id of a player's entity; `visit` tells one visit of a server from the next. */
export function playerIdOf(userId: number, visit: string): string {
	return `p${string.format("%.0f", userId)}-${visit}`;
}

export function isPlayerId(id: string): boolean {
	return string.match(id, PATTERN)[0] !== undefined;
}

export function isPlayer({ Id }: ReplicatedEntity): boolean {
	return string.byte(Id)[0] === 112 && isPlayerId(Id);
}

/** Whose entity it is; undefined if it is no player's. */
export function userIdOf(id: string): number | undefined {
	const [digits] = string.match(id, PATTERN);
	return digits === undefined ? undefined : tonumber(digits);
}
