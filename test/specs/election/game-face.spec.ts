/// <reference types="@rbxts/testez/globals" />
import { LeaderElection } from "../../../src/election";
import { FenceRefusal, Leadership } from "../../../src/election/types";
import { NumberPool } from "../../../src/pool/pools";
import { ElectionGame, electionsOf, inElection } from "../support/election-game";

const LEASE = { mode: "lease" } as const;

export = () => {
	describe("a scope", () => {
		it("LS1: that this server leads is led by it", () => {
			inElection({ seed: 1, election: { mode: "local" } }, (trial) => {
				const [only] = trial.add();
				trial.world.Run(0.1);
				expect(only!.election.IsLeader()).to.equal(true);
				expect(only!.election.GetLeader()).to.equal(only!.server.ServerId);
			});
		});

		it("LS2: without a leader has none, and WaitForLeader waits for it", () => {
			inElection({ seed: 2 }, (trial) => {
				const [only] = trial.add();
				expect(only!.election.IsLeader()).to.equal(false);
				expect(only!.election.GetLeader()).to.equal(undefined);
				expect(only!.election.GetTerm()).to.equal(0);
				expect(trial.world.Settle(only!.election.WaitForLeader())).to.equal(only!.server.ServerId);
			});
		});

		it("LS3: that this server does not have leaves nothing behind when others speak of it", () => {
			inElection({ seed: 3 }, (trial) => {
				const [first, second] = trial.start(2);
				first!.server.Do(() => LeaderElection("only here"));
				trial.world.Run(30);
				const elections = electionsOf(second!);
				expect(elections.find("only here")).to.equal(undefined);
				expect(elections.unknown > 0).to.equal(true);
			});
		});

		it("LS4 and LS6: follows a later term, and tells of no leader only once", () => {
			inElection({ seed: 4 }, (trial) => {
				trial.start(3);
				const leader = trial.leader();
				leader.server.Do(() => leader.election.Resign());
				trial.untilAgreed(20);
				const now = trial.leader();
				for (const { story } of trial.contenders) {
					const told = story.filter((word) => word === "nobody" || word.sub(1, 6) === "leader");
					for (const index of $range(1, told.size() - 1))
						expect(told[index] === "nobody" && told[index - 1] === "nobody").to.equal(false);
					expect(told[told.size() - 1]).to.equal(`leader ${now.server.Number}`);
				}
			});
		});

		it("LS7, LS8 and LS9: has heartbeats of the leader only, one at once and then in its interval, whatever fails", () => {
			inElection({ seed: 5, loss: 0 }, (trial) => {
				trial.start(3);
				const leader = trial.leader();
				const beatsWithin = (seconds: number) => {
					const before = leader.election.GetStatistics().Heartbeats;
					trial.world.Run(seconds);
					return leader.election.GetStatistics().Heartbeats - before;
				};
				const calm = beatsWithin(60);
				expect(calm >= 11 && calm <= 20).to.equal(true);
				// What is refused is said again after 1 to 2 s, then 2 to 4 s, and so on; until then there is nothing new.
				trial.world.SetFaults({ publishErrors: 0.3 });
				const hindered = beatsWithin(120);
				trial.world.SetFaults({ publishErrors: 0 });
				expect(hindered >= 12 && hindered <= 40).to.equal(true);
				for (const contender of trial.contenders) {
					if (contender !== leader) expect(contender.election.GetStatistics().Heartbeats).to.equal(0);
				}
				expect(trial.leader()).to.equal(leader);
			});
		});

		it("LS11 and LS12: work of the former leader has stopped before the next one's begins, and goes on from what is shared", () => {
			inElection({ seed: 6, election: LEASE }, (trial) => {
				trial.start(3);
				const log = new Array<number>();
				for (const { server, election } of trial.contenders) {
					const ticks = server.Do(() => NumberPool("ticks"));
					server.Do(() =>
						election.Run(() => {
							let runs = true;
							server.Engine.task.spawn(() => {
								while (runs) {
									log.push(server.Number);
									ticks.ReplaceContribution(ticks.Size() + 1);
									server.Engine.task.wait(0.5);
								}
							});
							return () => {
								runs = false;
							};
						}),
					);
				}
				const first = trial.leader();
				trial.world.Run(5);
				first.server.Do(() => first.election.Resign());
				trial.until("another leads", 10, () => trial.leaders().some((one) => one !== first));
				const second = trial.leader();
				trial.world.Run(5);
				let changes = 0;
				for (const index of $range(1, log.size() - 1)) if (log[index] !== log[index - 1]) changes += 1;
				expect(changes).to.equal(1);
				expect(log[0]).to.equal(first.server.Number);
				expect(log[log.size() - 1]).to.equal(second.server.Number);
			});
		});

		it("LS16 and LS17: is led by another after a resignation; by the same one again, later, if there is no other", () => {
			inElection({ seed: 7 }, (trial) => {
				const [only] = trial.add();
				trial.untilAgreed(20);
				only!.server.Do(() => only!.election.Resign());
				trial.world.Run(5);
				expect(trial.leaders().size()).to.equal(0);
				trial.world.Run(20);
				expect(trial.leader()).to.equal(only);
				expect(trial.elections).to.equal(2);
				trial.start(2);
				only!.server.Do(() => only!.election.Resign());
				trial.untilAgreed(20);
				expect(trial.leader() === only).to.equal(false);
			});
		});

		it("LS19: in mode local every server leads for itself", () => {
			inElection({ seed: 8, election: { mode: "local" } }, (trial) => {
				trial.add(3);
				trial.world.Run(1);
				expect(trial.leaders().size()).to.equal(3);
			});
		});

		it("LS20: can be destroyed and made again while the server starts", () => {
			inElection({ seed: 9 }, (trial) => {
				const [only] = trial.add();
				for (const index of $range(1, 10)) {
					only!.server.Do(() => {
						const again = LeaderElection(`other ${index % 2}`);
						again.Run(() => {});
						again.Destroy();
					});
					trial.world.Run(1);
				}
				trial.untilAgreed(20);
			});
		});

		it("E-25: goes on when handlers, bodies and cleanups fail, and reports each error", () => {
			const trial = new ElectionGame({ seed: 10 });
			trial.start(2);
			const leader = trial.leader();
			leader.server.Do(() => {
				leader.election.Run(() => {
					error("body", 0);
				});
				leader.election.Run(() => () => error("cleanup", 0));
				leader.election.Vacated.Connect(() => error("handler", 0));
			});
			trial.world.Run(1);
			leader.server.Do(() => leader.election.Resign());
			trial.untilAgreed(20);
			const texts = trial.world.Errors.map(({ text }) => text.split("\n")[0]!);
			texts.sort();
			expect(texts.join()).to.equal("body, cleanup, handler");
			expect(trial.leader() === leader).to.equal(false);
			trial.world.Destroy();
		});

		it("waits no longer than 5 s for cleanups that do not end, and clears the last added first", () => {
			inElection({ seed: 11 }, (trial) => {
				trial.start(2);
				const leader = trial.leader();
				const order = new Array<number>();
				leader.server.Do(() => {
					leader.election.Run((leadership) => {
						leadership.OnVacated(() => order.push(1));
						leadership.OnVacated(() => {
							order.push(2);
							leader.server.Engine.task.wait(100);
						});
					});
				});
				trial.world.Run(1);
				leader.server.Do(() => leader.election.Resign());
				expect(leader.election.IsLeader()).to.equal(false);
				expect(order.join()).to.equal("2, 1");
				trial.world.Run(4);
				expect(leader.story.includes("-resigned")).to.equal(false);
				trial.world.Run(1.5);
				expect(leader.story.includes("-resigned")).to.equal(true);
				trial.untilAgreed(20);
			});
		});
	});

	describe("messages to the leader", () => {
		it("LS13: are handled once, on the leader, at 20 % loss, and answered", () => {
			inElection({ seed: 21, loss: 0.2, duplication: 0.1 }, (trial) => {
				trial.start(3);
				const told = new Array<string>();
				for (const { server, election } of trial.contenders)
					election.Told.Connect((message, sender) =>
						told.push(`${server.Number}:${trial.numberOf(sender)}:${(message as { a: number }).a}`),
					);
				const leader = trial.leader().server.Number;
				const outcomes = new Array<Promise<string>>();
				for (const { server, election } of trial.contenders) {
					for (const index of $range(1, 5)) outcomes.push(server.Do(() => election.Tell({ a: index })));
				}
				trial.world.Run(30);
				for (const outcome of outcomes) expect(trial.world.Settle(outcome)).to.equal("done");
				told.sort();
				const expected = new Array<string>();
				for (const from of $range(1, 3)) for (const a of $range(1, 5)) expected.push(`${leader}:${from}:${a}`);
				expected.sort();
				expect(told.join()).to.equal(expected.join());
			});
		});

		it("wait for a leader, expire, and overflow", () => {
			inElection({ seed: 22 }, (trial) => {
				const [only] = trial.add();
				const early = only!.server.Do(() => only!.election.Tell("early"));
				const more = new Array<Promise<string>>();
				for (const _ of $range(1, 64)) more.push(only!.server.Do(() => only!.election.Tell("more")));
				expect(trial.world.Settle(more[63]!)).to.equal("overflow");
				expect(trial.world.Settle(early)).to.equal("done");
				only!.server.Do(() => only!.election.Resign());
				const [second] = trial.add(1, { messaging: true });
				second!.server.SetMute(true);
				const lost = second!.server.Do(() => second!.election.Tell("nobody hears"));
				expect(trial.world.Settle(lost)).to.equal("expired");
			});
		});

		it("go to the next leader when the first one is gone before it has answered", () => {
			inElection({ seed: 23, election: LEASE }, (trial) => {
				trial.start(3);
				const leader = trial.leader();
				const other = trial.contenders.find((one) => one !== leader)!;
				let told = 0;
				for (const { election } of trial.contenders) election.Told.Connect(() => (told += 1));
				leader.server.Crash();
				const outcome = other.server.Do(() => other.election.Tell("after all"));
				expect(trial.world.Settle(outcome)).to.equal("done");
				expect(told).to.equal(1);
			});
		});

		it("that do not pass validate are counted at the leader and not handled", () => {
			const isNumber = (value: unknown): value is number => typeIs(value, "number");
			inElection({ seed: 24 }, (trial) => {
				trial.add(1, {}, { validate: isNumber as never });
				trial.untilAgreed(20);
				trial.add();
				trial.world.Run(20);
				const leader = trial.leader();
				const other = trial.contenders.find((one) => one !== leader)!;
				let told = 0;
				leader.election.Told.Connect(() => (told += 1));
				const outcome = other.server.Do(() => other.election.Tell("text"));
				expect(trial.world.Settle(outcome)).to.equal("expired");
				expect(told).to.equal(0);
				expect(leader.election.GetStatistics().TellInvalid > 0).to.equal(true);
			});
		});
	});

	describe("a fenced write", () => {
		it("E-29: is refused after a later term has written, and after the leadership has ended", () => {
			inElection({ seed: 31, election: LEASE }, (trial) => {
				const leaderships = new Map<number, Leadership<"exclusive">>();
				trial.start(2);
				for (const { server, election } of trial.contenders)
					election.Run((leadership) => {
						leaderships.set(server.Number, leadership as Leadership<"exclusive">);
					});
				const write = (number: number, value: string) => {
					const { server } = trial.contenders[number - 1]!;
					const map = server.MemoryStoreService.GetHashMap("bosses");
					let outcome = "";
					server.Do(() =>
						leaderships
							.get(number)!
							.Fence<string>(map, "health", (old) => `${old ?? ""}${value}`, 60)
							.then(
								(written) => (outcome = `${written}`),
								(refusal: FenceRefusal) => (outcome = refusal.kind),
							),
					);
					trial.world.Run(1);
					return outcome;
				};
				const first = trial.leader().server.Number;
				expect(write(first, "a")).to.equal("a");
				const { server, election } = trial.contenders[first - 1]!;
				server.Do(() => election.Resign());
				trial.until("the other leads", 10, () => trial.leaders().some((one) => one.server.Number !== first));
				const second = trial.leader().server.Number;
				expect(write(second, "b")).to.equal("ab");
				expect(write(first, "c")).to.equal("ended");
				const old = leaderships.get(first)! as unknown as { ended: boolean; validity: object };
				old.ended = false;
				old.validity = { untilSeconds: math.huge };
				expect(write(first, "c")).to.equal("superseded");
				expect(election.GetStatistics().Fenced).to.equal(1);
			});
		});
	});
};
