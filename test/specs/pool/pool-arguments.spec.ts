/// <reference types="@rbxts/testez/globals" />
import { Cluster } from "../../../src/cluster";
import { PoolOptions } from "../../../src/pool/pool";
import { GeneralPool, NumberPool, StringPool } from "../../../src/pool/pools";
import { expectBlame } from "../support/blame";
import { Peer, inWorld } from "../support/world";

const identity = (text: string): string => text;

/** On a server of its own. */
function onServer(body: (peer: Peer) => void): void {
	inWorld({ seed: 1 }, (world) => {
		const [peer] = world.start(1);
		peer!.server.Do(() => body(peer!));
	});
}

export = () => {
	describe("a pool's name", () => {
		it("gives the same pool again", () => {
			onServer(() => {
				expect(StringPool("Names") === StringPool("Names")).to.equal(true);
				expect(NumberPool("Numbers") === NumberPool("Numbers")).to.equal(true);
				expect(StringPool("Names").Name).to.equal("Names");
			});
		});

		it("is refused for another kind of pool", () => {
			onServer(() => {
				StringPool("Names");
				expectBlame(
					() => NumberPool("Names"),
					'[net-server-sync] NumberPool "Names": this name is in use by a StringPool; choose another name',
				);
				expectBlame(
					() => GeneralPool("Names", identity, identity, identity),
					'[net-server-sync] GeneralPool "Names": this name is in use by a StringPool; choose another name',
				);
				expect(StringPool("Names").Size()).to.equal(0);
			});
		});

		it("has 1 to 50 bytes of UTF-8", () => {
			onServer(() => {
				expectBlame(
					() => StringPool(""),
					"[net-server-sync] StringPool: the name is 0 bytes, names are 1 to 50; give the pool a name",
				);
				expectBlame(
					() => StringPool(string.rep("n", 51)),
					"[net-server-sync] StringPool: the name is 51 bytes, names are 1 to 50; choose a shorter name",
				);
				expectBlame(
					() => StringPool("\xff"),
					"[net-server-sync] StringPool: the name is not valid UTF-8; use plain letters and digits",
				);
				expect(StringPool(string.rep("n", 50)).Name.size()).to.equal(50);
			});
		});

		it("is a string", () => {
			onServer(() => {
				expectBlame(
					() => StringPool(5 as unknown as string),
					"[net-server-sync] StringPool: the name must be a string, but is 5",
				);
			});
		});
	});

	describe("a GeneralPool", () => {
		it("needs three functions", () => {
			onServer(() => {
				expectBlame(
					() => GeneralPool("Things", "id" as unknown as typeof identity, identity, identity),
					'[net-server-sync] GeneralPool "Things": hash must be a function, but is "id"',
				);
				expectBlame(
					() => GeneralPool("Things", identity, undefined as unknown as typeof identity, identity),
					'[net-server-sync] GeneralPool "Things": serialize must be a function, but is nil',
				);
				expectBlame(
					() => GeneralPool("Things", identity, identity, {} as unknown as typeof identity),
					'[net-server-sync] GeneralPool "Things": deserialize must be a function, but is a table',
				);
			});
		});

		it("keeps its first functions, and says so", () => {
			inWorld({ seed: 1 }, (world) => {
				const [peer] = world.start(1);
				peer!.server.Do(() => {
					const pool = GeneralPool<string>("Things", identity, identity, identity);
					const again = GeneralPool<string>("Things", () => "x", identity, identity);
					expect(pool === again).to.equal(true);
					again.ReplaceContribution("key");
					expect(again.GetContribution("key")).to.equal("key");
				});
				const warnings = peer!.server.GetOutput().filter((line) => line.level === "warn");
				expect(warnings.map((line) => line.text).join()).to.equal(
					'[net-server-sync] GeneralPool "Things" exists already; the functions of its first call stay in use. ' +
						"Create it once and share it.",
				);
			});
		});
	});

	describe("a pool's options", () => {
		it("are known by name", () => {
			onServer(() => {
				expectBlame(
					() => StringPool("Names", { prioritty: 1 } as unknown as PoolOptions),
					'[net-server-sync] StringPool "Names": there is no option "prioritty"; ' +
						"the options are priority, cluster and onOwnerGone",
				);
			});
		});

		it("are checked", () => {
			onServer(() => {
				expectBlame(
					() => StringPool("Names", { priority: 1.5 }),
					'[net-server-sync] StringPool "Names": priority must be a whole number from -100 to 100, but is 1.5',
				);
				expectBlame(
					() => StringPool("Names", { priority: 101 }),
					'[net-server-sync] StringPool "Names": priority must be a whole number from -100 to 100, but is 101',
				);
				expectBlame(
					() => StringPool("Names", { onOwnerGone: "keep" as unknown as "adopt" }),
					'[net-server-sync] StringPool "Names": onOwnerGone must be "remove" or "adopt", but is "keep"',
				);
				expectBlame(
					() => StringPool("Names", 7 as unknown as PoolOptions),
					'[net-server-sync] StringPool "Names": options must be a table, but are 7',
				);
				expectBlame(
					() => StringPool("Names", { cluster: {} as unknown as Cluster }),
					'[net-server-sync] StringPool "Names": the cluster option is not a Cluster; pass what GetCluster() returns',
				);
			});
		});

		it("may name the cluster", () => {
			onServer((peer) => {
				const pool = StringPool("Names", { cluster: peer.server.Cluster });
				expect(pool === StringPool("Names")).to.equal(true);
			});
		});
	});

	describe("on a client", () => {
		it("a pool is an error that says where to use it", () => {
			inWorld({ seed: 1 }, (world) => {
				const client = world.emulated.AddServer({ environment: "client" });
				client.Do(() =>
					expectBlame(
						() => StringPool("Names"),
						'[net-server-sync] StringPool "Names": this library works on servers only; require it from a server ' +
							"script, and tell clients by a RemoteEvent what they need",
					),
				);
			});
		});
	});
};
