import { VirtualGame } from "../../src/testing";
import { Contender, Member, Sharing } from "./contender";

/** Between the starts of two servers. */
const START_SPACING_SECONDS = 1;
const READY_LIMIT_SECONDS = 120;

/** Starts servers one after the other, each with `setup` run on it, and waits until all are ready. */
export function startServers(
	world: VirtualGame,
	contender: Contender,
	sharing: Sharing,
	count: number,
	shown: (server: number, key: string, value: string | undefined) => void,
	setup: (member: Member, server: number) => void,
): Member[] {
	const members = new Array<Member>();
	for (const index of $range(0, count - 1)) {
		const member = contender.join(world, sharing, (key, value) => shown(index, key, value));
		members.push(member);
		setup(member, index);
		world.Run(START_SPACING_SECONDS);
	}
	const ready = world.RunUntil(() => members.every((member) => member.isReady()), READY_LIMIT_SECONDS);
	assert(ready, `${contender.name}: not all of ${count} servers are ready after ${READY_LIMIT_SECONDS} s`);
	return members;
}
