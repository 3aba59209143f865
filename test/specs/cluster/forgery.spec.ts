/// <reference types="@rbxts/testez/globals" />
import { Kind } from "../../../src/wire/layout";
import { writeBeat, writeDepartures, writeIdentity } from "../../../src/wire/section-writers";
import { shortIdOf } from "../../../src/wire/short-id";
import { DIGITS, encodeNumber } from "../../../src/wire/base85";
import { BROADCAST_TOPIC, dropped, forgedRecord, headerOf, presentStamp, writeFrame } from "../support/forgery";
import { Peer, World, inWorld } from "../support/world";

const YEAR_MILLISECONDS = 365 * 24 * 3600 * 1000;

function founded(seed: number, scenario: (world: World, peers: Peer[]) => void, sharedKey?: string): void {
	inWorld(sharedKey === undefined ? { seed } : { seed, sharedKey }, (world) => {
		const peers = world.start(4);
		for (const peer of peers) peer.put(`own${peer.number}`);
		world.run(20);
		scenario(world, peers);
	});
}

const ALL = "own1=1@1 own2=1@2 own3=1@3 own4=1@4";

export = () => {
	describe("a forged message", () => {
		it("is dropped where servers share a key that its author does not know", () => {
			founded(
				1,
				(world, peers) => {
					const header = headerOf(world, peers[0]!.id);
					const before = dropped(peers[1]!)["checksum"]!;
					for (const version of $range(2, 11)) {
						const record = forgedRecord(header, `own1=forged${version}`, version);
						world.emulated.Inject(BROADCAST_TOPIC, writeFrame(header, [record], 0));
					}
					world.run(10);
					world.expectAll(ALL);
					expect(dropped(peers[1]!)["checksum"]! - before).to.equal(10);
				},
				"a secret",
			);
		});

		it("in the name of a live server is refuted by that server", () => {
			founded(2, (world, peers) => {
				const header = headerOf(world, peers[0]!.id);
				const version = peers[0]!.server.Cluster.GetStatistics().Sent.Records + 1;
				world.emulated.Inject(
					BROADCAST_TOPIC,
					writeFrame(header, [forgedRecord(header, "phantom=1", version)], 0),
				);
				world.run(150);
				world.expectAll(ALL);
				peers[0]!.put("later");
				world.until("what it says itself is believed", 120, () => {
					for (const peer of peers) if (peer.get("later") !== "1") return false;
					return true;
				});
			});
		});

		it("in the name of a server that is not there brings nothing in", () => {
			founded(3, (world, peers) => {
				const header = headerOf(world, "nobody");
				const before = dropped(peers[1]!)["unknown"]!;
				for (const version of $range(1, 5)) {
					const record = forgedRecord(header, `phantom${version}=1`, version);
					world.emulated.Inject(BROADCAST_TOPIC, writeFrame(header, [record], 0));
					world.run(1);
				}
				world.run(60);
				world.expectAll(ALL);
				expect(dropped(peers[1]!)["unknown"]! - before).to.equal(5);
				expect(peers[1]!.sees()).to.equal("1 2 3 4");
			});
		});

		it("in the receiver's own name changes nothing there", () => {
			founded(4, (world, peers) => {
				const header = headerOf(world, peers[0]!.id);
				world.emulated.Inject(BROADCAST_TOPIC, writeFrame(header, [forgedRecord(header, "own1=forged", 9)], 0));
				world.run(5);
				expect(peers[0]!.get("own1")).to.equal("1");
				world.run(150);
				world.expectAll(ALL);
			});
		});

		it("with stamps years ahead is refused, and does not set anybody's clock", () => {
			founded(5, (world, peers) => {
				const header = headerOf(world, peers[0]!.id, {
					baseStamp: presentStamp(world) + 3 * YEAR_MILLISECONDS,
				});
				const version = peers[0]!.server.Cluster.GetStatistics().Sent.Records + 1;
				const before = peers[1]!.server.Cluster.GetStatistics().Received.RecordsRefused;
				world.emulated.Inject(
					BROADCAST_TOPIC,
					writeFrame(header, [forgedRecord(header, "own1=forged", version)], 0),
				);
				world.run(5);
				world.expectAll(ALL);
				expect(peers[1]!.server.Cluster.GetStatistics().Received.RecordsRefused > before).to.equal(true);
				// A clock set years ahead would make this server's own claims implausible to the others.
				peers[1]!.put("own2", "2");
				peers[1]!.put("own1", "3");
				world.run(150);
				world.expectAll("own1=3@2 own2=2@2 own3=1@3 own4=1@4");
				expect(peers[1]!.server.Cluster.GetStatistics().LagSeconds < 60).to.equal(true);
			});
		});

		it("that claims a million unheard changes is not believed", () => {
			founded(6, (world, peers) => {
				const header = headerOf(world, peers[0]!.id);
				const beat = writeBeat(
					{
						synced: true,
						upTo: 5_000_000,
						floor: header.baseStamp,
						frontier: header.baseStamp,
						nextSeconds: 80,
						lossPercent: 0,
						digest: 1,
					},
					header.baseStamp,
				);
				world.emulated.Inject(BROADCAST_TOPIC, writeFrame(header, [beat], 0));
				world.emulated.Inject(
					BROADCAST_TOPIC,
					writeFrame(header, [forgedRecord(header, "own1=forged", 7_000_000)], 0),
				);
				world.run(30);
				world.expectAll(ALL);
				expect(peers[1]!.server.Cluster.GetStatistics().Repair.Missing).to.equal(0);
			});
		});

		it("that says a live server is lost makes it come back, with everything", () => {
			founded(7, (world, peers) => {
				const header = headerOf(world, peers[0]!.id);
				const departure = {
					shortId: shortIdOf(peers[2]!.id),
					incarnation: 0,
					reason: "lost" as const,
					upTo: 1,
				};
				world.run(9);
				world.emulated.Inject(BROADCAST_TOPIC, writeFrame(header, [writeDepartures([departure], 500).text], 0));
				world.run(90);
				world.expectAll(ALL);
				for (const peer of peers) expect(peer.sees()).to.equal("1 2 3 4");
			});
		});

		it("with an identity of absurd numbers does no harm", () => {
			founded(8, (world, peers) => {
				for (const number of [0, 2 ** 39, 2 ** 40 - 1]) {
					const header = headerOf(world, `ghost${number}`, { incarnation: number, unicasts: number });
					const identity = writeIdentity({ serverId: "x", startedAtSeconds: number, placeVersion: number });
					world.emulated.Inject(BROADCAST_TOPIC, writeFrame(header, [identity], 0));
				}
				world.run(60);
				world.expectAll(ALL);
				peers[0]!.put("own1", "2");
				world.run(20);
				world.expectAll("own1=2@1 own2=1@2 own3=1@3 own4=1@4");
			});
		});
	});

	describe("a section of a kind that a later version has", () => {
		it("is skipped and counted; the rest of the message is read", () => {
			founded(9, (world, peers) => {
				const header = headerOf(world, peers[0]!.id);
				const version = peers[0]!.server.Cluster.GetStatistics().Sent.Records + 1;
				const body = "from the future";
				const later = DIGITS[Kind.Heard + 20]! + encodeNumber(body.size()) + body;
				const record = forgedRecord(header, "phantom=1", version);
				world.emulated.Inject(BROADCAST_TOPIC, writeFrame(header, [later, record], 0));
				world.run(5);
				expect(peers[1]!.get("phantom")).to.equal("1");
				expect(peers[1]!.server.Cluster.GetStatistics().Received.UnknownSections).to.equal(1);
			});
		});
	});

	describe("servers with different keys", () => {
		it("do not see each other", () => {
			inWorld({ seed: 10, sharedKey: "one" }, (world) => {
				const [first] = world.start(2);
				first!.put("key");
				const other = world.emulated.AddServer();
				world.run(40);
				expect(other.Cluster.GetServers().size()).to.equal(1);
				expect(first!.sees()).to.equal("1 2");
				world.expectAll("key=1@1");
			});
		});
	});
};
