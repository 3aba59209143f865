/// <reference types="@rbxts/testez/globals" />
import { Context } from "../../../src/cluster/context";
import { DIGITS, encodeNumber } from "../../../src/wire/base85";
import { RecordsWriter } from "../../../src/wire/records-writer";
import { writeLetter, writeReceipt } from "../../../src/wire/section-writers";
import { shortIdOf } from "../../../src/wire/short-id";
import { Chat } from "../support/chat";
import { BROADCAST_TOPIC, dropped, headerOf, presentStamp, writeFrame } from "../support/forgery";
import { Peer, World, inWorld } from "../support/world";
import { inboxTopic } from "../../../src/cluster/topics";

const MARK = string.char(1);

interface Forged {
	readonly version: number;
	readonly key?: string;
	/** Undefined: a tombstone. */
	readonly value?: string | undefined;
	readonly reference?: number;
	readonly defining?: boolean;
	readonly pool?: string;
}

function inChat(seed: number, scenario: (world: World, chat: Chat, peers: Peer[]) => void): void {
	inWorld({ seed }, (world) => {
		const peers = world.start(4);
		const chat = new Chat(world);
		chat.join(...peers);
		world.run(5);
		scenario(world, chat, peers);
		chat.check();
	});
}

function contextOf(peer: Peer): Context {
	return (peer.server.Cluster as unknown as { context: Context }).context;
}

/** Says something in a server's name. */
function forge(world: World, inNameOf: Peer, forged: Forged): void {
	const header = headerOf(world, inNameOf.id);
	const { version, key = "!!", reference = 4000, defining = true, pool = `${MARK}Chat` } = forged;
	const section = { stream: undefined, after: version - 1, upTo: version, complete: true, dense: false };
	const writer = new RecordsWriter(800, section, header.baseStamp);
	writer.add({
		version,
		reference,
		stamp: header.baseStamp,
		defining,
		pool,
		policy: "remove",
		key,
		value: forged.value,
		withdrawn: forged.value === undefined ? header.baseStamp - 1 : undefined,
	});
	world.emulated.Inject(BROADCAST_TOPIC, writeFrame(header, [writer.finish()], 0));
}

