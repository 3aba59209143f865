import { EntitySpace } from "../../../../src/entity";
import { Entity } from "../../../../src/entity/types";
import { OWN_MESSAGE_BYTES } from "../../../../src/platform/limits";
import { VirtualGame } from "../../../../src/testing";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { CloudWatch } from "../../measure/cloud-watch";
import { Transmissions } from "../../measure/transmissions";
import { decimals, Outcome, row, secondsText } from "../../row";
import { letters, numberTag } from "../../values";
import { PLAYERS_PER_SERVER } from "../../world";
import { RandomStream } from "../../../../src/testing";

const SERVERS = 10;
const ENTITIES = 100;
const PROPERTIES = 10;
const TIMES = 10;
const TEXT_BYTES = 20;
/** No format tells records apart with less. */
const RECORD_BYTES_LEAST = 3;
const LOSS = 0.01;
const SETTLING_SECONDS = 40;
const LIMIT_SECONDS = 300;
const MOST_OVER_FLOOR = 1.15;
const EDITS = ENTITIES * PROPERTIES * TIMES;

interface Round {
	readonly batches: number;
	readonly updates: number;
	readonly messages: number;
	readonly seconds: number;
	/** What one turn's edits took, in real time. */
	readonly realSeconds: number;
	readonly floor: number;
}

function nameOf(property: number): string {
	return `part${property}`;
}

/** Edits everything in one turn, twice: for the first time since the entities were created, and again. */
function runOnce({ host }: RunOptions, seed: number): Round[] {
	const world = VirtualGame({ seed, loss: LOSS });
	const texts = new RandomStream(seed, "texts");
	const members = new Array<{
		readonly space: EntitySpace;
		readonly serverId: string;
		readonly run: (body: () => void) => void;
	}>();
	for (const _ of $range(1, SERVERS)) {
		const server = world.AddServer({ players: PLAYERS_PER_SERVER });
		const space = server.Do(() => EntitySpace("Bench"));
		members.push({ space, serverId: server.ServerId, run: (body) => server.Do(body) });
	}
	world.Run(SETTLING_SECONDS);
	const editor = members[0]!;
	const entities = new Array<Entity>();
	editor.run(() => {
		for (const index of $range(1, ENTITIES)) entities.push(editor.space.CreateEntity(`entity ${index}`));
	});
	world.Run(SETTLING_SECONDS);
	const ids = entities.map(({ Id }) => Id);
	let number = 0;
	const rounds = new Array<Round>();
	for (const roundNumber of $range(1, 2)) {
		const transmissions = new Transmissions();
		let messages = 0;
		const watch = new CloudWatch(world, SERVERS, (seen) => {
			if (seen.sender === editor.serverId && transmissions.note(seen) > 0) messages += 1;
		});
		const before = editor.space.GetStatistics();
		const startedAt = world.Now();
		let realSeconds = 0;
		const last = new Map<string, string>();
		editor.run(() => {
			const values = new Array<string>();
			for (const _ of $range(1, EDITS)) {
				number += 1;
				const tag = numberTag(number);
				values.push(letters(texts, TEXT_BYTES - tag.size()) + tag);
			}
			const realStart = host.clock();
			let position = 0;
			for (const _ of $range(1, TIMES))
				for (const entity of entities)
					for (const property of $range(1, PROPERTIES)) {
						entity.Set(nameOf(property), values[position]!);
						position += 1;
					}
			realSeconds = host.clock() - realStart;
			for (const entity of entities)
				for (const property of $range(1, PROPERTIES))
					last.set(entity.Id + nameOf(property), entity.Get(nameOf(property)) as string);
		});
		const isEverywhere = (): boolean =>
			members.every(({ space }) =>
				ids.every((id) => {
					const entity = space.GetEntityById(id);
					for (const property of $range(1, PROPERTIES))
						if (entity?.Get(nameOf(property)) !== last.get(id + nameOf(property))) return false;
					return true;
				}),
			);
		let seconds = 0;
		while (!isEverywhere() && seconds < LIMIT_SECONDS) {
			world.Run(0.5);
			seconds = world.Now() - startedAt;
		}
		watch.finish();
		const after = editor.space.GetStatistics();
		let floorBytes = ENTITIES * PROPERTIES * (TEXT_BYTES + RECORD_BYTES_LEAST);
		if (roundNumber === 1)
			for (const id of ids)
				for (const property of $range(1, PROPERTIES)) floorBytes += id.size() + nameOf(property).size();
		rounds.push({
			batches: after.Batches - before.Batches,
			updates: after.Updates - before.Updates,
			messages,
			seconds: seconds < LIMIT_SECONDS ? seconds : math.huge,
			realSeconds,
			floor: math.ceil(floorBytes / OWN_MESSAGE_BYTES),
		});
		world.Run(SETTLING_SECONDS);
	}
	world.Destroy();
	return rounds;
}

function measure(options: RunOptions): Outcome {
	const runs = options.seeds.map((seed) => runOnce(options, seed));
	const what = `${EDITS} edits to ${ENTITIES} entities in one turn`;
	const rows = [0, 1].map((index) => {
		const rounds = runs.map((run) => run[index]!);
		const { floor } = rounds[0]!;
		const messages = math.max(...rounds.map((round) => round.messages));
		const batches = math.max(...rounds.map((round) => round.batches));
		const updates = math.max(...rounds.map((round) => round.updates));
		const slowest = math.max(...rounds.map((round) => round.seconds));
		const most = math.floor(MOST_OVER_FLOOR * floor);
		return row(
			OURS,
			`${what}${index === 0 ? ", each property for the first time, so that its name has to travel" : ""}: batches; updates; messages (floor ${floor})`,
			`1; ${ENTITIES}; <= ${most}`,
			`${batches}; ${updates}; ${messages} (${decimals(messages / floor, 2)} x floor), everywhere after ${secondsText(slowest)}`,
			batches === 1 && updates === ENTITIES && messages <= most && slowest < math.huge,
		);
	});
	const microseconds = math.max(...runs.map((run) => run[1]!.realSeconds)) / EDITS / 1e-6;
	return { rows, notes: [`${what}: ${decimals(microseconds, 2)} µs of this machine for each edit`] };
}

export const EDIT_JOBS: ReadonlyArray<Job> = [{ name: "scripts edits", contenders: [OURS], run: measure }];
