/// <reference types="@rbxts/testez/globals" />
import { inWorld } from "../support/world";

export = () => {
	describe("in Studio without messaging", () => {
		it("pools work on this server alone, at once and from then on", () => {
			inWorld({ seed: 1 }, (world) => {
				const [peer] = world.add(1, { environment: "studio", messaging: false });
				peer!.put("early");
				expect(peer!.view()).to.equal("early=1@1");
				world.until("it is ready", 20, () => peer!.pool.IsSynced());
				peer!.put("late");
				expect(peer!.remove("early")).to.equal(true);
				expect(peer!.view()).to.equal("late=1@1");
				expect(peer!.fold.signals()).to.equal(3);
				world.run(300);
				expect(peer!.view()).to.equal("late=1@1");
				expect(peer!.sees()).to.equal("1");
				const statistics = peer!.server.Cluster.GetStatistics();
				expect(statistics.Phase).to.equal("local");
				expect(statistics.QueueDepth).to.equal(0);
				expect(statistics.Tombstones).to.equal(0);
				expect(statistics.Sent.Broadcasts + statistics.Sent.Unicasts).to.equal(0);
			});
		});

		it("one clear warning says so", () => {
			inWorld({ seed: 2 }, (world) => {
				const [peer] = world.add(1, { environment: "studio", messaging: false });
				world.run(300);
				const warnings = peer!.server.GetOutput().filter((line) => line.level === "warn");
				expect(warnings.size()).to.equal(1);
				const { text } = warnings[0]!;
				for (const part of [
					"[net-server-sync] MessagingService is not available in this Studio session",
					"pools work on this server alone",
					"allow API access in the game settings",
				]) {
					expect(string.find(text, part, 1, true)[0]).to.be.ok();
				}
			});
		});

		it("it can be closed, and nothing waits for anything", () => {
			inWorld({ seed: 3 }, (world) => {
				const [peer] = world.add(1, { environment: "studio", messaging: false });
				peer!.put("key");
				world.run(20);
				peer!.server.Close();
				world.run(0.5);
				expect(peer!.server.GetState()).to.equal("closed");
			});
		});
	});

	describe("in Studio with messaging", () => {
		it("a session takes part like any server", () => {
			inWorld({ seed: 4 }, (world) => {
				const [first] = world.start(1);
				const [studio] = world.start(1, { environment: "studio" });
				first!.put("a");
				studio!.put("b");
				world.run(15);
				world.expectAll("a=1@1 b=1@2");
			});
		});
	});
};
