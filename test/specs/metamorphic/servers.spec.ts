/// <reference types="@rbxts/testez/globals" />
import { Peer, World, inWorld } from "../support/world";
import { Course, courseOf, ending } from "./courses";

const SERVERS = 3;
const SECONDS = 90;

/** The messages and deliveries of a span. */
function trafficWithin(world: World, seconds: number): { publishes: number; deliveries: number } {
	const before = world.emulated.GetStatistics();
	world.run(seconds);
	const after = world.emulated.GetStatistics();
	return { publishes: after.publishes - before.publishes, deliveries: after.deliveries - before.deliveries };
}

function course(seed: number, happens?: (world: World, peers: Peer[]) => void): Course {
	const plain = { servers: SERVERS, seconds: SECONDS, deeds: courseOf(seed, SERVERS, SECONDS, 40) };
	return happens ? { ...plain, happens } : plain;
}

export = () => {
	describe("a server that only listens", () => {
		it("changes nothing for the others", () => {
			for (const seed of $range(1, 3)) {
				const without = ending({ seed }, course(seed), { loss: 0.05 });
				const added = ending(
					{ seed },
					course(seed, (world) => world.after(20, () => world.add(1))),
					{ loss: 0.05 },
				);
				expect(added.view).to.equal(without.view);
			}
		});

		it("costs its beats and its copy of what the others send, and nothing any more once it has closed", () => {
			for (const seed of $range(1, 3)) {
				inWorld({ seed }, (world) => {
					const peers = world.start(SERVERS);
					for (const peer of peers) peer.put(`k${peer.number}`);
					world.run(30);
					const alone = trafficWithin(world, 200);
					const [idle] = world.add(1);
					world.run(30);
					const together = trafficWithin(world, 200);
					// A beat every nine to ten seconds.
					expect(together.publishes <= alone.publishes + 200 / 9 + 2).to.equal(true);
					expect(together.deliveries <= (alone.deliveries * 4) / 3 + 4 * (200 / 9 + 2)).to.equal(true);
					idle!.server.Close();
					world.run(30);
					const afterwards = trafficWithin(world, 200);
					expect(math.abs(afterwards.publishes - alone.publishes) <= 0.1 * alone.publishes).to.equal(true);
					world.expectAll("k1=1@1 k2=1@2 k3=1@3");
				});
			}
		});
	});

	describe("a server that crashes", () => {
		it("and another that starts leave the same as one that closes and another that starts", () => {
			for (const seed of $range(1, 3)) {
				const endings = (["Crash", "Close"] as const).map((leaves) =>
					ending(
						{ seed },
						course(seed, (world, peers) => {
							world.after(30, () => peers[2]!.server[leaves]());
							world.after(45, () => {
								const [another] = world.add(1);
								another!.put("another");
							});
						}),
					),
				);
				expect(endings[0]!.view).to.equal(endings[1]!.view);
				expect(endings[0]!.view.find("another=1@4")[0]).to.be.ok();
			}
		});
	});

	describe("a server that is taken for lost and comes back", () => {
		it("leaves everything as if that had never happened", () => {
			for (const seed of $range(1, 3)) {
				const quiet = ending({ seed }, course(seed));
				for (const silent of ["SetMute", "SetDeaf"] as const) {
					let lost = 0;
					const troubled = ending(
						{ seed },
						course(seed, (world, peers) => {
							peers[0]!.server.Cluster.ServerLeft.Connect(() => {
								lost += 1;
							});
							world.after(10, () => peers[1]!.server[silent](true));
							world.after(75, () => peers[1]!.server[silent](false));
						}),
					);
					expect(troubled.view).to.equal(quiet.view);
					if (silent === "SetMute") expect(lost > 0).to.equal(true);
				}
			}
		});
	});

	describe("half of the budget", () => {
		it("takes at most two and a half times as long", () => {
			const [whole, half] = [0.5, 0.25].map((budgetShare) => {
				let seconds = 0;
				inWorld({ seed: 1, budgetShare, loss: 0.01 }, (world) => {
					const peers = world.start(4);
					world.run(60);
					for (const index of $range(1, 500)) {
						for (const peer of peers) peer.put(`${peer.number}-${index}`, string.rep("x", 60));
					}
					seconds = world.until("all have everything", 900, () => {
						for (const peer of peers) if (peer.pool.Size() < 2000) return false;
						return true;
					});
					expect(world.isAgreed()).to.equal(true);
				});
				return seconds;
			});
			expect(half! > whole!).to.equal(true);
			expect(half! <= 2.5 * whole!).to.equal(true);
		});
	});
};
