import { ShortId } from "../wire/frame";
import { Context } from "./context";

/** Where a hub broadcasts, one server of so many gives the state to those that start: few enough that each has a part worth having of what is left for that. */
const SERVERS_PER_GIVER = 15;
const LEAST_GIVERS = 3;

/** How many servers give the state, of so many. */
export function giverCount(servers: number): number {
	return math.max(LEAST_GIVERS, math.ceil(servers / SERVERS_PER_GIVER));
}

/** Some of the servers that give the state, the oldest but the hub: others each time, so that a crowd spreads over them. */
export function drawGivers(context: Context, count: number): ShortId[] {
	const { membership, platform, regime, selfId } = context;
	const most = giverCount(membership.serverCount());
	const givers = new Array<ShortId>();
	for (const { shortId, suspectedAtSeconds } of membership.all()) {
		if (givers.size() >= most) break;
		if (suspectedAtSeconds === undefined && shortId !== regime.hub?.shortId) givers.push(shortId);
	}
	const drawn = new Array<ShortId>();
	const first = math.floor(platform.random() * givers.size());
	for (const offset of $range(0, math.min(count, givers.size()) - 1)) {
		drawn.push(givers[(first + offset) % givers.size()]!);
	}
	assert(!drawn.includes(selfId), "others are named");
	return drawn;
}
