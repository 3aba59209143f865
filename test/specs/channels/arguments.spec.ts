/// <reference types="@rbxts/testez/globals" />
import { ChannelOptions } from "../../../src/cluster";
import { StringPool } from "../../../src/pool/pools";
import { expectBlame } from "../support/blame";
import { Peer, inWorld } from "../support/world";

/** On a server of its own. */
function onServer(body: (peer: Peer, cluster: Peer["server"]["Cluster"]) => void): void {
	inWorld({ seed: 1 }, (world) => {
		const [peer] = world.start(1);
		peer!.server.Do(() => body(peer!, peer!.server.Cluster));
	});
}

function isText(value: unknown): value is string {
	return typeIs(value, "string");
}

export = () => {
	describe("a channel's name", () => {
		it("gives the same channel again", () => {
			onServer((_, cluster) => {
				expect(cluster.Channel("Chat") === cluster.Channel("Chat")).to.equal(true);
				expect(cluster.Channel("Chat").Name).to.equal("Chat");
			});
		});

		it("may be that of a pool", () => {
			onServer((_, cluster) => {
				StringPool("Chat").ReplaceContribution("x");
				cluster.Channel<string>("Chat").Publish("y");
				expect(StringPool("Chat").Size()).to.equal(1);
			});
		});

		it("has 1 to 49 bytes of UTF-8", () => {
			onServer((_, cluster) => {
				expectBlame(
					() => cluster.Channel(""),
					"[net-server-sync] Channel: the name is 0 bytes, names are 1 to 49; give the channel a name",
				);
				expectBlame(
					() => cluster.Channel(string.rep("n", 50)),
					"[net-server-sync] Channel: the name is 50 bytes, names are 1 to 49; choose a shorter name",
				);
				expectBlame(
					() => cluster.Channel("\xff"),
					"[net-server-sync] Channel: the name is not valid UTF-8; use plain letters and digits",
				);
				expectBlame(
					() => cluster.Channel(5 as unknown as string),
					"[net-server-sync] Channel: the name must be a string, but is 5",
				);
				expect(cluster.Channel(string.rep("n", 49)).Name.size()).to.equal(49);
			});
		});

		it("cannot be taken for a pool's: those of pools begin otherwise", () => {
			onServer(() => {
				expectBlame(
					() => StringPool(`${string.char(1)}Chat`),
					"[net-server-sync] StringPool: the name begins with a control character, which is reserved; use plain letters and digits",
				);
			});
		});
	});

	describe("a channel's options", () => {
		it("are refused by name if there is no such option", () => {
			onServer((_, cluster) => {
				expectBlame(
					() => cluster.Channel("Chat", { ttl: 5 } as ChannelOptions<string>),
					'[net-server-sync] Channel "Chat": there is no option "ttl"; the options are validate and timeToLiveSeconds',
				);
				expectBlame(
					() => cluster.Channel("Chat", 5 as unknown as ChannelOptions<string>),
					'[net-server-sync] Channel "Chat": options must be a table, but are 5',
				);
			});
		});

		it("have bounds", () => {
			onServer((_, cluster) => {
				for (const seconds of [0, 0.5, 301, math.huge, 0 / 0, "30"]) {
					const shown = typeIs(seconds, "string") ? '"30"' : tostring(seconds);
					expectBlame(
						() => cluster.Channel("Chat", { timeToLiveSeconds: seconds as number }),
						`[net-server-sync] Channel "Chat": timeToLiveSeconds must be a number from 1 to 300, but is ${shown}`,
					);
				}
				expectBlame(
					() => cluster.Channel("Chat", { validate: {} as unknown as typeof isText }),
					'[net-server-sync] Channel "Chat": validate must be a function, but is a table',
				);
			});
		});

		it("of a later call are not used, which a warning says once", () => {
			onServer((peer, cluster) => {
				const options = { validate: isText, timeToLiveSeconds: 10 };
				const channel = cluster.Channel<string>("Chat", options);
				cluster.Channel<string>("Chat", options);
				cluster.Channel<string>("Chat");
				expect(peer.server.GetOutput().size()).to.equal(0);
				cluster.Channel<string>("Chat", { validate: isText });
				expect(cluster.Channel<string>("Chat", { timeToLiveSeconds: 10 }) === channel).to.equal(true);
				const output = peer.server.GetOutput().map(({ text }) => text);
				expect(output.join()).to.equal(
					'[net-server-sync] Channel "Chat" exists already with other options; those of its first call stay in use. Create it once and share it.',
				);
			});
		});
	});

	describe("a payload that cannot be sent", () => {
		it("is refused where it is sent, and nothing happens", () => {
			onServer((_, cluster) => {
				const channel = cluster.Channel<defined>("Chat");
				expectBlame(
					() => channel.Publish({ when: [1, () => {}] }),
					'[net-server-sync] Channel "Chat": payload.when[2] is a function, which cannot be sent; send plain values',
				);
				expectBlame(
					() => channel.Send("somebody", string.rep("x", 9_410)),
					'[net-server-sync] Channel "Chat": the payload is 9,412 bytes serialized, the most is 8,192; send less, or in several pieces',
				);
				expectBlame(
					() => channel.Publish(undefined as unknown as defined),
					'[net-server-sync] Channel "Chat": payload is nil, which cannot be sent; send plain values',
				);
				const { Published, Sends } = cluster.GetStatistics().Channels;
				expect(Published + Sends).to.equal(0);
			});
		});

		it("is one that the channel's own check refuses", () => {
			onServer((_, cluster) => {
				const channel = cluster.Channel<string>("Chat", { validate: isText });
				expectBlame(
					() => channel.Publish(5 as unknown as string),
					'[net-server-sync] Channel "Chat": the payload does not pass validate; change it or the check',
				);
				const broken = cluster.Channel<string>("Broken", {
					validate: (_value): _value is string => error("oops", 0),
				});
				expectBlame(
					() => broken.Send("somebody", "x"),
					'[net-server-sync] Channel "Broken": the payload made the validate function fail (oops); change it or the check',
				);
				const slow = cluster.Channel<string>("Slow", {
					validate: (_value): _value is string => {
						coroutine.yield();
						return true;
					},
				});
				expectBlame(
					() => slow.Publish("x"),
					'[net-server-sync] Channel "Slow": the payload was checked by a validate function that yields, which it must not; change it or the check',
				);
			});
		});
	});

	it("a ServerId is a string", () => {
		onServer((_, cluster) => {
			expectBlame(
				() => cluster.Channel<string>("Chat").Send(undefined as unknown as string, "x"),
				'[net-server-sync] Channel "Chat": Send takes a ServerId, a string, and a payload, but got nil',
			);
		});
	});

	it("a destroyed channel says so, and its name is free again", () => {
		onServer((_, cluster) => {
			const channel = cluster.Channel<string>("Chat");
			channel.Destroy();
			channel.Destroy();
			expectBlame(
				() => channel.Publish("x"),
				'[net-server-sync] Channel "Chat" has been destroyed; create it again, or do not Publish afterwards',
			);
			expectBlame(
				() => channel.Send("somebody", "x"),
				'[net-server-sync] Channel "Chat" has been destroyed; create it again, or do not Send afterwards',
			);
			expect(cluster.Channel<string>("Chat") !== channel).to.equal(true);
		});
	});

	it("after Close() there is nobody to publish to", () => {
		onServer((_, cluster) => {
			const channel = cluster.Channel<string>("Chat");
			cluster.Close();
			expectBlame(
				() => channel.Publish("x"),
				'[net-server-sync] Channel "Chat": this server has left the cluster; Publish before Close()',
			);
		});
	});
};
