/// <reference types="@rbxts/testez/globals" />
import { World, inWorld } from "../support/world";

/** What is in the pool, without the owners; fails if servers disagree or an owner is gone. */
function values(world: World): string {
	world.agreed();
	const observer = world.live()[0]!;
	const live = new Set(world.live().map((peer) => peer.id));
	const words = new Array<string>();
	for (const { key, value } of observer.pool.GetAllContributions()) {
		if (!live.has(observer.pool.GetOwner(key)!)) error(`the owner of ${key} is gone\n${world.describe()}`);
		words.push(`${key}=${value}`);
	}
	return words.join(" ");
}

export = () => {
	describe("with onOwnerGone: adopt, contributions", () => {
		it("outlive the crash of their server, which nobody sees", () => {
			for (const seed of $range(1, 5)) {
				inWorld({ seed, loss: 0.05, onOwnerGone: "adopt" }, (world) => {
					const [first] = world.start(4);
					for (const index of $range(1, 6)) first!.put(`k${index}`);
					world.run(20);
					first!.server.Crash();
					world.run(90);
					expect(values(world)).to.equal("k1=1 k2=1 k3=1 k4=1 k5=1 k6=1");
					for (const peer of world.live()) expect(peer.fold.removed).to.equal(0);
				});
			}
		});

		it("outlive the close of their server, with its very last change", () => {
			for (const seed of $range(11, 15)) {
				inWorld({ seed, loss: 0.05, onOwnerGone: "adopt" }, (world) => {
					const [first] = world.start(4);
					first!.put("key", "early");
					world.run(20);
					first!.put("key", "last");
					first!.server.Close();
					world.run(60);
					expect(values(world)).to.equal("key=last");
				});
			}
		});

		it("are shared out among the servers that are left", () => {
			inWorld({ seed: 1, onOwnerGone: "adopt" }, (world) => {
				const [first] = world.start(4);
				for (const index of $range(1, 60)) first!.put(`k${index}`);
				world.run(20);
				first!.server.Crash();
				world.run(60);
				for (const peer of world.live()) expect(peer.pool.GetOwnContributions().size() >= 8).to.equal(true);
			});
		});

		it("outlive all servers that were there when they were made", () => {
			inWorld({ seed: 2, loss: 0.02, onOwnerGone: "adopt" }, (world) => {
				const founders = world.start(3);
				for (const peer of founders) peer.put(`of${peer.number}`, tostring(peer.number));
				world.run(20);
				founders.forEach((peer, index) => {
					world.start(1);
					if (index === 1) peer.server.Close();
					else peer.server.Crash();
					world.run(60);
				});
				expect(world.live().size()).to.equal(3);
				expect(values(world)).to.equal("of1=1 of2=2 of3=3");
			});
		});

		it("can be changed and removed by whoever adopted them", () => {
			inWorld({ seed: 3, onOwnerGone: "adopt" }, (world) => {
				const [first] = world.start(3);
				first!.put("changed");
				first!.put("removed");
				world.run(20);
				first!.server.Crash();
				world.run(60);
				const owner = (key: string) =>
					world.peers.find((peer) => peer.id === world.live()[0]!.pool.GetOwner(key))!;
				owner("changed").put("changed", "2");
				expect(owner("removed").remove("removed")).to.equal(true);
				world.run(20);
				expect(values(world)).to.equal("changed=2");
			});
		});

		it("keep the last value that any server heard of, though whoever adopts them had not", () => {
			for (const seed of $range(21, 26)) {
				inWorld({ seed, onOwnerGone: "adopt" }, (world) => {
					const [first, second, third] = world.start(3);
					first!.put("key", "old");
					world.run(20);
					// Only one of the two others hears the last change.
					const deaf = seed % 2 === 0 ? second! : third!;
					deaf.server.SetDeaf(true);
					first!.put("key", "new");
					world.run(2.6);
					first!.server.Crash();
					deaf.server.SetDeaf(false);
					world.run(90);
					expect(values(world)).to.equal("key=new");
				});
			}
		});

		it("give way to what a silent owner has changed, once it is heard again", () => {
			inWorld({ seed: 4, onOwnerGone: "adopt" }, (world) => {
				const [first] = world.start(3);
				first!.put("changed", "old");
				first!.put("same");
				world.run(20);
				first!.server.SetMute(true);
				world.after(20, () => first!.put("changed", "new"));
				world.run(90);
				first!.server.SetMute(false);
				world.run(90);
				expect(values(world)).to.equal("changed=new same=1");
			});
		});

		it("are gone when a silent owner has changed and then removed them, once it is heard again", () => {
			inWorld({ seed: 8, onOwnerGone: "adopt" }, (world) => {
				const [first, second] = world.start(3);
				first!.put("removed", "old");
				first!.put("kept");
				world.run(20);
				first!.server.SetMute(true);
				first!.server.SetDeaf(true);
				world.run(40);
				expect(second!.pool.GetOwner("removed") === first!.id).to.equal(false);
				first!.put("removed", "new");
				world.run(2);
				expect(first!.remove("removed")).to.equal(true);
				world.run(2);
				first!.server.SetMute(false);
				first!.server.SetDeaf(false);
				world.run(90);
				expect(values(world)).to.equal("kept=1");
			});
		});

		it("are kept by the last server, too, when it closes", () => {
			inWorld({ seed: 5, onOwnerGone: "adopt" }, (world) => {
				const [first] = world.start(1);
				first!.put("key");
				world.run(10);
				const [second] = world.start(1);
				first!.server.Close();
				world.run(20);
				expect(second!.view()).to.equal("key=1@2");
			});
		});
	});

	describe("without it, contributions", () => {
		it("disappear with the server that made them", () => {
			inWorld({ seed: 6 }, (world) => {
				const [first, second] = world.start(3);
				first!.put("crashed");
				second!.put("closed");
				world.run(10);
				first!.server.Crash();
				second!.server.Close();
				world.run(60);
				world.expectAll("");
			});
		});

		it("do not come back with their former owner's when their owner is gone", () => {
			inWorld({ seed: 7 }, (world) => {
				const [first, second] = world.start(3);
				first!.put("key", "first's");
				world.run(10);
				second!.put("key", "second's");
				world.run(10);
				second!.server.Crash();
				world.run(120);
				world.expectAll("");
				expect(first!.remove("key")).to.equal(false);
			});
		});
	});
};
