import { Context } from "../../../src/cluster/context";
import { Founding } from "../../../src/cluster/founding";
import { Sender } from "../../../src/cluster/sender";
import { RandomStream } from "../../../src/testing/random";
import { Scheduler } from "../../../src/testing/scheduler";
import { Frame } from "../../../src/wire/frame";

const LOSS = 0.01;
/** Question and subscription come before; a claim is followed by the founder's first casts, which end the matter. */
const FOUNDED_AFTER_SECONDS = 3.1;
const LIMIT_SECONDS = 20;

export interface FoundingOutcome {
	readonly claims: number;
	/** Deliveries of intentions. */
	readonly intentionDeliveries: number;
	/** How long after its own start each server has heard a claim, ascending; those that claim or hear none are left out. */
	readonly heardSeconds: number[];
}

interface Starter {
	readonly founding: Founding;
	readonly startedSeconds: number;
	readonly shortId: string;
	/** It hears intentions that come later than this; infinite while it does not listen. */
	listensFromSeconds: number;
	isDone: boolean;
}

/** Many servers that start within some seconds of each other, of which nothing is looked at but who claims to be the first. */
export function foundGame(seed: number, servers: number, withinSeconds: number): FoundingOutcome {
	const random = new RandomStream(seed, `founding of ${servers}`);
	const between = (least: number, most: number): number => least + random.next() * (most - least);
	const deliverySeconds = (): number => between(0.025, 0.1) + between(0.3, 2);
	const scheduler = new Scheduler((failure) => error(failure));
	const starters = new Array<Starter>();
	let claims = 0;
	let intentionDeliveries = 0;
	let foundedAtSeconds = math.huge;
	const heardSeconds = new Array<number>();

	const broadcastClaim = (by: Starter): void => {
		claims += 1;
		by.isDone = true;
		const now = scheduler.now();
		foundedAtSeconds = math.min(foundedAtSeconds, now + FOUNDED_AFTER_SECONDS);
		for (const starter of starters) {
			if (starter.isDone || random.next() < LOSS) continue;
			scheduler.post(
				now + deliverySeconds(),
				() => {
					if (starter.isDone) return;
					starter.isDone = true;
					starter.founding.rest();
					heardSeconds.push(scheduler.now() - starter.startedSeconds);
				},
				{},
			);
		}
	};
	const spreadIntention = (by: string): number => {
		const baseStamp = math.floor(scheduler.now() * 1000);
		const frame = { sender: by, baseStamp } as Frame;
		for (const starter of starters) {
			if (starter.shortId === by || starter.listensFromSeconds === math.huge || random.next() < LOSS) continue;
			const atSeconds = scheduler.now() + deliverySeconds();
			if (atSeconds < starter.listensFromSeconds) continue;
			intentionDeliveries += 1;
			scheduler.post(
				atSeconds,
				() => {
					if (!starter.isDone) starter.founding.noteIntention(frame);
				},
				{},
			);
		}
		return baseStamp;
	};
	const look = (starter: Starter): void => {
		if (starter.isDone || scheduler.now() > foundedAtSeconds) return;
		const dueSeconds = starter.founding.prepare(0);
		if (dueSeconds <= scheduler.now()) {
			starter.founding.rest();
			broadcastClaim(starter);
		} else scheduler.post(dueSeconds, () => look(starter), {});
	};
	const start = (index: number, startedSeconds: number): void => {
		const shortId = string.format("%04x", index);
		const context = {
			selfId: shortId,
			now: () => scheduler.now(),
			platform: { random: () => random.next() },
		} as unknown as Context;
		const sender = {
			intend() {
				return spreadIntention(shortId);
			},
		} as unknown as Sender;
		const founding = new Founding(context, sender, (listen) => {
			starter.listensFromSeconds = listen ? scheduler.now() + between(0.025, 0.1) : math.huge;
		});
		const starter: Starter = { founding, startedSeconds, shortId, listensFromSeconds: math.huge, isDone: false };
		starters.push(starter);
		look(starter);
	};
	for (const index of $range(1, servers)) {
		const startedSeconds = random.next() * withinSeconds;
		scheduler.post(startedSeconds + between(0.05, 0.2) + between(0, 0.2), () => start(index, startedSeconds), {});
	}
	scheduler.runUntil(LIMIT_SECONDS);
	heardSeconds.sort();
	return { claims, intentionDeliveries, heardSeconds };
}
