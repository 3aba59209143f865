/// <reference types="@rbxts/testez/globals" />
import { LeaderElection } from "../../../src/election";
import { VirtualGameOptions } from "../../../src/testing";
import { runWithFaults } from "../support/election-faults";
import { electionsOf, ElectionGame, inElection } from "../support/election-game";

const LEASE = { mode: "lease" } as const;

function inLease(options: VirtualGameOptions, scenario: (trial: ElectionGame) => void): void {
	inElection({ ...options, election: LEASE }, scenario);
}

/** A thread of a server that tries something every tenth of a second as long as it believes to lead. */
function act(trial: ElectionGame, log: string[]): void {
	for (const contender of trial.contenders) {
		const { task } = contender.server.Engine;
		contender.server.Schedule(0, () => {
			for (const _ of $range(1, 3000)) {
				if (contender.election.IsLeader()) log.push(`${contender.server.Number}`);
				task.wait(0.1);
			}
		});
	}
}

export = () => {
	describe("mode lease", () => {
		it("E-1: elects the first server of a game within 3 s, and at once where the store remembers the scope", () => {
			inLease({ seed: 1 }, (trial) => {
				const [first] = trial.add();
				expect(trial.until("it leads", 3, () => first!.isLeading()) <= 3).to.equal(true);
				trial.world.Run(20);
				first!.server.Close();
				trial.world.Run(20);
				const [another] = trial.add();
				expect(trial.until("it leads", 3, () => another!.isLeading()) <= 1).to.equal(true);
			});
		});

		for (const servers of [2, 5, 13]) {
			it(`E-3: finds one new leader within 14 s of the leader's crash, of ${servers} servers`, () => {
				for (const seed of $range(1, 3)) {
					inLease({ seed, loss: 0.1 * (seed - 1), countedServers: servers }, (trial) => {
						trial.start(servers);
						expect(trial.elections).to.equal(1);
						trial.leader().server.Crash();
						trial.until("another leads", 14, () => trial.leaders().size() === 1);
						trial.untilAgreed(10);
						trial.world.Run(60);
						expect(trial.elections).to.equal(2);
					});
				}
			});
		}

		it("E-4: hands over within 3.5 s when the leader closes, who never leads again", () => {
			inLease({ seed: 4 }, (trial) => {
				trial.start(4);
				const leader = trial.leader();
				leader.server.Close();
				const seconds = trial.until("another leads", 6, () => trial.leaders().some((one) => one !== leader));
				expect(seconds <= 3.5).to.equal(true);
				expect(leader.story.includes("-closing")).to.equal(true);
				trial.world.Run(20);
				expect(leader.story.filter((word) => word === "+").size()).to.equal(1);
			});
		});

		it("E-6: is led again within a lease and 3 s when nobody hears of the resignation", () => {
			inLease({ seed: 6 }, (trial) => {
				trial.start(4);
				const leader = trial.leader();
				leader.server.SetMute(true);
				leader.server.Close();
				expect(
					trial.until("another leads", 13, () => trial.leaders().some((one) => one !== leader)) <= 13,
				).to.equal(true);
			});
		});

		it("E-12: keeps its leader while servers cannot hear each other and the store can be reached", () => {
			inLease({ seed: 12 }, (trial) => {
				trial.start(6);
				trial.partition((number) => number % 2);
				trial.world.Run(60);
				expect(trial.elections).to.equal(1);
				trial.heal();
				trial.untilAgreed(40);
				expect(trial.elections).to.equal(1);
			});
		});

		it("E-13: is led by nobody while the store cannot be reached, and again within 3 s after", () => {
			inLease({ seed: 13 }, (trial) => {
				trial.start(4);
				trial.world.SetFaults({ memoryErrors: 1, memoryErrorsAfterEffect: 0 });
				trial.world.Run(11);
				expect(trial.leaders().size()).to.equal(0);
				trial.world.Run(49);
				expect(trial.leaders().size()).to.equal(0);
				trial.world.SetFaults({ memoryErrors: 0 });
				expect(trial.until("somebody leads", 5, () => trial.leaders().size() === 1) <= 3).to.equal(true);
			});
		});

		it("a leader that stood still leads no longer when it goes on, in the middle of whatever it did", () => {
			for (const seed of $range(1, 4)) {
				inLease({ seed }, (trial) => {
					trial.start(4);
					const leader = trial.leader();
					const log = new Array<string>();
					act(trial, log);
					trial.world.Run(3);
					leader.server.Freeze(30);
					trial.world.Run(29);
					log.clear();
					trial.world.Run(30);
					expect(log.includes(tostring(leader.server.Number))).to.equal(false);
					expect(leader.story.includes("-expired")).to.equal(true);
					trial.untilAgreed(10);
				});
			}
		});

		it("renewals that are applied but answered with an error do not shorten or prolong anything", () => {
			inLease({ seed: 14 }, (trial) => {
				trial.start(3);
				trial.world.SetFaults({ memoryErrors: 0.4, memoryErrorsAfterEffect: 1 });
				trial.world.Run(300);
				trial.world.SetFaults({ memoryErrors: 0 });
				trial.world.Run(20);
				trial.untilAgreed(30);
			});
		});

		it("never has two leaders, and only later terms, when the store forgets everything while one leads", () => {
			for (const seed of $range(1, 6)) {
				inLease({ seed }, (trial) => {
					trial.start(4);
					trial.world.Run(seed);
					const term = trial.leader().election.GetTerm();
					trial.world.WipeMemoryStore();
					trial.until("the former leader knows", 5, () => trial.leaders().size() === 0);
					trial.until("one leads again", 20, () => trial.leaders().size() === 1);
					expect(trial.leader().election.GetTerm() > term).to.equal(true);
				});
			}
		});

		it("has later terms where neither the store nor anybody else remembers the former ones", () => {
			for (const seed of $range(1, 6)) {
				inLease({ seed }, (trial) => {
					let highest = 0;
					for (const _ of $range(1, 3)) {
						const [only] = trial.add();
						trial.until("it leads", 15, () => only!.isLeading());
						only!.server.Do(() => only!.election.Resign());
						trial.until("it leads again", 15, () => only!.isLeading());
						const term = only!.election.GetTerm();
						expect(term > highest).to.equal(true);
						highest = term;
						only!.server.Crash();
						trial.world.WipeMemoryStore();
					}
				});
			}
		});

		it("waits one lease where the store has forgotten a leader that crashed", () => {
			inLease({ seed: 15 }, (trial) => {
				trial.start(3);
				trial.world.WipeMemoryStore();
				trial.leader().server.Crash();
				const seconds = trial.until("another leads", 30, () => trial.leaders().size() === 1);
				expect(seconds >= 10).to.equal(true);
			});
		});

		it("E-9: elects exactly one of 50 servers that start within 100 ms, within 3 s", () => {
			inLease({ seed: 16, loss: 0.01 }, (trial) => {
				for (const index of $range(0, 49)) trial.world.Schedule(index * 0.002, () => trial.add(1));
				trial.world.Run(0.2);
				trial.until("one leads", 3, () => trial.leaders().size() === 1);
				trial.world.Run(40);
				expect(trial.elections).to.equal(1);
				expect(trial.isAgreed()).to.equal(true);
			});
		});

		it("never has two leaders with clocks that run up to 10 % too fast or too slow", () => {
			for (const seed of $range(1, 4)) {
				inLease({ seed, loss: 0.05, clockDrift: [-0.1, 0.1], clockSkewSeconds: [-30, 30] }, (trial) => {
					trial.start(4);
					for (const _ of $range(1, 4)) {
						const leader = trial.leader();
						leader.server.Freeze(14);
						trial.world.Run(40);
						trial.until("one leads", 30, () => trial.leaders().size() === 1);
					}
				});
			}
		});

		it("is not deposed by a message that says that another leads; only the store tells", () => {
			inLease({ seed: 17 }, (trial) => {
				const [first, second] = trial.start(3);
				const leader = trial.leader();
				const other = leader === first ? second! : first!;
				const elections = electionsOf(leader);
				leader.server.Do(() =>
					elections.receive(
						{
							kind: "election",
							entries: [
								{ word: "beat", scope: leader.election.hash, term: leader.election.GetTerm() + 5 },
							],
						},
						electionsOf(other).context.selfId,
					),
				);
				trial.world.Run(10);
				expect(trial.leader()).to.equal(leader);
				expect(trial.elections).to.equal(1);
			});
		});

		it("is deposed where the store, which has lost what it had, names another", () => {
			inLease({ seed: 19 }, (trial) => {
				const [first, second] = trial.start(2);
				const leader = trial.leader();
				const other = leader === first ? second! : first!;
				const elections = electionsOf(leader);
				const term = leader.election.GetTerm() + 5;
				const { MemoryStoreService, ServerId } = other.server;
				other.server.Schedule(0, () => {
					const map = MemoryStoreService.GetHashMap("net-server-sync/1/elections");
					map.SetAsync(`l/${trial.scope}`, `1 ${string.format("%.0f", term)} 10 ${ServerId} - s/none`, 600);
				});
				trial.world.Run(1);
				leader.server.Do(() =>
					elections.receive(
						{ kind: "election", entries: [{ word: "beat", scope: leader.election.hash, term }] },
						electionsOf(other).context.selfId,
					),
				);
				trial.world.Run(2);
				expect(leader.story.includes("-superseded")).to.equal(true);
			});
		});

		it("E-26: is still a candidate after a hundred gains and losses in a row", () => {
			inLease({ seed: 18 }, (trial) => {
				trial.start(2);
				for (const _ of $range(1, 100)) {
					const [leader] = trial.leaders();
					if (leader) leader.server.Do(() => leader.election.Resign());
					trial.world.Run(12);
				}
				trial.untilAgreed(20);
				for (const { election } of trial.contenders)
					expect(election.GetStatistics().Elected >= 45).to.equal(true);
			});
		});

		it("E-30: renews once for many scopes, within 45 request units a minute; followers ask nothing", () => {
			inLease({ seed: 19 }, (trial) => {
				const contenders = trial.start(3);
				const leader = trial.leader();
				for (const { server } of contenders) {
					for (const index of $range(1, 19)) server.Do(() => LeaderElection(`more ${index}`, LEASE));
				}
				trial.world.Run(60);
				const before = contenders.map((one) => one.election.GetStatistics().StoreUnits);
				trial.world.Run(120);
				const after = contenders.map((one) => one.election.GetStatistics().StoreUnits);
				contenders.forEach((contender, index) => {
					const perMinute = (after[index]! - before[index]!) / 2;
					const leads = electionsOf(contender).leads();
					expect(perMinute <= (leads ? 45 : 0)).to.equal(true);
				});
				expect(leader.isLeading()).to.equal(true);
			});
		});

		it("stays with its leader for an hour at 20 % loss and 10 % store errors", () => {
			inLease({ seed: 20, loss: 0.2, memoryErrors: 0.1 }, (trial) => {
				trial.start(3);
				trial.world.Run(3600);
				expect(trial.elections).to.equal(1);
			});
		});

		it("never has two leaders, and has one in the end, whatever goes wrong", () => {
			// The last one: clocks that differ, and a store that forgot what was never heard of.
			for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1101857]) {
				const { problems } = runWithFaults(seed);
				if (!problems.isEmpty()) error(`seed ${seed}: ${problems[0]}`);
			}
		});

		it("E-32: is local in Studio without a store, and leads at once, without a warning", () => {
			const trial = new ElectionGame({ seed: 21, election: LEASE });
			const [studio] = trial.add(1, { environment: "studio", messaging: false, memoryStore: "unpublished" });
			trial.world.Run(0.1);
			expect(studio!.isLeading()).to.equal(true);
			expect(studio!.server.GetOutput().size()).to.equal(0);
			trial.checkEnd();
			trial.world.Destroy();
		});
	});
};
