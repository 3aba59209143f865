/// <reference types="@rbxts/testez/globals" />
import { ClusterOptions, ConfigureCluster, GetCluster } from "../../../src/cluster";
import { StringPool } from "../../../src/pool/pools";
import { expectBlame } from "../support/blame";
import { inWorld } from "../support/world";

/** Runs as a server's first code. */
function first(body: () => void): void {
	inWorld({ seed: 1 }, (world) => {
		world.emulated.AddServer({ setup: body });
		world.run(1);
	});
}

const LATE =
	"[net-server-sync] ConfigureCluster was called after the cluster had started; " +
	"call it before the first pool and before GetCluster()";

export = () => {
	describe("ConfigureCluster", () => {
		it("refuses unknown options by name", () => {
			first(() =>
				expectBlame(
					() => ConfigureCluster({ budget: 1 } as unknown as ClusterOptions),
					'[net-server-sync] ConfigureCluster: there is no option "budget"; ' +
						"the options are budgetShare, memoryStore, logger, sharedKey and statisticsSeconds",
				),
			);
		});

		it("refuses values that make no sense", () => {
			first(() => {
				for (const [share, shown] of [
					[0, "0"],
					[1.1, "1.1"],
					[-1, "-1"],
				] as const) {
					expectBlame(
						() => ConfigureCluster({ budgetShare: share }),
						`[net-server-sync] ConfigureCluster: budgetShare must be more than 0 and at most 1, but is ${shown}`,
					);
				}
				expectBlame(
					() => ConfigureCluster({ logger: "print" as unknown as () => void }),
					'[net-server-sync] ConfigureCluster: logger must be a function, but is "print"',
				);
				expectBlame(
					() => ConfigureCluster({ sharedKey: "" }),
					"[net-server-sync] ConfigureCluster: sharedKey must be a string of 1 to 200 bytes, but is one of 0",
				);
				expectBlame(
					() => ConfigureCluster(undefined as unknown as ClusterOptions),
					"[net-server-sync] ConfigureCluster takes a table of options, but got nil",
				);
			});
		});

		it("throws after the first pool", () => {
			first(() => {
				StringPool("Names");
				expectBlame(() => ConfigureCluster({ budgetShare: 0.3 }), LATE);
			});
		});

		it("throws after GetCluster()", () => {
			first(() => {
				GetCluster();
				expectBlame(() => ConfigureCluster({ budgetShare: 0.3 }), LATE);
			});
		});

		it("may be called several times, option by option", () => {
			inWorld({ seed: 1 }, (world) => {
				const lines = new Array<string>();
				const server = world.emulated.AddServer({
					setup: () => {
						ConfigureCluster({ budgetShare: 0.25 });
						ConfigureCluster({ logger: (level, text) => lines.push(`${level} ${text}`) });
					},
				});
				world.run(10);
				const { Budget } = server.Cluster.GetStatistics();
				expect(Budget.CapPerMinute / Budget.DocumentedPerMinute <= 0.2501).to.equal(true);
			});
		});

		it("gives everything there is to say to the logger, and nothing to the output", () => {
			inWorld({ seed: 1 }, (world) => {
				const lines = new Array<string>();
				const server = world.emulated.AddServer({
					environment: "studio",
					messaging: false,
					setup: () => ConfigureCluster({ logger: (level, text) => lines.push(`${level} ${text}`) }),
				});
				world.run(60);
				expect(lines.filter((line) => string.sub(line, 1, 5) === "warn ").size()).to.equal(1);
				expect(server.GetOutput().size()).to.equal(0);
			});
		});

		it("does not wait for a logger that waits for something", () => {
			inWorld({ seed: 1 }, (world) => {
				let started = 0;
				const patient = () => {
					started += 1;
					coroutine.yield();
				};
				const server = world.emulated.AddServer({
					environment: "studio",
					messaging: false,
					setup: () => ConfigureCluster({ logger: patient }),
				});
				world.run(60);
				expect(started > 0).to.equal(true);
				expect(server.Cluster.GetStatistics().Phase).to.equal("local");
			});
		});
	});

	describe("GetCluster", () => {
		it("is an error on a client that says where to use it", () => {
			inWorld({ seed: 1 }, (world) => {
				const client = world.emulated.AddServer({ environment: "client" });
				client.Do(() =>
					expectBlame(
						() => GetCluster(),
						"[net-server-sync] GetCluster: this library works on servers only; require it from a server script, " +
							"and tell clients by a RemoteEvent what they need",
					),
				);
			});
		});

		it("gives the same cluster again", () => {
			inWorld({ seed: 1 }, (world) => {
				const [peer] = world.start(1);
				peer!.server.Do(() => expect(GetCluster() === GetCluster()).to.equal(true));
				expect(peer!.server.Cluster.ServerId).to.equal(peer!.id);
			});
		});
	});
};
