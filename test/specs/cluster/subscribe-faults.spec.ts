/// <reference types="@rbxts/testez/globals" />
import { inWorld } from "../support/world";

export = () => {
	describe("a server whose subscriptions", () => {
		it("fail half of the time takes part as soon as they are up", () => {
			for (const seed of $range(1, 4)) {
				inWorld({ seed, subscribeErrors: 0.5 }, (world) => {
					const peers = world.add(4);
					for (const peer of peers) peer.put(`k${peer.number}`);
					world.until("all agree", 240, () => world.isAgreed() && peers[0]!.pool.Size() === 4);
				});
			}
		});

		it("connect only after half a minute takes part then, with what it contributed meanwhile", () => {
			inWorld({ seed: 11 }, (world) => {
				const [first] = world.start(2);
				first!.put("early");
				world.emulated.SetFaults({ subscribeSeconds: [25, 30] });
				const [late] = world.add();
				late!.put("late");
				world.run(20);
				expect(late!.pool.IsSynced()).to.equal(false);
				expect(late!.view()).to.equal("late=1@3");
				world.run(30);
				world.expectAll("early=1@1 late=1@3");
			});
		});

		it("hang for ever tries again", () => {
			inWorld({ seed: 12 }, (world) => {
				world.start(2);
				world.emulated.SetFaults({ subscribeSeconds: [100000, 100001] });
				const [late] = world.add();
				world.run(10);
				world.emulated.SetFaults({ subscribeSeconds: [0.05, 0.2] });
				world.until("it has the state", 60, () => late!.pool.IsSynced());
			});
		});

		it("all fail works alone, warns once, and takes part when they work", () => {
			inWorld({ seed: 13 }, (world) => {
				world.start(1);
				world.emulated.SetFaults({ subscribeErrors: 1 });
				const [cut] = world.add();
				cut!.put("key");
				world.run(300);
				expect(cut!.view()).to.equal("key=1@2");
				const warnings = cut!.server.GetOutput().filter((line) => line.level === "warn");
				expect(warnings.size()).to.equal(1);
				expect(
					string.find(
						warnings[0]!.text,
						"cannot subscribe to MessagingService yet, still trying",
						1,
						true,
					)[0],
				).to.be.ok();
				world.emulated.SetFaults({ subscribeErrors: 0 });
				world.until("it takes part", 90, () => world.isAgreed() && cut!.pool.IsSynced());
				world.expectAll("key=1@2");
			});
		});
	});

	describe("every server", () => {
		it("holds at most seven subscriptions, however many pools there are", () => {
			inWorld({ seed: 14 }, (world) => {
				const peers = world.start(4, { players: 0 });
				for (const index of $range(1, 60)) {
					peers[0]!.server.Do(() => peers[0]!.put(`k${index}`));
				}
				world.run(20);
				for (const use of world.emulated.GetStatistics().limits) {
					if (use.name === "subscriptions of a server") expect(use.most <= 7).to.equal(true);
				}
			});
		});
	});
};
