import { Caster } from "../../../../src/cluster/caster";
import { ServerCluster } from "../../../../src/cluster/server-cluster";
import { StringPool } from "../../../../src/pool/pools";
import { MEGA } from "./units";
import { VirtualGame } from "../../../../src/testing";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { frameOf } from "../../measure/frames";
import { percentile, sorted } from "../../measure/percentiles";
import { decimals, Outcome, row } from "../../row";
import { PLAYERS_PER_SERVER } from "../../world";
import { clusterOf, HubGame } from "./hub-game";
import { isBroadcast } from "./hub-watch";
import { serversOf } from "./sizes";

const BYTES_A_KILOBYTE = 1024;
const KNOWN_SERVERS = 2000;
const RECORDS = 20_000;
const RECORD_BYTES_MOST = 64;
const SERVER_BYTES_MOST = 48;

/** What one server keeps for each record and for each server it knows, without their texts. */
function measureMemory({ host, contender }: RunOptions): Outcome {
	const { name } = contender;
	const world = VirtualGame();
	const server = world.AddServer({ players: PLAYERS_PER_SERVER });
	world.Run(30);
	const cluster = server.Cluster as unknown as ServerCluster;
	const { context } = cluster;
	const keyOf = (index: number): string => string.format("k%011d", index);
	const idOf = (index: number): string => string.format("i%07d", index);
	// Texts and identities are there before: what is measured is what is kept about them.
	const keys = new Array<string>();
	for (const index of $range(1, RECORDS)) keys.push(keyOf(index));
	const identities = new Array<{
		shortId: string;
		serverId: string;
		startedAtSeconds: number;
		placeVersion: number;
	}>();
	for (const index of $range(1, KNOWN_SERVERS)) {
		const shortId = idOf(index);
		identities.push({
			shortId,
			serverId: `server ${shortId}`,
			startedAtSeconds: 1767225600 + index,
			placeVersion: 1,
		});
	}
	const roster = cluster["roster"];
	const before = host.memory();
	// As on a server that follows a hub.
	context.regime.adopt({ shortId: identities[0]!.shortId, incarnation: 0 }, 1, 1, context.now());
	for (const identity of identities) roster.admit({ shortId: identity.shortId, incarnation: 0 }, identity);
	roster.shareBudget();
	cluster["dispatch"]();
	const withServers = host.memory();
	const owners = identities.map(({ shortId }) => context.membership.get(shortId)!.stream);
	const records = keys.map((key, index) => {
		const version = index.idiv(KNOWN_SERVERS) + 1;
		return {
			owner: owners[index % KNOWN_SERVERS]!,
			section: {
				kind: "records",
				stream: undefined,
				complete: true,
				after: version - 1,
				upTo: version,
				records: [
					{
						version,
						stamp: context.nowStamp(),
						reference: version,
						pool: "bench",
						policy: "remove",
						key,
						value: key,
						valueIsKey: false,
						withdrawn: undefined,
						partIndex: undefined,
						partCount: undefined,
					},
				],
			} as const,
		};
	});
	const between = host.memory();
	for (const { owner, section } of records) {
		context.replica.applySection(
			owner,
			section as unknown as Parameters<typeof context.replica.applySection>[1],
			context.clock,
			context.platform.unixMilliseconds(),
		);
	}
	context.replica.takeChanges();
	context.replica.takeFresh();
	const withRecords = host.memory();
	const perServer = ((withServers - before) * BYTES_A_KILOBYTE) / KNOWN_SERVERS;
	const perRecord = ((withRecords - between) * BYTES_A_KILOBYTE) / RECORDS;
	server.Do(() => StringPool("bench"));
	const perRecordInPool = ((host.memory() - withRecords) * BYTES_A_KILOBYTE) / RECORDS;
	world.Destroy();
	return {
		rows: [
			row(
				name,
				`memory of a leaf for each of ${KNOWN_SERVERS} servers it knows`,
				`<= ${SERVER_BYTES_MOST} B`,
				`${decimals(perServer, 0)} B`,
				perServer <= SERVER_BYTES_MOST,
			),
			row(
				name,
				`memory for each of ${RECORDS} records, texts apart (and in a pool that the game asked for)`,
				`<= ${RECORD_BYTES_MOST} B`,
				`${decimals(perRecord, 0)} B (${decimals(perRecordInPool, 0)} B more)`,
				perRecord <= RECORD_BYTES_MOST,
			),
		],
		notes: [
			`memory: ${decimals(perServer, 0)} B a known server, ${decimals(perRecord, 0)} B a record, ${decimals(perRecordInPool, 0)} B more in a pool`,
		],
	};
}

const SIZE = 100;
const QUICK_SIZE = 20;
const KEYS = 2000;
const OFFERED_PER_SECOND = 60;
const WARM_UP_SECONDS = 60;
const MEASURED_SECONDS = 60;
const FULL_RECORDS = 20;
const LEAF_MILLISECONDS_MOST = 0.5;

