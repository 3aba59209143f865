/// <reference types="@rbxts/testez/globals" />
import { Pool } from "../../../src/pool/pool";
import { GeneralPool } from "../../../src/pool/pools";
import { FrameHeader } from "../../../src/wire/frame";
import { OutgoingRecord, RecordsWriter } from "../../../src/wire/records-writer";
import { writeBeat, writeIdentity } from "../../../src/wire/section-writers";
import { BROADCAST_TOPIC, headerOf, writeFrame } from "../support/forgery";
import { Peer, World, inWorld } from "../support/world";

/** A server that nobody knows says who it is and what it has. */
function appear(world: World, records: (header: FrameHeader) => OutgoingRecord[]): void {
	const serverId = "a later version";
	const header = headerOf(world, serverId);
	const said = records(header);
	const upTo = said[said.size() - 1]!.version;
	const writer = new RecordsWriter(
		2000,
		{ stream: undefined, after: 0, upTo, complete: true, dense: false },
		header.baseStamp,
	);
	for (const record of said) writer.add(record);
	const identity = { serverId, startedAtSeconds: math.floor(header.baseStamp / 1000), placeVersion: 1 };
	const beat = { synced: true, upTo, floor: 0, frontier: 0, nextSeconds: 60, lossPercent: 84, digest: 0 };
	const sections = [writeIdentity(identity), writeBeat(beat, header.baseStamp), writer.finish()];
	const refused = world.emulated.Inject(BROADCAST_TOPIC, writeFrame(header, sections, 0));
	if (refused !== undefined) error(refused);
}

/** The record of a key, as its pool's servers would read it. */
function recordOf(header: FrameHeader, version: number, value: string): OutgoingRecord {
	return {
		version,
		reference: 1,
		stamp: header.baseStamp,
		defining: true,
		pool: "State",
		policy: "remove",
		key: "strange",
		value,
	};
}

export = () => {
	/** The value is shown, and whoever joins gets the state all the same. */
	function expectJoins(records: (header: FrameHeader) => OutgoingRecord[]): void {
		inWorld({ seed: 1, sizeUnit: "characters" }, (world) => {
			const peers = world.start(2);
			peers[0]!.put("own");
			world.run(5);
			appear(world, records);
			world.run(5);
			expect(peers[0]!.get("strange")).to.be.ok();
			const [newcomer] = world.add(1);
			world.until("the newcomer has the state", 10, () => newcomer!.pool.IsSynced());
			world.run(5);
			expect(newcomer!.get("own")).to.equal("1");
		});
	}

	describe("a record that this version would have said otherwise", () => {
		it("keeps nobody from joining, if it is larger than a message has room for", () => {
			expectJoins((header) => [recordOf(header, 1, `strange=${string.rep("`", 600)}`)]);
		});

		it("keeps nobody from joining, if it came in pieces without need", () => {
			expectJoins((header) => [
				{ ...recordOf(header, 1, "strange=in "), partIndex: 0, partCount: 2 },
				{ ...recordOf(header, 2, "pieces"), partIndex: 1, partCount: 2 },
			]);
		});
	});

	describe("a value that is written with many escapes", () => {
		it("keeps nobody from joining, as long as any value may be", () => {
			inWorld({ seed: 2 }, (world) => {
				const [name, key] = [string.rep(string.char(3), 50), string.rep(string.char(1), 200)];
				const poolOf = ({ server }: Peer): Pool<string> =>
					server.Do(() =>
						GeneralPool<string>(
							name,
							() => key,
							(value) => value,
							(text) => text,
						),
					);
				const [peer] = world.start(1);
				const pool = poolOf(peer!);
				for (const size of [120, 149, 150, 199, 400]) {
					const value = string.rep(string.char(2), size);
					peer!.server.Do(() => pool.ReplaceContribution(value));
					world.run(2);
					const [newcomer] = world.start(1);
					expect(poolOf(newcomer!).GetContribution(key)).to.equal(value);
				}
			});
		});
	});
};
