import { CloudFaults } from "../../../src/testing";
import { Generator } from "../support/generators";
import { Peer, World, WorldOptions } from "../support/world";

/** What a server does, so many seconds after all of them have the state. */
export interface Deed {
	readonly atSeconds: number;
	/** From 1 on. */
	readonly server: number;
	readonly key: string;
	/** Undefined: it removes what it has. */
	readonly value: string | undefined;
}

/** What came of a course. */
export interface Ending {
	readonly view: string;
	readonly publishes: number;
	readonly deliveries: number;
	readonly hash: string;
}

/** Random deeds, no two within a few milliseconds: stamps follow time then, and what wins depends on nothing else. */
export function courseOf(seed: number, servers: number, seconds: number, count: number): Deed[] {
	const draw = new Generator(seed);
	const deeds = new Array<Deed>();
	const moments = new Set<number>();
	while (deeds.size() < count) {
		const moment = draw.integer(0, seconds * 100);
		if (moments.has(moment)) continue;
		moments.add(moment);
		const server = draw.integer(1, servers);
		const key = draw.oneIn(2) ? draw.pick(["red", "green"]) : `own${server}`;
		const long = draw.oneIn(15) ? string.rep("x", 1500) : "";
		deeds.push({ atSeconds: moment / 100, server, key, value: draw.oneIn(4) ? undefined : `${count}${long}` });
	}
	return deeds.map((deed, index) => (deed.value === undefined ? deed : { ...deed, value: `v${index}${deed.value}` }));
}

export function perform(peers: readonly Peer[], deeds: readonly Deed[], world: World): void {
	for (const { atSeconds, server, key, value } of deeds) {
		const peer = peers[server - 1]!;
		world.after(atSeconds, () => {
			if (!peer.isIdle()) return;
			if (value === undefined) peer.remove(key);
			else peer.put(key, value);
		});
	}
}

export interface Course {
	readonly servers: number;
	readonly deeds: readonly Deed[];
	/** Faults go on for so long; then all has to agree. */
	readonly seconds: number;
	/** Whatever else happens, once all have the state. */
	readonly happens?: (world: World, peers: Peer[]) => void;
}

const CALM = {
	loss: 0,
	publishLoss: 0,
	duplication: 0,
	reorderSeconds: 0,
	lateDeliveries: 0,
	lateSeconds: 600,
	delaySeconds: [0.3, 2],
} as const;

/** Runs a course without faults until all have the state, then with these, then without until all agree. */
export function ending(options: WorldOptions, course: Course, faults: CloudFaults = {}): Ending {
	const world = new World({ breaksLimits: true, ...options });
	const peers = world.start(course.servers);
	world.emulated.SetFaults({ ...CALM, ...faults });
	perform(peers, course.deeds, world);
	course.happens?.(world, peers);
	world.run(course.seconds);
	world.emulated.SetFaults(CALM);
	world.run(30);
	const live = world.live().size();
	world.until("all see each other, and the same", 120, () => {
		for (const peer of world.live()) if (peer.sees().split(" ").size() !== live) return false;
		return world.isAgreed();
	});
	const { publishes, deliveries } = world.emulated.GetStatistics();
	const view = world.agreed();
	world.checkEnd();
	const hash = world.emulated.GetTraceHash();
	world.emulated.Destroy();
	return { view, publishes, deliveries, hash };
}
