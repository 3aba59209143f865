/// <reference types="@rbxts/testez/globals" />
import { Health } from "../../../src/cluster/health";
import { HealthReadings, judge } from "../../../src/cluster/health";
import { VirtualGame } from "../../../src/testing";
import { ConfigureCluster } from "../../../src/cluster";
import { inWorld, Peer, World } from "../support/world";

const healthOf = (peer: Peer): Health => peer.server.Cluster.GetHealth();

function told({ Status, Reason }: Health): string {
	return Reason === undefined ? Status : `${Status} ${Reason}`;
}

/** How long it takes from now until the peer's health is told to be so. */
function secondsUntil(world: World, peer: Peer, status: string, limitSeconds: number): number {
	let changedAt: number | undefined;
	const start = world.emulated.Now();
	const connection = peer.server.Cluster.HealthChanged.Connect((health) => {
		if (told(health) === status) changedAt ??= world.emulated.Now();
	});
	world.until(`health is ${status}`, limitSeconds, () => changedAt !== undefined);
	connection.Disconnect();
	return changedAt! - start;
}

function expectWithin(seconds: number, most: number): void {
	if (seconds > most) error(`took ${seconds} s, at most ${most}`);
}

const WELL: HealthReadings = {
	phase: "synced",
	runningSeconds: 1000,
	subscribeFailure: undefined,
	others: 4,
	isLeaf: false,
	silentSeconds: 1,
	othersSilentSeconds: 2,
	overdueSeconds: -8,
	unheardSeconds: 3,
	unheard: 1,
	publishFailingSeconds: math.huge,
	publishFailures: 0,
	stoodStillSeconds: math.huge,
	stoodStillForSeconds: 0,
	congestionFactor: 1,
	oldestQueuedSeconds: 0.4,
	queueDepth: 2,
	loss: 0.01,
	unreadable: 0,
	memoryFailuresInRow: 0,
};

