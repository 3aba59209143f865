/// <reference types="@rbxts/testez/globals" />
import { ConfigureCluster } from "../../../src/cluster";
import { World, inWorld } from "../support/world";

function inPair(seed: number, scenario: (world: World, first: Member, second: Member) => void): void {
	inWorld({ seed }, (world) => {
		const [first, second] = world.start(2);
		scenario(world, first!, second!);
	});
}
type Member = World["peers"][number];

export = () => {
	describe("handlers", () => {
		it("that throw or yield disturb neither others nor later messages", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				const here = first!.server.Cluster.Channel<number>("Numbers");
				const there = second!.server.Cluster.Channel<number>("Numbers");
				const heard = new Array<number>();
				let thrown = 0;
				there.Received.Connect(() => coroutine.yield());
				there.Received.Connect((number) => heard.push(number));
				there.Received.Connect(() => {
					thrown += 1;
					error("the game's mistake");
				});
				for (const number of $range(1, 5)) first!.server.Do(() => here.Publish(number));
				world.run(5);
				expect(heard.join()).to.equal("1, 2, 3, 4, 5");
				expect(thrown).to.equal(5);
				expect(world.emulated.Errors.size()).to.equal(5);
				(world.emulated.Errors as unknown as defined[]).clear();
			});
		});

		it("on the publisher's own server run with the next resumption, in order, with a copy", () => {
			inPair(2, (world, first) => {
				const channel = first.server.Cluster.Channel<{ list: number[] }>("Lists");
				const heard = new Array<number>();
				channel.Received.Connect(({ list }, sender) => {
					expect(sender).to.equal(first.id);
					heard.push(list[0]!);
				});
				const mine = { list: [1] };
				first.server.Do(() => {
					channel.Publish(mine);
					mine.list[0] = 2;
					channel.Publish(mine);
					mine.list[0] = 3;
				});
				expect(heard.size()).to.equal(0);
				world.run(0.05);
				expect(heard.join()).to.equal("1, 2");
			});
		});

		it("may answer with messages, for ever, without stopping the server", () => {
			inPair(3, (world, first, second) => {
				const channels = [first, second].map((peer) => peer.server.Cluster.Channel<number>("Ping"));
				let answers = 0;
				for (const [index, peer] of [
					[0, first],
					[1, second],
				] as const) {
					channels[index]!.Received.Connect((number, sender) => {
						if (sender === peer.id) return;
						answers += 1;
						channels[index]!.Publish(number + 1);
					});
				}
				first.server.Do(() => channels[0]!.Publish(1));
				world.run(60);
				expect(answers > 20).to.equal(true);
			});
		});

		it("that publish to themselves for ever leave time for others", () => {
			inPair(4, (world, first, second) => {
				const channel = first.server.Cluster.Channel<number>("Loop");
				let rounds = 0;
				const connection = channel.Received.Connect((number) => {
					rounds += 1;
					if (rounds < 500) channel.Publish(number + 1);
				});
				first.server.Do(() => channel.Publish(1));
				world.run(60);
				connection.Disconnect();
				expect(rounds >= 100).to.equal(true);
				second.put("still", "here");
				world.run(20);
				expect(first.get("still")).to.equal("here");
			});
		});

		it("cannot change what the others get", () => {
			inPair(5, (world, first, second) => {
				const there = second.server.Cluster.Channel<{ count: number }>("Tables");
				const here = first.server.Cluster.Channel<{ count: number }>("Tables");
				const seen = new Array<number>();
				let refused = 0;
				there.Received.Connect((payload) => {
					if (!pcall(() => (payload.count += 1))[0]) refused += 1;
				});
				there.Received.Connect(({ count }) => seen.push(count));
				first.server.Do(() => here.Publish({ count: 1 }));
				world.run(5);
				expect(seen.join()).to.equal("1");
				expect(refused).to.equal(1);
			});
		});
	});

	describe("a payload that a channel's check refuses", () => {
		it("is dropped and counted there, said once, and others get it", () => {
			inWorld({ seed: 11 }, (world) => {
				const said = new Array<string>();
				const peers = world.start(2);
				const [strict] = world.start(1, {
					setup: () => ConfigureCluster({ logger: (level, text) => said.push(`${level} ${text}`) }),
				});
				const open = peers.map((peer) => peer.server.Cluster.Channel<defined>("Mixed"));
				const heard = new Array<string>();
				open[1]!.Received.Connect((payload) => heard.push(`open ${payload}`));
				const checked = strict!.server.Cluster.Channel<string>("Mixed", {
					validate: (value): value is string => {
						if (value === "poison") error("the check's own mistake");
						if (value === "slow") coroutine.yield();
						return typeIs(value, "string");
					},
				});
				checked.Received.Connect((payload) => heard.push(`strict ${payload}`));
				peers[0]!.server.Do(() => {
					for (const payload of ["a", 1, "poison", "slow", "b"]) open[0]!.Publish(payload);
				});
				world.run(5);
				heard.sort();
				expect(heard.join(", ")).to.equal("open 1, open a, open b, open poison, open slow, strict a, strict b");
				expect(strict!.server.Cluster.GetStatistics().Channels.Refused).to.equal(3);
				expect(said.filter((line) => string.sub(line, 1, 4) === "warn").size()).to.equal(1);
			});
		});
	});

	describe("channels", () => {
		it("do not hear each other", () => {
			inPair(21, (world, first, second) => {
				const heard = new Array<string>();
				for (const name of ["A", "B"]) {
					second.server.Cluster.Channel<string>(name).Received.Connect((text) => heard.push(name + text));
				}
				first.server.Do(() => first.server.Cluster.Channel<string>("A").Publish("1"));
				first.server.Do(() => first.server.Cluster.Channel<string>("C").Publish("2"));
				world.run(5);
				expect(heard.join()).to.equal("A1");
			});
		});

		it("that are destroyed hear nothing more, also not what waits to be handed over", () => {
			inPair(22, (world, first, second) => {
				const there = second.server.Cluster.Channel<number>("Short");
				const here = first.server.Cluster.Channel<number>("Short");
				const heard = new Array<number>();
				there.Received.Connect((number) => {
					heard.push(number);
					if (number === 2) there.Destroy();
				});
				first.server.Do(() => {
					for (const number of $range(1, 5)) here.Publish(number);
				});
				world.run(5);
				expect(heard.join()).to.equal("1, 2");
			});
		});

		it("work in Studio without MessagingService, on that server alone", () => {
			inWorld({ seed: 23 }, (world) => {
				const server = world.emulated.AddServer({ environment: "studio", messaging: false });
				const channel = server.Cluster.Channel<string>("Chat");
				const heard = new Array<string>();
				channel.Received.Connect((text) => heard.push(text));
				server.Do(() => channel.Publish("early"));
				world.run(60);
				server.Do(() => channel.Publish("late"));
				let sent = "";
				server.Do(() => channel.Send("somebody", "x")).then((outcome) => (sent = outcome));
				world.run(60);
				expect(heard.join()).to.equal("early, late");
				expect(sent).to.equal("gone");
				expect(server.Cluster.GetStatistics().Channels.HeldBytes).to.equal(0);
			});
		});

		it("may be used before the server takes part: what is published then arrives", () => {
			inWorld({ seed: 24 }, (world) => {
				const peers = world.start(2);
				const heard = new Array<string>();
				peers[0]!.server.Cluster.Channel<string>("Hello").Received.Connect((text) => heard.push(text));
				const [newcomer] = world.add(1);
				const channel = newcomer!.server.Do(() => newcomer!.server.Cluster.Channel<string>("Hello"));
				newcomer!.server.Do(() => channel.Publish("I am new"));
				world.run(20);
				expect(heard.join()).to.equal("I am new");
			});
		});
	});
};
