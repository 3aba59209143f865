/// <reference types="@rbxts/testez/globals" />
import { ServerCluster } from "../../../src/cluster/server-cluster";
import { StringPool } from "../../../src/pool/pools";
import { VirtualGame } from "../../../src/testing";
import { isDropReason, readFrame } from "../../../src/wire/frame-reader";

const SERVERS = 120;
const START_SECONDS = 3;
const CLAIMS_MOST = 9;

interface StartedGame {
	readonly claims: number;
	readonly snapshots: number;
	readonly lost: number;
	readonly complete: number;
	readonly records: number;
}

function start(seed: number, seconds: number): StartedGame {
	const world = VirtualGame({ seed, loss: 0.01 });
	let claims = 0;
	let lost = 0;
	const noteBroadcast = (message: unknown): void => {
		const frame = readFrame(message, 0);
		if (!isDropReason(frame) && frame.sections.some(({ kind }) => kind === "join")) claims += 1;
	};
	const noteLimit = (): void => {
		lost += 1;
	};
	world.SetWatcher({
		Published(_id, _sender, topic, message) {
			if (string.find(topic, "/all/", 1, true)[0] !== undefined) noteBroadcast(message);
		},
		Delivered() {},
		Lost(_id, _receiver, reason) {
			if (reason === "limit") noteLimit();
		},
	});
	const clusters = new Array<ServerCluster>();
	for (const index of $range(1, SERVERS)) {
		const server = world.AddServer({ players: 10 });
		clusters.push(server.Cluster as unknown as ServerCluster);
		server.Do(() => StringPool("P").ReplaceContribution(`k${index}`));
		world.Run(START_SECONDS / SERVERS);
	}
	world.Run(seconds - START_SECONDS);
	let [snapshots, complete, records] = [0, 0, math.huge];
	for (const { context } of clusters) {
		snapshots += context.traffic.snapshotsServed;
		records = math.min(records, context.replica.registerCount);
		if (context.membership.serverCount() === SERVERS && context.isSynced()) complete += 1;
	}
	world.Destroy();
	return { claims, snapshots, lost, complete, records };
}

export = () => {
	describe("a whole game that starts at once", () => {
		it("knows itself within half a minute, by few announcements and hardly any conversation", () => {
			for (const seed of [3, 6]) {
				const started = start(seed, 30);
				const isQuiet = started.claims <= CLAIMS_MOST && started.snapshots <= SERVERS / 10;
				expect(`${started.complete} ${started.records} ${started.lost}`).to.equal(`${SERVERS} ${SERVERS} 0`);
				if (!isQuiet) error(`${started.claims} announcements, ${started.snapshots} snapshots`);
			}
		});
	});
};