export = () => {
	describe("what health is judged by", () => {
		const CASES: ReadonlyArray<readonly [status: string, readings: Partial<HealthReadings>]> = [
			["healthy", {}],
			["healthy", { phase: "starting", runningSeconds: 5 }],
			["isolated subscribing", { phase: "starting", runningSeconds: 13, subscribeFailure: "no" }],
			["degraded joining", { phase: "joining", runningSeconds: 13 }],
			["degraded rejoining", { phase: "rejoining", runningSeconds: 0 }],
			["isolated studio", { phase: "local" }],
			["isolated closed", { phase: "closing" }],
			["healthy", { publishFailures: 1, publishFailingSeconds: 1 }],
			["degraded publishing", { publishFailures: 2, publishFailingSeconds: 3 }],
			["isolated publishing", { publishFailures: 5, publishFailingSeconds: 15 }],
			["isolated silence", { silentSeconds: 14, othersSilentSeconds: 14, unheardSeconds: 14 }],
			["isolated silence", { othersSilentSeconds: 14 }],
			["healthy", { others: 1, othersSilentSeconds: 14, overdueSeconds: 4 }],
			["isolated silence", { others: 1, othersSilentSeconds: 20, overdueSeconds: 9 }],
			["healthy", { others: 0, othersSilentSeconds: 1000 }],
			["degraded hub", { isLeaf: true, othersSilentSeconds: 16, unheardSeconds: 99 }],
			["isolated hub", { isLeaf: true, othersSilentSeconds: 30, unheardSeconds: 99 }],
			["healthy", { unheardSeconds: 8 }],
			["isolated unheard", { unheardSeconds: 8, unheard: 3 }],
			["degraded stoodStill", { stoodStillSeconds: 3, stoodStillForSeconds: 12 }],
			["degraded limits", { congestionFactor: 0.7, oldestQueuedSeconds: 20 }],
			["degraded backlog", { oldestQueuedSeconds: 10 }],
			["degraded loss", { loss: 0.15 }],
			["degraded unreadable", { unreadable: 3 }],
			["degraded memoryStore", { memoryFailuresInRow: 3 }],
		];
		CASES.forEach(([status, readings], index) => {
			it(`gives "${status}" (case ${index + 1})`, () => {
				const health = judge({ ...WELL, ...readings });
				expect(told(health)).to.equal(status);
				expect(health.Detail === "").to.equal(health.Status === "healthy");
			});
		});
	});

	describe("GetHealth", () => {
		for (const servers of [1, 2, 5, 20]) {
			it(`is healthy in a quiet game of ${servers} that loses a hundredth, at any time of ten minutes`, () => {
				inWorld({ seed: servers, loss: 0.01 }, (world) => {
					const peers = world.start(servers);
					world.run(60);
					const changes = new Array<string>();
					for (const peer of peers) {
						expect(told(healthOf(peer))).to.equal("healthy");
						peer.server.Cluster.HealthChanged.Connect((health) => changes.push(told(health)));
					}
					world.run(600);
					expect(changes.join()).to.equal("");
				});
			});
		}

		it("turns to isolated within 15 s where no message comes in any more, 20 in a game of two, and to healthy when they do again", () => {
			for (const seed of $range(1, 6)) {
				inWorld({ seed, loss: 0.01 }, (world) => {
					const peers = world.start(seed % 2 === 0 ? 2 : 5);
					world.run(20 + seed * 3.1);
					peers[0]!.server.SetDeaf(true);
					expectWithin(secondsUntil(world, peers[0]!, "isolated silence", 30), seed % 2 === 0 ? 20 : 15);
					peers[0]!.server.SetDeaf(false);
					expectWithin(secondsUntil(world, peers[0]!, "healthy", 60), 45);
				});
			}
		});

		it("turns to isolated within 20 s on both sides of a partition of two", () => {
			for (const seed of $range(1, 20)) {
				inWorld({ seed, loss: 0.01 }, (world) => {
					const peers = world.start(2);
					world.run(20 + (seed % 7) * 2.3);
					world.partition((number) => number % 2);
					// Each for itself: the first to be isolated may have given the other one up before that one is.
					const turned = new Set<Peer>();
					world.until("both isolated", 20, () => {
						for (const peer of peers) if (told(healthOf(peer)) === "isolated silence") turned.add(peer);
						return turned.size() === 2;
					});
				});
			}
		});

		it("turns to isolated within 15 s where nothing that a server sends arrives", () => {
			for (const seed of $range(1, 4)) {
				inWorld({ seed, loss: 0.01 }, (world) => {
					const peers = world.start(4);
					world.run(20 + seed * 3.1);
					peers[1]!.server.SetMute(true);
					for (const second of [0.1, 2, 4]) world.after(second, () => peers[1]!.put(`unheard${second}`));
					expectWithin(secondsUntil(world, peers[1]!, "isolated unheard", 30), 15);
				});
			}
		});

		it("is not isolated where own messages never come back, because the cloud does not bring them", () => {
			inWorld({ seed: 9, selfDelivery: false, loss: 0.01 }, (world) => {
				const peers = world.start(4);
				peers[0]!.put("a");
				for (const _ of $range(1, 60)) {
					world.run(2);
					for (const peer of peers) expect(healthOf(peer).Status).never.to.equal("isolated");
				}
			});
		});

		it("tells of publishes that fail within 15 s, and of isolation when it lasts", () => {
			for (const seed of $range(1, 4)) {
				inWorld({ seed }, (world) => {
					const peers = world.start(5);
					world.run(20);
					world.emulated.SetFaults({ publishErrors: 1, publishErrorsAfterEffect: 0 });
					const start = world.emulated.Now();
					world.until("all know", 15, () => peers.every((peer) => told(healthOf(peer)) !== "healthy"));
					secondsUntil(world, peers[0]!, "isolated publishing", 60 - (world.emulated.Now() - start));
					world.emulated.SetFaults({ publishErrors: 0 });
					world.until("all send again, though less for a while", 60, () =>
						peers.every((peer) => ["healthy", "degraded limits"].includes(told(healthOf(peer)))),
					);
					world.until("all are well", 600, () => peers.every((peer) => told(healthOf(peer)) === "healthy"));
				});
			}
		});

		it("tells within 15 s that more is changed than the limits carry", () => {
			inWorld({ seed: 3 }, (world) => {
				const peers = world.start(10);
				world.run(20);
				const text = string.rep("x", 300);
				const busy = peers[0]!;
				for (const number of $range(1, 200)) busy.put(`k${number}`, text);
				expectWithin(secondsUntil(world, busy, "degraded backlog", 30), 15);
			});
		});

		it("tells of a server that stood still, and forgets it after half a minute", () => {
			inWorld({ seed: 4 }, (world) => {
				const peers = world.start(3);
				world.run(20);
				peers[2]!.server.Freeze(12);
				world.run(12);
				world.until("it tells", 3, () => told(healthOf(peers[2]!)) === "degraded stoodStill");
				expectWithin(secondsUntil(world, peers[2]!, "healthy", 60), 45);
			});
		});

		it("tells of a hub that is silent, on all leaves, until another is there", () => {
			inWorld({ seed: 5, loss: 0.01 }, (world) => {
				const peers = world.start(14);
				world.run(40);
				peers[0]!.server.Crash();
				const leaf = peers[7]!;
				world.run(22);
				world.until("it is well again", 20, () => told(healthOf(leaf)) === "healthy");
			});
		});

		it("warns of a cause that lasts, once in ten minutes, with what to do", () => {
			inWorld({ seed: 6 }, (world) => {
				const lines = new Array<string>();
				const [deaf] = world.add(1, {
					setup: () => ConfigureCluster({ logger: (level, text) => level === "warn" && lines.push(text) }),
				});
				world.start(2);
				for (const _ of $range(1, 4)) {
					deaf!.server.SetDeaf(true);
					world.run(60);
					deaf!.server.SetDeaf(false);
					world.run(60);
				}
				const silence = lines.filter((line) => string.find(line, "(silence)", 1, true)[0] !== undefined);
				expect(silence.size()).to.equal(1);
				expect(string.find(silence[0]!, "contributions go on working here", 1, true)[0]).to.be.ok();
			});
		});
	});

	describe("StatisticsChanged", () => {
		it("fires at the chosen interval, from when somebody listens", () => {
			inWorld({ seed: 7 }, (world) => {
				const [peer] = world.add(1, { setup: () => ConfigureCluster({ statisticsSeconds: 5 }) });
				world.run(30);
				let fired = 0;
				peer!.server.Cluster.StatisticsChanged.Connect((statistics) => {
					fired += 1;
					expect(statistics.Servers).to.equal(1);
				});
				world.run(26);
				expect(fired).to.equal(5);
			});
		});

		it("takes intervals of 1 to 3,600 s only", () => {
			const world = VirtualGame({ seed: 1 });
			for (const value of [0.5, 4000, 0 / 0, "x"]) {
				const [success, problem] = pcall(() =>
					world.AddServer({ setup: () => ConfigureCluster({ statisticsSeconds: value as number }) }),
				);
				expect(success).to.equal(false);
				expect(string.find(tostring(problem), "statisticsSeconds must be 1 to 3,600", 1, true)[0]).to.be.ok();
			}
			world.Destroy();
		});
	});
};
