import { LimitUse, RandomStream, VirtualGame } from "../../../src/testing";
import { startServers } from "../cluster-of";
import { OURS, PLAIN, RBX_NET } from "../contender";
import { Job, RunOptions } from "../job";
import { CloudWatch } from "../measure/cloud-watch";
import { closest, limitText } from "../measure/limit-text";
import { describeTotals, ServerTotals, serverTotals, totalsSince } from "../measure/server-totals";
import { decimals, Outcome, percentText, row } from "../row";
import { keyName, valueOf } from "../values";

const SERVERS = 10;
const KEYS_PER_SERVER = 20;
const VALUE_BYTES = 30;
const LOSS = 0.01;
const SETTLING_SECONDS = 90;
const MINUTES = 10;
const SHARE_MOST = 0.2;

function measure({ contender, seeds }: RunOptions): Outcome {
	let deliveries = 0;
	const onGame = new Array<LimitUse>();
	const onTopic = new Array<LimitUse>();
	const totals = new Array<ServerTotals>();
	for (const seed of seeds) {
		const world = VirtualGame({ seed, loss: LOSS });
		const texts = new RandomStream(seed, "values");
		const members = startServers(
			world,
			contender,
			"values",
			SERVERS,
			() => {},
			(member, server) => {
				for (const index of $range(0, KEYS_PER_SERVER - 1)) {
					member.contribute(valueOf(keyName(server + 1, index), 1, VALUE_BYTES, texts));
				}
			},
		);
		world.Run(SETTLING_SECONDS);
		const before = serverTotals(contender, members);
		const watch = new CloudWatch(world, SERVERS);
		world.Run(MINUTES * 60);
		watch.finish();
		totals.push(totalsSince(serverTotals(contender, members), before));
		onGame.push(watch.use("received by the game"));
		onTopic.push(watch.use("received on a topic"));
		deliveries += watch.deliveries;
		world.Destroy();
	}
	const perMinute = deliveries / (seeds.size() * MINUTES);
	const { name } = contender;
	const what = `idle game of ${SERVERS} servers`;
	const uses = [closest(onGame), closest(onTopic)];
	const share = closest(uses).share;
	const notes = [`${what}, ${name}: ${decimals(perMinute, 1)} deliveries a minute`];
	const described = describeTotals(totals, seeds.size() * MINUTES);
	if (described !== undefined) notes.push(`  ${described}`);
	return {
		rows: [
			row(
				name,
				`${what}: share of the limits: game / topic`,
				`<= ${percentText(SHARE_MOST)}`,
				uses.map((use) => limitText(use)).join(" / "),
				share <= SHARE_MOST,
			),
		],
		notes,
	};
}

export const IDLE_JOBS: ReadonlyArray<Job> = [{ name: "idle", contenders: [OURS, PLAIN, RBX_NET], run: measure }];
