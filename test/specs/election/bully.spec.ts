/// <reference types="@rbxts/testez/globals" />
import { takeSituations } from "../../../src/diagnostics/situations";
import { ElectionEntry } from "../../../src/wire/frame";
import { isDropReason, readFrame } from "../../../src/wire/frame-reader";
import { ServerCluster } from "../../../src/cluster/server-cluster";
import { ElectionGame, electionsOf, inElection, listen, Said } from "../support/election-game";

function count(said: ReadonlyArray<Said>, word: ElectionEntry["word"]): number {
	let found = 0;
	for (const { entries } of said) for (const entry of entries) if (entry.word === word) found += 1;
	return found;
}

/** What a server is told by another, as if it had come over the wire. */
function tell(trial: ElectionGame, to: number, from: number, entry: Omit<ElectionEntry, "scope">): void {
	const contender = trial.contenders[to - 1]!;
	const sender = electionsOf(trial.contenders[from - 1]!).context.selfId;
	contender.server.Do(() =>
		electionsOf(contender).receive(
			{ kind: "election", entries: [{ ...entry, scope: contender.election.hash }] },
			sender,
		),
	);
}

export = () => {
	describe("mode bully", () => {
		it("elects the first server, and newcomers learn who leads instead of electing themselves", () => {
			inElection({ seed: 1 }, (trial) => {
				trial.start(6);
				const leader = trial.leader();
				expect(trial.elections).to.equal(1);
				const [newcomer] = trial.add();
				trial.world.Run(15);
				expect(newcomer!.story.join()).to.equal(`leader ${leader.server.Number}`);
			});
		});

		it("elects one server though the next one's whole state comes as parity", () => {
			for (const seed of $range(1, 6)) {
				inElection({ seed }, (trial) => {
					trial.world.SetFilter((_sender, _receiver, _topic, message) => {
						const frame = typeIs(message, "string") ? readFrame(message, 0) : "malformed";
						if (isDropReason(frame)) return "deliver";
						const kinds = frame.sections.map(({ kind }) => kind);
						return kinds.includes("page") && !kinds.includes("parity") ? "drop" : "deliver";
					});
					trial.start(2);
					expect(trial.elections).to.equal(1);
				});
			}
		});

		for (const servers of [2, 5, 13]) {
			it(`E-3: finds one new leader within 24 s of the leader's crash, of ${servers} servers`, () => {
				for (const seed of $range(1, 3)) {
					inElection({ seed, loss: 0.1 * (seed - 1), countedServers: servers }, (trial) => {
						trial.start(servers);
						const before = trial.elections;
						const crashed = trial.leader();
						const [heir] = electionsOf(crashed).ranking(
							crashed.election,
							electionsOf(crashed).context.selfId,
						);
						crashed.server.Crash();
						expect(trial.untilAgreed(30) <= 24).to.equal(true);
						expect(electionsOf(trial.leader()).context.selfId).to.equal(heir);
						trial.world.Run(60);
						expect(trial.elections).to.equal(before + 1);
					});
				}
			});
		}

		it("finds the next leader as soon when the one before crashed just before", () => {
			inElection({ seed: 5, countedServers: 6 }, (trial) => {
				trial.start(6);
				for (const _ of $range(1, 3)) {
					trial.leader().server.Crash();
					expect(trial.untilAgreed(40) <= 24).to.equal(true);
					trial.world.Run(0.5);
				}
			});
		});

		it("says no more than three messages a server and nine in a failover", () => {
			inElection({ seed: 4, countedServers: 12 }, (trial) => {
				trial.start(12);
				trial.leader().server.Crash();
				const said = listen(trial.world);
				trial.untilAgreed(30);
				trial.world.Run(20);
				const messages = said.filter(({ entries }) => entries.some(({ word }) => word !== "beat"));
				expect(messages.size() <= 3 * 12 + 9).to.equal(true);
			});
		});

		it("E-4: hands over when the leader closes, after its vacated handlers, to the one it named", () => {
			for (const seed of $range(1, 3)) {
				inElection({ seed, loss: 0.05 }, (trial) => {
					trial.start(4);
					const leader = trial.leader();
					let cleanedAt = math.huge;
					leader.election.Run(() => () => {
						leader.server.Engine.task.wait(1);
						cleanedAt = trial.world.Now();
					});
					const said = listen(trial.world);
					leader.server.Close();
					const seconds = trial.until("another leads", 10, () => trial.leaders().size() > 0);
					expect(seconds <= 1 + 3.5).to.equal(true);
					const resigned = said.filter(({ entries }) => entries.some(({ word }) => word === "resigned"));
					expect(resigned[0]!.atSeconds >= cleanedAt).to.equal(true);
					// Twice to the successor, and twice to all; or one more where all have to wait.
					expect(resigned.size() <= 5).to.equal(true);
					expect(leader.story.join()).to.equal(`leader ${leader.server.Number}, +, nobody, -closing`);
					const after = trial.elections;
					trial.world.Run(40);
					expect(trial.elections).to.equal(after);
				});
			}
		});

		it("nobody else leads while what the leader had to do is being cleaned up", () => {
			for (const seed of $range(1, 3)) {
				inElection({ seed }, (trial) => {
					trial.start(3);
					const leader = trial.leader();
					// It has not to wait for its turn.
					trial.add(1, {}, { rank: 5 });
					trial.world.Run(20);
					let cleanedAt = math.huge;
					leader.election.Run(() => () => {
						leader.server.Engine.task.wait(4.5);
						cleanedAt = trial.world.Now();
					});
					leader.server.Do(() => leader.election.Resign());
					trial.until("another leads", 10, () => trial.leaders().size() > 0);
					expect(trial.world.Now() >= cleanedAt).to.equal(true);
				});
			}
		});

		it("E-7: does not elect while fewer than half of the others have lost the leader", () => {
			inElection({ seed: 7 }, (trial) => {
				trial.start(5);
				const leader = trial.leader().server.ServerId;
				const [deaf] = trial.contenders.filter(({ server }) => server.ServerId !== leader);
				trial.world.SetFilter((sender, receiver) =>
					sender === leader && receiver === deaf!.server.ServerId ? "drop" : "deliver",
				);
				const said = listen(trial.world);
				trial.world.Run(25);
				expect(count(said, "lost") > 0).to.equal(true);
				expect(trial.elections).to.equal(1);
				expect(trial.leader().server.ServerId).to.equal(leader);
			});
		});

		it("follows the leader again in the same term after having lost sight of it", () => {
			inElection({ seed: 8 }, (trial) => {
				trial.start(3);
				const leader = trial.leader();
				const { elections } = trial;
				const ranking = electionsOf(leader).ranking(leader.election, electionsOf(leader).context.selfId);
				const [best, last] = ranking.map((shortId) =>
					trial.contenders.find((one) => electionsOf(one).context.selfId === shortId)!,
				);
				trial.world.SetFilter((sender, receiver) =>
					sender === leader!.server.ServerId && receiver === best!.server.ServerId ? "drop" : "deliver",
				);
				trial.world.Run(18);
				tell(trial, best!.server.Number, last!.server.Number, { word: "election", term: 0 });
				expect(best!.election.GetLeader()).to.equal(undefined);
				trial.heal();
				trial.untilAgreed(8);
				trial.world.Run(30);
				expect(trial.elections).to.equal(elections);
				expect(trial.leader()).to.equal(leader);
			});
		});

		it("shows its leader again when one of a former term shows itself and gives way", () => {
			inElection({ seed: 9 }, (trial) => {
				trial.start(3);
				const leader = trial.leader();
				const term = leader.election.GetTerm();
				const past = trial.contenders.find((contender) => contender !== leader)!;
				const { hash } = past.election;
				past.server.Do(() => electionsOf(past).facts.showLeading(hash, term - 1));
				trial.world.Run(1);
				past.server.Do(() => electionsOf(past).facts.showVacated(hash));
				trial.world.Run(15);
				for (const { server, story } of trial.contenders) {
					const shown = (server.Cluster as ServerCluster).context.replica.pools
						.get("net-server-sync/elections")
						?.registers.get(`l/${hash}`)
						?.shown();
					expect(shown).to.equal(string.format("%.0f", term));
					expect(story.includes("nobody")).to.equal(false);
				}
			});
		});

		it("E-14: two servers cut off from each other are led by one within a heartbeat and the way after they hear each other again", () => {
			for (const seed of $range(1, 4)) {
				inElection({ seed }, (trial) => {
					trial.start(2);
					trial.partition((number) => number);
					trial.world.Run(70);
					expect(trial.leaders().size()).to.equal(2);
					trial.heal();
					const seconds = trial.untilAgreed(30);
					expect(seconds <= 5 + 2 + 0.5).to.equal(true);
				});
			}
		});

		it("keeps the leader of the larger part after a partition, or the one with the later term", () => {
			inElection({ seed: 15 }, (trial) => {
				trial.start(5);
				const leader = trial.leader().server.Number;
				// The leader and one more against three.
				const companion = leader === 1 ? 2 : 1;
				trial.partition((number) => (number === leader || number === companion ? 0 : 1));
				const majority = trial.contenders.filter(
					({ server }) => server.Number !== leader && server.Number !== companion,
				);
				expect(trial.untilAgreed(60, majority) <= 45).to.equal(true);
				const newer = trial.leaders().find(({ server }) => server.Number !== leader)!;
				trial.world.Run(30);
				trial.heal();
				trial.untilAgreed(40);
				expect(trial.leader()).to.equal(newer);
			});
		});

		it("E-15: is not deposed by a newcomer of a higher rank, which comes next", () => {
			inElection({ seed: 16 }, (trial) => {
				trial.start(3);
				const leader = trial.leader();
				const [high] = trial.add(1, {}, { rank: 5 });
				trial.world.Run(60);
				expect(trial.leader()).to.equal(leader);
				leader.server.Close();
				trial.untilAgreed(20, [high!]);
				expect(trial.leader()).to.equal(high);
			});
		});

		it("E-16: begins again when an answer is not followed by a coordinator", () => {
			inElection({ seed: 17 }, (trial) => {
				trial.start(4);
				const leader = trial.leader();
				const { context } = electionsOf(leader);
				const ranking = electionsOf(leader).ranking(leader.election, context.selfId);
				const [first, second, last] = ranking.map((shortId) =>
					trial.contenders.find((one) => electionsOf(one).context.selfId === shortId)!,
				);
				// When the leader closes the next one stands still; the second hears of it late, answers, and is not heard by all when it leads.
				first!.server.Freeze(30);
				const said = listen(trial.world);
				const closedAt = trial.world.Now();
				trial.world.SetFilter((sender, receiver, topic) => {
					const isLate = sender === leader.server.ServerId && receiver === second!.server.ServerId;
					if (isLate && trial.world.Now() < closedAt + 2) return "drop";
					const isBroadcast = string.find(topic, "/all/", 1, true)[0] !== undefined;
					return sender === second!.server.ServerId && isBroadcast ? "drop" : "deliver";
				});
				takeSituations();
				leader.server.Close();
				trial.untilAgreed(90, [second!, last!]);
				expect(count(said, "answer") > 0).to.equal(true);
				expect(takeSituations().get("an answer, but no coordinator")! > 0).to.equal(true);
			});
		});

		it("E-17: answers an election of a lower rank, and begins its own if none is running", () => {
			inElection({ seed: 18 }, (trial) => {
				trial.start(3);
				const leader = trial.leader();
				const ranking = electionsOf(leader).ranking(leader.election, electionsOf(leader).context.selfId);
				const numberOf = (shortId: string) =>
					trial.contenders.find((one) => electionsOf(one).context.selfId === shortId)!.server.Number;
				const [best, last] = [numberOf(ranking[0]!), numberOf(ranking[1]!)];
				leader.server.Crash();
				trial.world.Run(17);
				const said = listen(trial.world);
				tell(trial, best, last, { word: "election", term: 0 });
				trial.world.Run(0.5);
				expect(count(said, "answer") + count(said, "coordinator") > 0).to.equal(true);
				trial.untilAgreed(10);
				expect(trial.leader().server.Number).to.equal(best);
			});
		});

		it("ignores stale coordinators, heartbeats of a resigned term, and terms that nobody can have reached", () => {
			inElection({ seed: 19 }, (trial) => {
				trial.start(3);
				const leader = trial.leader();
				const term = leader.election.GetTerm();
				const other = trial.contenders.find((contender) => contender !== leader)!;
				const third = trial.contenders.find((contender) => contender !== leader && contender !== other)!;
				tell(trial, other.server.Number, third.server.Number, { word: "coordinator", term: term - 1 });
				tell(trial, other.server.Number, third.server.Number, { word: "coordinator", term: term * 2 });
				expect(trial.isAgreed()).to.equal(true);
				leader.server.Do(() => leader.election.Resign());
				trial.world.Run(4);
				tell(trial, other.server.Number, leader.server.Number, { word: "beat", term });
				expect(other.election.GetLeader() === leader.server.ServerId).to.equal(false);
				expect(other.election.GetStatistics().Stale >= 3).to.equal(true);
				trial.untilAgreed(20);
			});
		});

		it("a leader that stood still for 30 s leads no longer when it goes on, before any of its code can act", () => {
			for (const seed of $range(1, 3)) {
				inElection({ seed }, (trial) => {
					trial.start(4);
					const leader = trial.leader();
					let actedAsLeader = 0;
					leader.server.Schedule(10, () => {
						if (leader.election.IsLeader()) actedAsLeader += 1;
					});
					leader.server.Freeze(30);
					trial.world.Run(28);
					trial.world.Run(12);
					trial.untilAgreed(30);
					expect(actedAsLeader).to.equal(0);
					expect(trial.leader() === leader).to.equal(false);
				});
			}
		});

		it("survives the joint crash of the hub and leader of a large game", () => {
			inElection({ seed: 21, loss: 0.02, countedServers: 16 }, (trial) => {
				trial.start(16, {}, 0.3);
				trial.world.Run(20);
				const leader = trial.leader();
				const { context } = electionsOf(leader);
				expect(context.regime.hub !== undefined).to.equal(true);
				const hub = trial.contenders.find(
					(one) => electionsOf(one).context.selfId === context.regime.hub!.shortId,
				)!;
				leader.server.Crash();
				if (hub !== leader) hub.server.Crash();
				expect(trial.untilAgreed(60) <= 30).to.equal(true);
				trial.world.Run(60);
				expect(trial.isAgreed()).to.equal(true);
			});
		});

		it("E-26: is still a candidate after having lost the leadership a hundred times", () => {
			inElection({ seed: 22 }, (trial) => {
				const [first] = trial.start(2);
				for (const _ of $range(1, 100)) {
					const leader = trial.leader();
					leader.server.Do(() => leader.election.Resign());
					trial.world.Run(12);
				}
				trial.untilAgreed(20);
				expect(first!.election.GetStatistics().Elected >= 45).to.equal(true);
			});
		});

		it("E-22 and E-23: hands over to the one that is there, and not to one that is gone, unknown, or itself", () => {
			inElection({ seed: 23 }, (trial) => {
				trial.start(3);
				const leader = trial.leader();
				const [to, gone] = trial.contenders.filter((contender) => contender !== leader);
				const transfer = (id: string) => leader.server.Do(() => leader.election.Transfer(id));
				expect(trial.world.Settle(transfer(leader.server.ServerId))).to.equal("transferred");
				expect(trial.world.Settle(transfer("nobody"))).to.equal("gone");
				gone!.server.Crash();
				expect(trial.world.Settle(transfer(gone!.server.ServerId))).to.equal("timeout");
				expect(trial.leader()).to.equal(leader);
				expect(trial.world.Settle(transfer(to!.server.ServerId))).to.equal("transferred");
				expect(trial.leader()).to.equal(to);
				expect(leader.story.includes("-transferred")).to.equal(true);
			});
		});
	});

	describe("many scopes on one server", () => {
		it("share one heartbeat", () => {
			inElection({ seed: 31 }, (trial) => {
				trial.start(4);
				const leader = trial.leader();
				for (const contender of trial.contenders) {
					for (const index of $range(1, 20)) {
						contender.server.Do(() =>
							electionsOf(contender).add(`more ${index}`, 1000 + index, contender.election.options),
						);
					}
				}
				trial.world.Run(60);
				const said = listen(trial.world);
				trial.world.Run(120);
				const led = electionsOf(leader).get(1001)!;
				expect(led.known !== undefined).to.equal(true);
				const beats = said.filter(({ entries }) => entries.some(({ word }) => word === "beat"));
				const byLeader = new Map<string, number>();
				for (const { from } of beats) byLeader.set(from, (byLeader.get(from) ?? 0) + 1);
				for (const [, messages] of byLeader) expect(messages <= 2 * 20).to.equal(true);
			});
		});
	});
};
