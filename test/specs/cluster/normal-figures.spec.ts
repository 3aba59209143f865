/// <reference types="@rbxts/testez/globals" />
import { GeneralPool } from "../../../src/pool/pools";
import { VirtualGame } from "../../../src/testing";
import { VirtualServer } from "../../../src/testing/virtual-server";

const SECONDS = 300;
const KEYS = 20;

/** What docs/guides/operating.md calls normal: below these, 99 of 100 times that a server of a healthy game is asked. */
const NORMAL = { lag: 60, oldest: 2, loss: 0.12, missing: 0, depth: 50, resyncs: 0, refused: 0, failures: 0 };
const LEAST_CONGESTION_FACTOR = 0.75;

type Figures = { [name in keyof typeof NORMAL | "congestion"]: number };

function figuresOf(server: VirtualServer): Figures {
	const statistics = server.Cluster.GetStatistics();
	return {
		lag: statistics.LagSeconds,
		oldest: statistics.OldestQueuedSeconds,
		loss: statistics.Loss,
		missing: statistics.Repair.Missing,
		depth: statistics.QueueDepth,
		resyncs: statistics.Repair.Resyncs,
		refused: statistics.Received.RecordsRefused,
		failures: statistics.Sent.Failures,
		congestion: statistics.Budget.CongestionFactor,
	};
}

/** Figures of all servers, every five seconds, of a game in which each changes a key now and then, and removes some. */
function figuresOfGame(count: number, loss: number, secondsBetween: number): Figures[] {
	const world = VirtualGame({ seed: 1, loss });
	const servers = new Array<VirtualServer>();
	for (const _ of $range(1, count)) {
		servers.push(world.AddServer({ players: 20 }));
		world.Run(1);
	}
	const pools = servers.map((server) =>
		server.Do(() =>
			GeneralPool<string>(
				"Values",
				(value) => value.split(" ")[0]!,
				(value) => value,
				(text) => text,
			),
		),
	);
	world.Run(60);
	const figures = new Array<Figures>();
	for (const second of $range(1, SECONDS)) {
		if (second % secondsBetween === 0) {
			pools.forEach((pool, index) =>
				pool.ReplaceContribution(`k${index}x${second % KEYS} of thirty bytes: ${second}`),
			);
		}
		if (second % 60 === 0) pools[second / 60]!.RemoveContribution(`k${second / 60}x0`);
		world.Run(1);
		if (second % 5 === 0) for (const server of servers) figures.push(figuresOf(server));
	}
	world.Destroy();
	return figures;
}

function ninetyNinth(values: number[]): number {
	values.sort((left, right) => left < right);
	return values[math.floor((values.size() - 1) * 0.99)]!;
}

export = () => {
	describe("figures of a healthy game", () => {
		for (const [count, secondsBetween] of [
			[10, 10],
			[30, 30],
		] as const) {
			it(`of ${count} servers at 5 % loss are what the guide to operating calls normal`, () => {
				const figures = figuresOfGame(count, 0.05, secondsBetween);
				for (const [name, most] of pairs(NORMAL)) {
					const found = ninetyNinth(figures.map((one) => one[name]));
					if (!(found <= most)) error(`${name} is ${found} in the 99th of 100, more than ${most}`);
				}
				const least = -ninetyNinth(figures.map((one) => -one.congestion));
				expect(least >= LEAST_CONGESTION_FACTOR).to.equal(true);
			});
		}
	});
};
