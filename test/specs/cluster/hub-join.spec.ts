/// <reference types="@rbxts/testez/globals" />
import { ConfigureCluster } from "../../../src/cluster";
import { Regime } from "../../../src/cluster/regime";
import { messagesOf, SeenMessages } from "../support/messages";
import { inWorld, Peer, quantile, World } from "../support/world";

const SERVERS = 15;
/** More than one server gives at a time: 150 kB in values of all servers. */
const KEYS = 165;
const VALUE_BYTES = 900;
const JOINED_SECONDS = 60;

/** A game with a hub and a large state. */
function large(world: World): Peer[] {
	const peers = world.start(SERVERS);
	world.run(20);
	for (const index of $range(0, KEYS - 1)) peers[index % SERVERS]!.put(`key${index}`, string.rep("v", VALUE_BYTES));
	world.run(30);
	world.until("all have all of it", 400, () => {
		world.emulated.Run(5);
		return world.live().every((peer) => peer.pool.Size() === KEYS);
	});
	world.run(20);
	return peers;
}

function isToAll(topic: string): boolean {
	return string.find(topic, "/all/", 1, true)[0] !== undefined;
}

/** Who has given pages to a server, by number. */
function giversTo(joiner: Peer, seen: SeenMessages): number[] {
	const givers = new Set<number>();
	for (const { from, to, kinds } of seen.addressed) {
		if (to === joiner.number && kinds.includes("page")) givers.add(from);
	}
	const sorted = [...givers];
	sorted.sort((left, right) => left < right);
	return sorted;
}

function joined(world: World, joiner: Peer, limitSeconds = JOINED_SECONDS): number {
	return world.until("the joiner has the state", limitSeconds, () => joiner.pool.IsSynced());
}

function hubOf(world: World): Peer {
	const hub = world.live().find(({ server }) => {
		const { context } = server.Cluster as unknown as { context: { regime: Regime } };
		return context.regime.role() === "hub";
	});
	if (!hub) error("there is no hub");
	return hub;
}

/** Whichever server gives to the joiner leaves, once its first pages are here; never the oldest two, of which one is the hub. */
function giverLeaves(world: World, joiner: Peer, seen: SeenMessages, leaves: "Crash" | "Close"): void {
	for (const tenth of $range(5, 60, 5)) {
		world.after(tenth / 10, () => {
			if (joiner.pool.IsSynced() || world.peers.filter((peer) => !peer.isLive()).size() >= 6) return;
			const numbers = giversTo(joiner, seen).filter((number) => number !== hubOf(world).number);
			const giver = world.peers.find(({ number }) => number === numbers[numbers.size() - 1]);
			if (giver?.isLive()) giver.server[leaves]();
		});
	}
}

export = () => {
	describe("a server that joins a game with a hub and a large state", () => {
		it("has it from several servers at once, none of them the hub, though one is behind", () => {
			inWorld({ seed: 1, budgetShare: 1 }, (world) => {
				const peers = large(world);
				const seen = messagesOf(world);
				const [joiner] = world.add();
				const seconds = joined(world, joiner!, 30);
				expect(joiner!.pool.Size()).to.equal(KEYS);
				const givers = giversTo(joiner!, seen);
				if (givers.size() < 2 || givers.includes(hubOf(world).number)) error(givers.join(" "));
				if (seconds > 12) error(`after ${seconds} s`);
				expect(seen.broadcasts.some(({ kinds, topic }) => kinds.includes("join") && isToAll(topic))).to.equal(
					false,
				);
				// One of those that give it hears no broadcast, but is heard.
				const behind = peers[1]!;
				world.emulated.SetFilter((_sender, receiver, topic) =>
					receiver === behind.id && isToAll(topic) ? "drop" : "deliver",
				);
				for (const index of $range(0, 20)) peers[2]!.put(`key${index * 3}`, `new ${index}`);
				for (const index of $range(0, 5)) peers[index + 3]!.remove(`key${index + 3}`);
				world.run(8);
				// Nor is there anything in MemoryStoreService, where it looks first.
				world.emulated.SetFaults({ memoryErrors: 1 });
				const [second] = world.add(1, { setup: () => ConfigureCluster({ memoryStore: true }) });
				joined(world, second!);
				world.heal();
				world.run(90);
				world.agreed();
			});
		});

		it("has it in the end, whoever leaves meanwhile", () => {
			inWorld({ seed: 2, budgetShare: 1, loss: 0.01 }, (world) => {
				large(world);
				for (const leaves of ["Crash", "Close"] as const) {
					const seen = messagesOf(world);
					const [joiner] = world.add();
					giverLeaves(world, joiner!, seen, leaves);
					joined(world, joiner!);
					world.heal();
					world.run(60);
					world.agreed();
				}
				// Then the hub, while much changes.
				const [joiner] = world.add();
				world.after(2, () => hubOf(world).server.Crash());
				for (const second of $range(1, 20)) {
					world.after(second, () => {
						const live = world.live();
						live[second % live.size()]!.put(`moving${second % 5}`, `at ${second}`);
					});
				}
				joined(world, joiner!);
				world.run(120);
				world.agreed();
			});
		});

		it("has what changed meanwhile, where every fifth message is lost", () => {
			inWorld({ seed: 4, budgetShare: 1 }, (world) => {
				const peers = large(world);
				world.emulated.SetFaults({ loss: 0.2 });
				for (const tenth of $range(0, 100)) {
					const peer = peers[tenth % SERVERS]!;
					world.after(tenth / 10, () => peer.put(`moving${tenth % 7}`, tostring(tenth)));
					if (tenth % 10 === 0) world.after(tenth / 10, () => peer.remove(`key${tenth}`));
				}
				world.run(3);
				const [joiner] = world.add();
				joiner!.put("mine", "first");
				joined(world, joiner!, 120);
				world.run(90);
				world.agreed();
				expect(joiner!.get("mine")).to.equal("first");
			});
		});
	});

	describe("many servers that join a game with a hub at once", () => {
		it("are given the state one after the other by those that give it, and told how long to wait", () => {
			inWorld({ seed: 7, loss: 0.01 }, (world) => {
				const peers = world.start(SERVERS);
				for (const index of $range(0, 99)) peers[index % SERVERS]!.put(`key${index}`, string.rep("v", 300));
				world.run(90);
				world.agreed();
				const seen = messagesOf(world);
				const joiners = world.add(15);
				const hub = hubOf(world).number;
				world.until("all have the state", 150, () => joiners.every((joiner) => joiner.pool.IsSynced()));
				world.heal();
				const pages = seen.addressed.filter(({ kinds }) => kinds.includes("page"));
				expect(pages.some(({ from }) => from === hub)).to.equal(false);
				expect(seen.addressed.some(({ kinds }) => kinds.includes("turn"))).to.equal(true);
				// Hardly anything is given twice.
				const counts = joiners.map(({ number }) => pages.filter(({ to }) => to === number).size());
				const needed = joiners.size() * quantile(counts, 0);
				if (pages.size() > 1.2 * needed) error(counts.join(" "));
				world.run(60);
				world.agreed();
			});
		});
	});
};