export = () => {
	describe("a record of a channel that is no message", () => {
		const cases: ReadonlyArray<{ name: string; forged: Omit<Forged, "version"> }> = [
			{ name: "a removal", forged: { value: undefined, key: "##" } },
			{ name: "with a key that is no number", forged: { key: "' '", value: '"x"' } },
			{ name: "number 0", forged: { key: `${encodeNumber(0)}${encodeNumber(30)}`, value: '"x"' } },
			{ name: "that lives no time", forged: { key: `${encodeNumber(1)}${encodeNumber(0)}`, value: '"x"' } },
			{
				name: "that lives for too long",
				forged: { key: `${encodeNumber(1)}${encodeNumber(301)}`, value: '"x"' },
			},
			{ name: "with more in its key", forged: { key: `${encodeNumber(1)}${encodeNumber(30)}!!`, value: '"x"' } },
		];
		for (const { name, forged } of cases) {
			it(`is dropped and counted: ${name}`, () => {
				inChat(1, (world, chat, peers) => {
					const version = contextOf(peers[0]!).replica.own.highest + 1;
					forge(world, peers[0]!, { version, ...forged });
					world.run(3);
					for (const peer of [peers[1]!, peers[2]!]) {
						expect(chat.of(peer).heard.size()).to.equal(0);
						expect(chat.statistics(peer).Refused).to.equal(1);
						expect(chat.statistics(peer).HeldBytes).to.equal(0);
					}
				});
			});
		}

		it("a payload that cannot be read is dropped and counted", () => {
			inChat(2, (world, chat, peers) => {
				const version = contextOf(peers[0]!).replica.own.highest + 1;
				const key = `${encodeNumber(1)}${encodeNumber(30)}`;
				forge(world, peers[0]!, { version, key, value: "{nonsense" });
				world.run(3);
				expect(chat.statistics(peers[1]!).Refused).to.equal(1);
			});
		});
	});

	it("a message cannot be withdrawn or changed by its reference", () => {
		inChat(3, (world, chat, peers) => {
			chat.say(peers[0]!);
			world.run(3);
			const { own } = contextOf(peers[0]!).replica;
			let reference = 0;
			for (const [known] of own.references) reference = known;
			expect(reference > 0).to.equal(true);
			for (const [offset, value] of [
				[1, undefined],
				[2, '"other"'],
			] as const) {
				forge(world, peers[0]!, { version: own.highest + offset, reference, defining: false, value });
			}
			world.run(5);
			for (const peer of peers) expect(chat.of(peer).heard.join()).to.equal("1:1");
			expect(contextOf(peers[1]!).replica.registerCount).to.equal(0);
		});
	});

	it("forged messages do not silence whom they imitate", () => {
		inChat(4, (world, chat, peers) => {
			chat.say(peers[0]!);
			world.run(5);
			const { highest } = contextOf(peers[0]!).replica.own;
			// Far ahead, in the stream and in the publisher's count; readable, so that only the publisher can refute it.
			const key = `${encodeNumber(900_000)}${encodeNumber(5)}`;
			forge(world, peers[0]!, { version: highest + 50, key, value: '{"count":1,"from":9}' });
			world.run(60);
			const before = chat.of(peers[1]!).heard.size();
			for (const _ of $range(1, 80)) {
				chat.say(peers[0]!);
				world.run(1);
			}
			world.run(60);
			const after = chat.of(peers[1]!).heard.size();
			// The versions that were taken are lost, at most; everything afterwards is heard.
			expect(after - before >= 78).to.equal(true);
		});
	});

	describe("a forged letter", () => {
		function inject(world: World, from: string, to: Peer, section: string, baseStamp?: number): void {
			const stamps = baseStamp === undefined ? {} : { baseStamp };
			const header = headerOf(world, from, { addressee: shortIdOf(to.id), ...stamps });
			world.emulated.Inject(inboxTopic(shortIdOf(to.id)), writeFrame(header, [section], 0));
		}
		const letter = (parts: number, part: number, text: string, id = 1) =>
			writeLetter({ id, part, parts, channel: "Chat", text });

		it("of nobody is dropped", () => {
			inChat(11, (world, chat, peers) => {
				inject(world, "nobody", peers[1]!, letter(1, 0, '{"count":1,"from":1}'));
				world.run(3);
				expect(chat.of(peers[1]!).heard.size()).to.equal(0);
			});
		});

		it("that is a copy of minutes ago is dropped: it may be forgotten that it came", () => {
			inChat(12, (world, chat, peers) => {
				const before = dropped(peers[1]!)["stale"]!;
				const text = '{"count":1,"from":1}';
				inject(world, peers[0]!.id, peers[1]!, letter(1, 0, text), presentStamp(world) - 120_000);
				world.run(3);
				expect(chat.of(peers[1]!).heard.size()).to.equal(0);
				expect(dropped(peers[1]!)["stale"]! - before).to.equal(1);
			});
		});

		it("with parts that do not fit together, or too many of them, is dropped", () => {
			inChat(13, (world, chat, peers) => {
				inject(world, peers[0]!.id, peers[1]!, letter(3, 0, "x"));
				inject(world, peers[0]!.id, peers[1]!, letter(2, 1, "x"));
				for (const id of $range(2, 120))
					inject(world, peers[0]!.id, peers[1]!, letter(64, 0, string.rep("x", 500), id));
				for (const part of $range(0, 19))
					inject(world, peers[0]!.id, peers[2]!, letter(20, part, string.rep("x", 600)));
				world.run(10);
				expect(chat.of(peers[1]!).heard.size()).to.equal(0);
				expect(chat.of(peers[2]!).heard.size()).to.equal(0);
				expect(dropped(peers[1]!)["malformed"]!).to.equal(1);
				expect(dropped(peers[1]!)["overflow"]! >= 60).to.equal(true);
				expect(dropped(peers[2]!)["malformed"]!).to.equal(1);
			});
		});

		it("with a body that is not as it must be is dropped", () => {
			inChat(14, (world, chat, peers) => {
				const before = dropped(peers[1]!)["malformed"]!;
				const bodies = [
					"",
					encodeNumber(0) + encodeNumber(0) + encodeNumber(1) + "$Ch!",
					encodeNumber(1) + encodeNumber(1) + encodeNumber(1) + "$Ch!",
					encodeNumber(1) + encodeNumber(0) + encodeNumber(65) + "$Ch!",
					encodeNumber(1) + encodeNumber(0) + encodeNumber(1) + "!!",
				];
				for (const body of bodies) {
					inject(world, peers[0]!.id, peers[1]!, DIGITS[18]! + encodeNumber(body.size()) + body);
				}
				world.run(3);
				expect(dropped(peers[1]!)["malformed"]! - before).to.equal(bodies.size());
			});
		});

		it("receipt for what was never sent changes nothing", () => {
			inChat(15, (world, chat, peers) => {
				const outcomes = new Array<string>();
				peers[1]!.server
					.Do(() => chat.of(peers[1]!).channel.Send(peers[0]!.id, { from: 2, count: 1 }))
					.then((sent) => outcomes.push(sent));
				const receipts = [
					{ id: 7, missing: [] },
					{ id: 1, missing: [63] },
				];
				inject(world, peers[0]!.id, peers[1]!, writeReceipt(receipts, 500).text);
				inject(world, peers[2]!.id, peers[1]!, writeReceipt([{ id: 1, missing: [] }], 500).text);
				world.run(0.1);
				expect(outcomes.size()).to.equal(0);
				world.run(10);
				expect(outcomes.join()).to.equal("acknowledged");
			});
		});
	});
};