/** Full casts, as one leaf decodes and applies them, and as the hub composes them. */
function measureProcessor({ host, contender, seeds, quick, servers: asked }: RunOptions): Outcome {
	const { name } = contender;
	const servers = quick ? QUICK_SIZE : (asked?.[0] ?? SIZE);
	const session = new HubGame({ seed: seeds[0]!, servers, loss: 0, keys: KEYS, metered: false });
	const { world } = session;
	session.startAll();
	session.settle();
	session.updateAtRandom(OFFERED_PER_SECOND, world.Now() + WARM_UP_SECONDS + MEASURED_SECONDS, () => false);
	world.Run(WARM_UP_SECONDS);
	const hub = session.hub();
	assert(hub, "there is a hub");
	const hubId = hub.server.ServerId;
	const leaf = session.members.find((member) => member !== hub)!;
	const leafCluster = clusterOf(leaf);
	const times = new Array<number>();
	let records = 0;
	world.SetFilter((from, to, topic, message) => {
		if (from !== hubId || to !== leaf.server.ServerId || !isBroadcast(topic)) return "deliver";
		const text = message as string;
		let fresh = 0;
		for (const section of frameOf(text).sections) {
			if (section.kind !== "relayed") continue;
			for (const { records: relayed } of section.groups) fresh += relayed.size();
		}
		const index = tonumber(string.match(topic, "/all/(%d+)$")[0])!;
		const startedAt = host.clock();
		leaf.server.Do(() => leafCluster["subscriptions"]["onMessage"](message, index));
		const milliseconds = (host.clock() - startedAt) * 1000;
		if (fresh >= FULL_RECORDS) {
			times.push(milliseconds);
			records += fresh;
		}
		return "drop";
	});
	const casts = clusterOf(hub)["sender"].casts as unknown as {
		caster: Pick<Caster, keyof Caster>;
	};
	const { caster } = casts;
	const composing = new Array<number>();
	casts.caster = {
		announce(shortId) {
			caster.announce(shortId);
		},
		noteAdvanced(stream) {
			caster.noteAdvanced(stream);
		},
		noteReturned(seq) {
			caster.noteReturned(seq);
		},
		findMissing(now) {
			return caster.findMissing(now);
		},
		oldestWaitSeconds() {
			return caster.oldestWaitSeconds();
		},
		hasNews() {
			return caster.hasNews();
		},
		compose(counter, identity, departures, nextSeconds, dissolved) {
			const startedAt = host.clock();
			const cast = caster.compose(counter, identity, departures, nextSeconds, dissolved);
			composing.push((host.clock() - startedAt) * 1000);
			return cast;
		},
	};
	world.Run(MEASURED_SECONDS);
	const leafTimes = sorted(times);
	const hubTimes = sorted(composing);
	const leafMedian = percentile(leafTimes, 0.5);
	world.Destroy();
	const each = decimals(records / math.max(1, times.size()), 0);
	return {
		rows: [
			row(
				name,
				`${servers} servers: a leaf decodes and applies a full broadcast, p50 / p90 (real time, interpreted)`,
				`<= ${LEAF_MILLISECONDS_MOST} ms`,
				`${decimals(leafMedian, 2)} / ${decimals(percentile(leafTimes, 0.9), 2)} ms (${each} records)`,
				leafMedian <= LEAF_MILLISECONDS_MOST,
			),
			row(
				name,
				`${servers} servers: the hub composes a broadcast, p50 / p90 (real time, interpreted)`,
				"reported",
				`${decimals(percentile(hubTimes, 0.5), 2)} / ${decimals(percentile(hubTimes, 0.9), 2)} ms`,
				undefined,
			),
		],
		notes: [
			`processor, ${servers} servers: leaf p50 ${decimals(leafMedian, 3)} ms of ${times.size()} broadcasts of ${each} records; hub p50 ${decimals(percentile(hubTimes, 0.5), 3)} ms of ${composing.size()}`,
		],
	};
}

const SPEED_SIZES = [500];
const QUICK_SPEED_SIZES = [50];
const SPEED_RATE = 5;
const SPEED_SECONDS = 120;
const SPEED_LEAST = 5;

/** With all faults of the cloud at once, and servers that freeze. */
function measureSpeed(options: RunOptions): Outcome {
	const { host } = options;
	const { name } = options.contender;
	const rows = new Array<ReturnType<typeof row>>();
	const notes = new Array<string>();
	for (const servers of serversOf(options, SPEED_SIZES, QUICK_SPEED_SIZES)) {
		const session = new HubGame({ seed: options.seeds[0]!, servers, loss: 0.01, keys: 200, metered: false });
		const { world } = session;
		const from = host.clock();
		session.startAll();
		session.settle();
		const started = host.clock() - from;
		const startedVirtual = world.Now();
		world.SetFaults({
			loss: 0.02,
			duplication: 0.02,
			reorderSeconds: 1,
			publishErrors: 0.01,
			publishLoss: 0.005,
			lateDeliveries: 0.001,
		});
		const freeze = (index: number): void => {
			const member = session.members[index % servers]!;
			if (member.server.GetState() === "running") member.server.Freeze(3);
			world.Schedule(5, () => freeze(index + 7));
		};
		freeze(3);
		session.updateAtRandom(SPEED_RATE, world.Now() + 30 + SPEED_SECONDS, () => false);
		world.Run(30);
		const startedAt = host.clock();
		world.Run(SPEED_SECONDS);
		const speed = SPEED_SECONDS / (host.clock() - startedAt);
		const perServer = (host.memory() / servers).idiv(1);
		const what = `simulation of ${servers} servers with faults, times real time (one core, machine code)`;
		rows.push(row(name, what, `>= ${SPEED_LEAST}`, decimals(speed, 1), speed >= SPEED_LEAST));
		notes.push(
			`${what}: ${decimals(speed, 1)}; start-up took ${decimals(started, 0)} s real for ${decimals(startedVirtual, 0)} s; ${perServer} kB a server, ${decimals(host.memory() / MEGA, 2)} GB in all`,
		);
		world.Destroy();
	}
	return { rows, notes };
}

export const HUB_COST_JOBS: ReadonlyArray<Job> = [
	{ name: "hub memory", contenders: [OURS], run: measureMemory },
	{ name: "hub processor", contenders: [OURS], run: measureProcessor },
	{ name: "hub speed", contenders: [OURS], machineCode: true, run: measureSpeed },
];
