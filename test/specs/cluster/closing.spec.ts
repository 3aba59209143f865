/// <reference types="@rbxts/testez/globals" />
import { messagesOf } from "../support/messages";
import { Peer, World, inWorld, quantile } from "../support/world";

const REASONS = [
	Enum.CloseReason.Unknown,
	Enum.CloseReason.RobloxMaintenance,
	Enum.CloseReason.DeveloperShutdown,
	Enum.CloseReason.DeveloperUpdate,
	Enum.CloseReason.ServerEmpty,
	Enum.CloseReason.OutOfMemory,
];

/** Four servers, of which the first has a contribution; it closes. */
function closing(seed: number, world: World, reason?: Enum.CloseReason): Peer {
	const [first] = world.start(4);
	first!.put("key");
	world.run(15);
	world.expectAll("key=1@1");
	first!.server.Close(reason);
	return first!;
}

export = () => {
	describe("a server that closes", () => {
		for (const reason of REASONS) {
			it(`withdraws its contributions within seconds, for the reason ${reason.Name}`, () => {
				inWorld({ seed: 1, loss: 0.01 }, (world) => {
					const first = closing(1, world, reason);
					const seconds = world.until("the contribution is gone everywhere", 8, () => {
						for (const peer of world.live()) if (peer.pool.Size() > 0) return false;
						return true;
					});
					expect(seconds <= 5).to.equal(true);
					world.until("the server has ended", 6, () => first.server.GetState() === "closed");
				});
			});
		}

		it("is gone everywhere within 5 s in 99 of 100 cases", () => {
			const samples = new Array<number>();
			for (const seed of $range(1, 8)) {
				inWorld({ seed, loss: 0.01 }, (world) => {
					const peers = world.start(10);
					for (const peer of peers) peer.put(`k${peer.number}`);
					world.run(20);
					for (const peer of peers) {
						if (peer.number === 10) break;
						peer.server.Close();
						samples.push(
							world.until("it is gone", 40, () => {
								for (const other of world.live())
									if (other.get(`k${peer.number}`) !== undefined) return false;
								return true;
							}),
						);
						world.run(10);
					}
				});
			}
			expect(samples.size() >= 70).to.equal(true);
			expect(quantile(samples, 0.99) <= 5).to.equal(true);
		});

		it("says goodbye at least three times, and nothing afterwards", () => {
			inWorld({ seed: 2 }, (world) => {
				const seen = messagesOf(world);
				const first = closing(2, world);
				world.run(30);
				const goodbyes = seen.broadcasts.filter(
					({ from, kinds }) => from === first.number && kinds.includes("departures"),
				);
				expect(goodbyes.size() >= 3).to.equal(true);
				expect(goodbyes.size() <= 6).to.equal(true);
				const last = seen.broadcasts.filter(({ from }) => from === first.number);
				expect(last[last.size() - 1]!.atSeconds <= 36).to.equal(true);
			});
		});

		it("is told as closed, once", () => {
			inWorld({ seed: 3, loss: 0.05 }, (world) => {
				const peers = world.start(4);
				const story = new Array<string>();
				for (const peer of peers) {
					peer.server.Cluster.ServerLeft.Connect((server, reason) =>
						story.push(`${peer.number}: ${world.numberOf(server.ServerId)} ${reason}`),
					);
				}
				world.run(45);
				peers[0]!.server.Close();
				world.run(90);
				story.sort();
				expect(story.join(", ")).to.equal("2: 1 closed, 3: 1 closed, 4: 1 closed");
			});
		});

		it("ends well inside 30 s while every publish fails, and its contributions expire", () => {
			inWorld({ seed: 4 }, (world) => {
				world.start(4)[0]!.put("key");
				world.run(15);
				world.emulated.SetFaults({ publishErrors: 1, publishErrorsAfterEffect: 0 });
				const first = world.peers[0]!;
				first.server.Close();
				const seconds = world.until("it has ended", 30, () => first.server.GetState() === "closed");
				expect(seconds <= 10).to.equal(true);
				world.emulated.SetFaults({ publishErrors: 0 });
				world.until("its contribution is gone", 60, () => {
					for (const peer of world.live()) if (peer.pool.Size() > 0) return false;
					return true;
				});
			});
		});

		it("ends well inside 30 s while every publish hangs", () => {
			inWorld({ seed: 5 }, (world) => {
				world.start(3)[0]!.put("key");
				world.run(15);
				world.emulated.SetFaults({ publishHangs: 1, publishHangSeconds: math.huge });
				const first = world.peers[0]!;
				first.server.Close();
				const seconds = world.until("it has ended", 30, () => first.server.GetState() === "closed");
				expect(seconds <= 10).to.equal(true);
				world.emulated.SetFaults({ publishHangs: 0 });
				world.run(90);
				world.expectAll("");
			});
		});

		it("withdraws what it had not even sent", () => {
			inWorld({ seed: 6 }, (world) => {
				const [first, second] = world.start(2);
				first!.put("key");
				first!.server.Close();
				world.run(20);
				expect(second!.view()).to.equal("");
				expect(second!.fold.added).to.equal(0);
			});
		});

		it("that is alone, or has only just started, ends at once", () => {
			inWorld({ seed: 7 }, (world) => {
				const [alone] = world.start(1);
				alone!.server.Close();
				world.run(0.2);
				expect(alone!.server.GetState()).to.equal("closed");
				const [young] = world.add();
				world.run(0.3);
				young!.server.Close();
				world.run(0.5);
				expect(young!.server.GetState()).to.equal("closed");
			});
		});
	});

	describe("all servers of a game", () => {
		it("can close at once, within the limits", () => {
			// How soon the cloud takes note that there are fewer servers is not documented.
			inWorld({ seed: 8, loss: 0.02, countedServers: 12 }, (world) => {
				const peers = world.start(12);
				for (const peer of peers) for (const index of $range(1, 10)) peer.put(`${peer.number}-${index}`);
				world.run(30);
				for (const peer of peers) peer.server.Close();
				world.run(12);
				for (const peer of peers) expect(peer.server.GetState()).to.equal("closed");
				world.start(1);
				expect(world.live()[0]!.view()).to.equal("");
			});
		});
	});

	describe("Close()", () => {
		it("leaves the cluster while the server runs on, and resolves", () => {
			inWorld({ seed: 9 }, (world) => {
				const [first, second] = world.start(3);
				first!.put("key");
				world.run(10);
				world.emulated.Settle(
					first!.server.Do(() => first!.server.Cluster.Close()),
					10,
				);
				world.run(5);
				expect(second!.view()).to.equal("");
				expect(second!.sees()).to.equal("2 3");
				expect(first!.server.GetState()).to.equal("running");
				expect(first!.server.Cluster.GetStatistics().Phase).to.equal("closed");
				const sent = first!.server.Cluster.GetStatistics().Sent.Broadcasts;
				world.run(60);
				expect(first!.server.Cluster.GetStatistics().Sent.Broadcasts).to.equal(sent);
				world.emulated.Settle(
					first!.server.Do(() => first!.server.Cluster.Close()),
					1,
				);
			});
		});
	});
};
