/// <reference types="@rbxts/testez/globals" />
import { Caster } from "../../../src/cluster/caster";
import { Composer } from "../../../src/cluster/composer";
import { Regime } from "../../../src/cluster/regime";
import { CloudFaults } from "../../../src/testing";
import { Peer, World } from "../support/world";
import { Course, courseOf, Ending, ending } from "./courses";

/** Enough for a hub. */
const SERVERS = 15;
const SECONDS = 70;

/** One way of doing the same. */
interface Way {
	readonly direct: boolean;
	readonly stored: boolean;
	/** Whether the room that messages have left is used for what was sent before. */
	readonly resends: boolean;
}

const WAYS = new Array<Way>();
for (const direct of [true, false]) {
	for (const stored of [false, true]) for (const resends of [true, false]) WAYS.push({ direct, stored, resends });
}

function describeWay({ direct, stored, resends }: Way): string {
	const who = direct ? "each broadcasts for itself" : "a hub broadcasts for all";
	return `${who}, ${stored ? "with" : "without"} MemoryStoreService, ${resends ? "with" : "without"} re-sends`;
}

type Methods = Record<string, (present: defined, ...parameters: number[]) => unknown>;

/** Runs with other methods in place of those of a class. */
function withMethods<T>(replaced: ReadonlyArray<readonly [target: defined, others: Methods]>, action: () => T): T {
	const former = replaced.map(([target, others]) => {
		const methods: Methods = {};
		for (const [name, method] of pairs(others)) {
			methods[name] = (target as Methods)[name]!;
			(target as Methods)[name] = method;
		}
		return methods;
	});
	const [success, result] = pcall(action);
	replaced.forEach(([target], index) => {
		for (const [name, method] of pairs(former[index]!)) (target as Methods)[name] = method;
	});
	if (!success) error(result, 0);
	return result as T;
}

function hubs(world: World): number {
	let count = 0;
	for (const { server } of world.live()) {
		const { context } = server.Cluster as unknown as { context: { regime: Regime } };
		if (context.regime.role() === "hub") count += 1;
	}
	return count;
}

/** The ending of a course, done in one of the ways. */
function endingOf(seed: number, way: Way, course: Course, faults: CloudFaults): Ending {
	const replaced = new Array<readonly [defined, Methods]>();
	if (way.direct) replaced.push([Regime, { decide: () => undefined }]);
	if (!way.resends) {
		replaced.push([Caster, { relayAgain: () => "" }]);
		const packCover = (_: defined, __: number, upTo: number): unknown => ({ text: undefined, after: upTo });
		replaced.push([Composer, { packRecent: () => [], packCover }]);
	}
	const happens = (world: World, peers: Peer[]): void => {
		world.after(20, () => assert(hubs(world) === (way.direct ? 0 : 1), "there is a hub where there is to be one"));
		course.happens?.(world, peers);
	};
	return withMethods(replaced, () => ending({ seed, memoryStore: way.stored }, { ...course, happens }, faults));
}

export = () => {
	describe("the same deeds end in the same state, whoever broadcasts and whatever helps", () => {
		// The oldest server, which is the hub where there is one, does nothing that others could miss.
		const deeds = courseOf(7, SERVERS - 1, SECONDS, 120).map((deed) => ({ ...deed, server: deed.server + 1 }));
		const courses: ReadonlyArray<readonly [what: string, course: Course, faults: CloudFaults]> = [
			["without faults", { servers: SERVERS, seconds: SECONDS, deeds }, {}],
			["with loss", { servers: SERVERS, seconds: SECONDS, deeds }, { loss: 0.1, publishLoss: 0.05 }],
			[
				"while the oldest crashes, and others start",
				{
					servers: SERVERS,
					seconds: SECONDS,
					deeds,
					happens: (world, peers) => {
						world.after(30, () => peers[0]!.server.Crash());
						world.after(35, () => world.add(2)[0]!.put("another"));
					},
				},
				{ loss: 0.03 },
			],
			[
				"while the oldest is away for a minute",
				{
					servers: SERVERS,
					seconds: SECONDS + 30,
					deeds,
					happens: (world, peers) => world.after(25, () => peers[0]!.server.Freeze(60)),
				},
				{ loss: 0.03 },
			],
		];
		for (const [what, course, faults] of courses) {
			it(what, () => {
				const views = WAYS.map((way) => endingOf(1, way, course, faults).view);
				const expected = views[0]!;
				expect(expected.size() > 100).to.equal(true);
				views.forEach((view, index) => {
					const way = describeWay(WAYS[index]!);
					if (view !== expected) error(`${way}:\n${view}\n-- and not --\n${expected}`, 0);
				});
			});
		}
	});
};
