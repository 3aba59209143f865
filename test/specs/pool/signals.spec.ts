/// <reference types="@rbxts/testez/globals" />
import { StringPool } from "../../../src/pool/pools";
import { Peer, World, inWorld } from "../support/world";

/** Signals of every live server since it started: "added updated removed lost". */
function counts(peer: Peer): string {
	const { added, updated, removed, ownershipLost } = peer.fold;
	return `${added} ${updated} ${removed} ${ownershipLost}`;
}

/** Three servers, where a third of all deliveries come twice and some get lost. */
function lively(scenario: (world: World, first: Peer, second: Peer, third: Peer) => void): void {
	for (const seed of $range(1, 5)) {
		inWorld({ seed, duplication: 0.3, loss: 0.1, reorderSeconds: 3 }, (world) => {
			const [first, second, third] = world.start(3);
			scenario(world, first!, second!, third!);
		});
	}
}

export = () => {
	describe("a contribution", () => {
		it("is added once on every server", () => {
			lively((world, first) => {
				first.put("key");
				world.run(60);
				for (const peer of world.peers) expect(counts(peer)).to.equal("1 0 0 0");
			});
		});

		it("is updated once on every server", () => {
			lively((world, first) => {
				first.put("key", "old");
				world.run(30);
				first.put("key", "new");
				world.run(60);
				for (const peer of world.peers) expect(counts(peer)).to.equal("1 1 0 0");
			});
		});

		it("is removed once on every server", () => {
			lively((world, first) => {
				first.put("key");
				world.run(30);
				first.remove("key");
				world.run(60);
				for (const peer of world.peers) expect(counts(peer)).to.equal("1 0 1 0");
			});
		});

		it("is updated where only its owner changes", () => {
			lively((world, first, second) => {
				first.put("key", "same");
				world.run(30);
				second.put("key", "same");
				world.run(60);
				expect(counts(first)).to.equal("1 1 0 1");
				expect(counts(second)).to.equal("1 1 0 0");
			});
		});

		it("does not change when its owner contributes the same again", () => {
			lively((world, first) => {
				first.put("key", "same");
				world.run(30);
				first.put("key", "same");
				world.run(60);
				for (const peer of world.peers) expect(counts(peer)).to.equal("1 0 0 0");
			});
		});

		it("is never seen where it was removed before it was sent", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				first!.put("key");
				first!.remove("key");
				world.run(20);
				expect(counts(first!)).to.equal("1 0 1 0");
				expect(counts(second!)).to.equal("0 0 0 0");
			});
		});
	});

	describe("a signal", () => {
		it("speaks of a state that the pool already has", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				const seen = new Array<string>();
				second!.pool.ContributionAdded.Connect((_, key) => seen.push(`added ${second!.get(key)}`));
				second!.pool.ContributionUpdated.Connect((value, previous, key) =>
					seen.push(`${previous.value} to ${value.value}, is ${second!.get(key)}`),
				);
				second!.pool.ContributionRemoved.Connect((_, key) => seen.push(`removed, is ${second!.get(key)}`));
				first!.put("key", "one");
				world.run(10);
				first!.put("key", "two");
				world.run(10);
				first!.remove("key");
				world.run(10);
				expect(seen.join("; ")).to.equal("added one; one to two, is two; removed, is nil");
			});
		});

		it("tells the owner that a removed contribution had", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				let told = "";
				second!.pool.ContributionRemoved.Connect((previous, key, owner) => {
					told = `${key}=${previous.value}@${world.numberOf(owner)}`;
				});
				first!.put("key", "last");
				world.run(10);
				first!.server.Crash();
				world.run(60);
				expect(told).to.equal("key=last@1");
			});
		});

		it("fires at once for what its own server does", () => {
			inWorld({ seed: 1 }, (world) => {
				const [peer] = world.add();
				peer!.put("key", "a");
				expect(counts(peer!)).to.equal("1 0 0 0");
				peer!.put("key", "b");
				expect(counts(peer!)).to.equal("1 1 0 0");
				peer!.remove("key");
				expect(counts(peer!)).to.equal("1 1 1 0");
			});
		});

		it("may contribute in its handler", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				second!.pool.ContributionAdded.Connect((entry) => {
					if (entry.key === "question") second!.pool.ReplaceContribution({ key: "answer", value: "yes" });
				});
				first!.pool.ContributionAdded.Connect((entry) => {
					if (entry.key === "answer") first!.remove("question");
				});
				first!.put("question");
				world.run(20);
				world.expectAll("answer=yes@2");
			});
		});

		it("reaches the other handlers when one throws or waits", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first] = world.start(2);
				let reached = 0;
				first!.pool.ContributionAdded.Connect(() => (reached += 1));
				first!.pool.ContributionAdded.Connect(() => {
					coroutine.yield();
				});
				first!.pool.ContributionAdded.Connect(() => error("a handler's own mistake"));
				first!.pool.ContributionAdded.Connect(() => (reached += 1));
				first!.put("key");
				expect(reached).to.equal(2);
				world.run(10);
				world.expectAll("key=1@1");
				// The mistake is seen, once.
				const errors = world.emulated.Errors as unknown as defined[];
				expect(errors.size()).to.equal(1);
				errors.clear();
			});
		});

		it("no longer reaches a handler that was disconnected, and a handler of Once only once", () => {
			inWorld({ seed: 1 }, (world) => {
				const [peer] = world.start(1);
				let connected = 0;
				let once = 0;
				const connection = peer!.pool.ContributionAdded.Connect(() => (connected += 1));
				peer!.pool.ContributionAdded.Once(() => (once += 1));
				peer!.put("a");
				expect(connection.Connected).to.equal(true);
				connection.Disconnect();
				expect(connection.Connected).to.equal(false);
				peer!.put("b");
				expect(`${connected} ${once}`).to.equal("1 1");
			});
		});

		it("resumes whoever waits for it", () => {
			inWorld({ seed: 1 }, (world) => {
				const [peer] = world.start(1);
				let resumed = "";
				task.spawn(() => {
					const [value, key] = peer!.pool.ContributionAdded.Wait();
					resumed = `${key}=${value.value}`;
				});
				expect(resumed).to.equal("");
				peer!.put("key", "value");
				expect(resumed).to.equal("key=value");
			});
		});
	});

	describe("a destroyed pool", () => {
		it("withdraws this server's contributions, and leaves the others'", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				first!.put("mine");
				second!.put("theirs");
				world.run(10);
				first!.destroyPool();
				world.run(10);
				expect(second!.view()).to.equal("theirs=1@2");
			});
		});

		it("fires no more, refuses to be used, and makes room for a new one", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				const named = () => first!.server.Do(() => StringPool("Names"));
				const pool = named();
				let fired = 0;
				pool.ContributionAdded.Connect(() => (fired += 1));
				first!.server.Do(() => pool.Destroy());
				first!.server.Do(() => pool.Destroy());
				const [success, problem] = pcall(() => pool.ReplaceContribution("x"));
				expect(success).to.equal(false);
				expect(
					string.find(problem as string, "has been destroyed; call StringPool again", 1, true)[0],
				).to.be.ok();
				second!.server.Do(() => StringPool("Names").ReplaceContribution("y"));
				world.run(10);
				expect(fired).to.equal(0);
				expect(named() === pool).to.equal(false);
				expect(named().GetAllContributions().join()).to.equal("y");
			});
		});
	});
};
