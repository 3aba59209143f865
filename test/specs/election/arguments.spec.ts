/// <reference types="@rbxts/testez/globals" />
import { LeaderElection } from "../../../src/election";
import { GetCluster } from "../../../src/cluster";
import { StringPool } from "../../../src/pool/pools";
import { VirtualGame } from "../../../src/testing";
import { expectBlame } from "../support/blame";

const PREFIX = "[net-server-sync] ";

export = () => {
	const blamed = (misuse: () => void, text: string): void => {
		const world = VirtualGame();
		const server = world.AddServer();
		server.Do(() => expectBlame(misuse, PREFIX + text));
		world.Destroy();
	};

	describe("LeaderElection", () => {
		for (const [options, text] of [
			[{ mode: "quorum" }, 'LeaderElection "boss": mode must be "bully", "lease" or "local", but is "quorum"'],
			[
				{ mode: "lease", heartbeatSeconds: 5 },
				'LeaderElection "boss": there is no option "heartbeatSeconds" in mode lease; the options are mode, timing, rank, validate',
			],
			[
				{ preempt: true },
				'LeaderElection "boss": there is no option "preempt" in mode bully; the options are mode, heartbeatSeconds, missedHeartbeats, rank, validate',
			],
			[{ heartbeatSeconds: 1 }, 'LeaderElection "boss": heartbeatSeconds must be 2 to 60, but is 1'],
			[
				{ missedHeartbeats: 2.5 },
				'LeaderElection "boss": missedHeartbeats must be a whole number from 2 to 10, but is 2.5',
			],
			[{ rank: -1 }, 'LeaderElection "boss": rank must be a whole number from 0 to 1000, but is -1'],
			[{ validate: 5 }, 'LeaderElection "boss": validate must be a function, but is 5'],
			[
				{ mode: "lease", timing: "slow" },
				'LeaderElection "boss": timing must be "fast", "default", "calm" or a table, but is "slow"',
			],
			[
				{ mode: "lease", timing: { leaseSeconds: 1, renewSeconds: 1 } },
				'LeaderElection "boss": leaseSeconds must be a whole number from 4 to 120, but is 1',
			],
			[
				{ mode: "lease", timing: { leaseSeconds: 10, renewSeconds: 10 } },
				'LeaderElection "boss": 2.2 * renewSeconds < leaseSeconds - marginSeconds does not hold: 22.00 >= 8.00; renew more often, or make the lease longer',
			],
			[
				{ mode: "lease", timing: { leaseSeconds: 10, renewSeconds: 3, marginSeconds: 0 } },
				'LeaderElection "boss": marginSeconds >= 1 + 0.1 * leaseSeconds does not hold: 0 < 2; leave it out, or make it larger',
			],
			[
				{ mode: "lease", timing: { leaseSeconds: 10, renewSeconds: 3, jitter: 1 } },
				'LeaderElection "boss": there is no timing "jitter"; there are leaseSeconds, renewSeconds, marginSeconds',
			],
		] as Array<[object, string]>) {
			it(`E-27: refuses ${text.split(": ")[1]}`, () => {
				blamed(() => LeaderElection("boss", options as { mode: "lease" }), text);
			});
		}

		it("refuses names that are none", () => {
			blamed(() => LeaderElection(5 as never), "LeaderElection: the scope must be a string, but is 5");
			blamed(
				() => LeaderElection(""),
				"LeaderElection: the scope's name is 0 bytes, names are 1 to 50; choose another one",
			);
		});

		it("refuses a scope in two modes", () => {
			blamed(() => {
				LeaderElection("boss");
				LeaderElection("boss", { mode: "lease" });
			}, 'LeaderElection "boss": this scope exists already in mode bully; choose another name for mode lease');
		});

		it("refuses to begin after Close()", () => {
			const world = VirtualGame();
			const server = world.AddServer();
			server.Do(() => GetCluster().Close());
			world.Run(10);
			server.Do(() =>
				expectBlame(
					() => LeaderElection("boss"),
					`${PREFIX}LeaderElection "boss": this server has left the cluster; call LeaderElection before Close()`,
				),
			);
			world.Destroy();
		});

		it("refuses to work on a client", () => {
			const world = VirtualGame();
			const client = world.AddServer({ environment: "client" });
			const [success, problem] = pcall(() => client.Do(() => LeaderElection("boss")));
			expect(success).to.equal(false);
			expect(string.find(tostring(problem), "works on servers only", 1, true)[0] !== undefined).to.equal(true);
			world.Destroy();
		});

		it("gives the same object for the same name", () => {
			const world = VirtualGame();
			const server = world.AddServer();
			server.Do(() => expect(LeaderElection("boss")).to.equal(LeaderElection("boss")));
			world.Destroy();
		});

		it("refuses wrong arguments of its methods", () => {
			blamed(
				() => LeaderElection("boss").Run(5 as never),
				'LeaderElection "boss": Run takes a function, but got 5',
			);
			blamed(
				() => LeaderElection("boss").Transfer(5 as never),
				'LeaderElection "boss": Transfer takes a ServerId, but got 5',
			);
			blamed(
				() => LeaderElection("boss").Tell(undefined as never),
				'LeaderElection "boss": Tell takes a message, but got nil',
			);
			blamed(
				() => LeaderElection("boss").Tell(() => {}),
				'LeaderElection "boss": a message is made of strings, numbers, booleans and tables of those, but is a function; leave out what is something else',
			);
			blamed(
				() => LeaderElection("boss").Tell(string.rep("x", 800)),
				'LeaderElection "boss": the message is 805 bytes serialized, the most is 700; send less, or an id of what a pool has',
			);
			blamed(() => {
				const election = LeaderElection("boss");
				election.Destroy();
				election.Tell("late");
			}, 'LeaderElection "boss" has been destroyed; call LeaderElection again to get a new one');
		});
	});

	it("pools cannot have names of the library's own", () => {
		blamed(
			() => StringPool("net-server-sync/elections"),
			`StringPool "net-server-sync/elections": names that begin with "net-server-sync/" are the library's own; choose another name`,
		);
	});
};
