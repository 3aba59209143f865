import { capsFor } from "../../../src/outbox/caps";
import { receivedPerGamePerMinute, receivedPerTopicPerMinute } from "../../../src/platform/limits";
import { WINDOW_SECONDS } from "../../../src/outbox/use-window";
import { Generator, property } from "../support/generators";
import { GameResult, Wish, fraction, playGame } from "./game-of-budgets";

function least(counts: ReadonlyArray<number>): number {
	let result = math.huge;
	for (const count of counts) result = math.min(result, count);
	return result;
}

/** The share is kept on average; in no minute is it exceeded by more than what servers can send unheard. */
function expectWithinLimits(result: GameResult, servers: number, share: number): void {
	const { gameWideNever, topicNever } = capsFor(servers, 0, share, 1);
	assert(gameWideNever < receivedPerGamePerMinute(servers), "below what is documented for the game");
	assert(topicNever < receivedPerTopicPerMinute(servers), "below what is documented for a topic");
	const text = `${servers} servers, share ${share}:`;
	assert(result.mostSent <= gameWideNever, `${text} ${result.mostSent} sent in a minute of ${gameWideNever}`);
	assert(
		result.mostArrived <= gameWideNever,
		`${text} ${result.mostArrived} arrived in a minute of ${gameWideNever}`,
	);
	assert(result.mostOnTopic <= topicNever, `${text} ${result.mostOnTopic} on a topic in a minute of ${topicNever}`);
}

/** What is sent comes again when it is forgotten: averages are over a minute to start with and whole windows. */
const WHOLE_PERIODS_SECONDS = 62 + 3 * (WINDOW_SECONDS + 0.5);
const NOTHING: Wish = {};
const DATA: Wish = { broadcast: "data" };

/** Beats as far apart as the cluster's: longer in larger games. */
function beats(servers: number): (index: number, nowSeconds: number, generate: Generator) => Wish {
	const dueAt = new Map<number, number>();
	const interval = math.max(10, 1.5 * servers);
	return (index, now, generate) => {
		const due = dueAt.get(index) ?? interval * fraction(generate);
		dueAt.set(index, due);
		if (now < due) return NOTHING;
		dueAt.set(index, now + interval * (0.9 + 0.1 * fraction(generate)));
		return { broadcast: "control" };
	};
}

export = () => {
	describe("greedy servers", () => {
		it("stay within the documented limits in every minute, and use most of what these allow", () => {
			for (const servers of $range(2, 16)) {
				const result = playGame(
					{ servers, share: 1, seconds: WHOLE_PERIODS_SECONDS, wish: () => DATA },
					new Generator(servers),
				);
				expectWithinLimits(result, servers, 1);
				// Two or three servers are limited by the spacing of what they borrow, not by their number.
				const expected = servers <= 3 ? 0.55 : 0.8;
				assert(result.utilisation >= expected, `${servers} servers use ${result.utilisation} of the cap`);
			}
		});

		it("use most of what the limits allow with two or three servers, when addressed messages come along", () => {
			for (const servers of [2, 3]) {
				const result = playGame(
					{ servers, share: 1, seconds: 200, wish: () => ({ broadcast: "data", unicasts: 3 }) },
					new Generator(servers),
				);
				expectWithinLimits(result, servers, 1);
				assert(result.gameUtilisation >= 0.8, `${servers} servers use ${result.gameUtilisation} of the cap`);
			}
		});

		it("all get their guarantee", () => {
			for (const servers of [4, 10, 16]) {
				const result = playGame(
					{ servers, share: 0.5, seconds: 240, wish: () => DATA },
					new Generator(servers),
				);
				const guaranteed = (0.5 * receivedPerGamePerMinute(servers)) / (2 * servers * servers);
				const fewest = least(result.broadcastsOf) / 4;
				// Data leaves some of it to control and to owed echoes, and a window is a little longer than a minute.
				assert(fewest >= 0.75 * guaranteed, `${fewest} broadcasts a minute of ${guaranteed} guaranteed`);
			}
		});

		it("keep to their share on average, and to little more in any minute", () => {
			for (const servers of [2, 3, 5, 8, 12, 16]) {
				const share = 0.5;
				const result = playGame(
					{ servers, share, seconds: WHOLE_PERIODS_SECONDS, wish: () => DATA },
					new Generator(servers),
				);
				const most = result.mostSent / (share * receivedPerGamePerMinute(servers));
				// On top comes what is sent unheard, and at first the guarantees, before turns begin.
				assert(
					result.gameUtilisation <= 1.03,
					`${servers} servers use ${result.gameUtilisation} of their share`,
				);
				assert(most <= 1.3, `${servers} servers use ${most} of their share in some minute`);
			}
		});

		it("keep to their share on average with some messages lost", () => {
			for (const servers of [4, 8, 12]) {
				const result = playGame(
					{ servers, share: 0.5, seconds: WHOLE_PERIODS_SECONDS, loss: 0.1, wish: () => DATA },
					new Generator(servers),
				);
				expectWithinLimits(result, servers, 0.5);
				const most = result.mostSent / (0.5 * receivedPerGamePerMinute(servers));
				assert(
					result.gameUtilisation <= 1.05,
					`${servers} servers use ${result.gameUtilisation} of their share`,
				);
				assert(most <= 1.35, `${servers} servers use ${most} of their share in some minute`);
			}
		});
	});

	describe("servers with changing needs", () => {
		it("stay within their share of the limits in every minute", () => {
			property(80, (generate) => {
				const servers = generate.integer(2, 16);
				const share = generate.pick([0.3, 0.5, 0.8, 1]);
				const appetites = new Array<number>();
				const wish = (index: number, now: number): Wish => {
					// Every now and then a server falls silent, sends a little, or all it may.
					if (generate.oneIn(150) || now === 0) appetites[index] = generate.pick([0, 0, 0.02, 0.3, 1]);
					const appetite = appetites[index]!;
					if (fraction(generate) >= appetite) return NOTHING;
					return {
						broadcast: generate.pick(["control", "data", "data", "echo"]),
						unicasts: generate.pick([0, 0, 1, 10]),
					};
				};
				for (const index of $range(0, servers - 1)) appetites[index] = 0;
				const hearingSeconds = generate.pick([
					[0.3, 2],
					[1.9, 2.4],
					[0, 0.1],
				] as Array<[number, number]>);
				const congested = generate.oneIn(3);
				const factor = () => (congested ? generate.pick([1, 0.7, 0.34, 0.1]) : 1);
				const result = playGame({ servers, share, seconds: 150, hearingSeconds, factor, wish }, generate);
				expectWithinLimits(result, servers, share);
			});
		});
	});

	describe("a lone busy server", () => {
		it("borrows what idle ones leave", () => {
			for (const servers of [4, 7, 10, 12, 13]) {
				const idle = beats(servers);
				const result = playGame(
					{
						servers,
						share: 0.5,
						seconds: 240,
						wish: (index, now, generate) => (index === 0 ? DATA : idle(index, now, generate)),
					},
					new Generator(servers),
				);
				expectWithinLimits(result, servers, 0.5);
				const times = result.broadcastTimes[0]!;
				const averageSeconds = 240 / times.size();
				assert(averageSeconds <= 1.2, `${servers} servers: a broadcast every ${averageSeconds} s`);
				for (const position of $range(1, times.size() - 1)) {
					const gapSeconds = times[position]! - times[position - 1]!;
					assert(gapSeconds <= 5, `${servers} servers: silent for ${gapSeconds} s`);
				}
			}
		});

		it("is a hub in a large game, whose leaves send addressed messages", () => {
			const servers = 60;
			const result = playGame(
				{
					servers,
					share: 0.5,
					seconds: 150,
					tickSeconds: 0.25,
					wish: (index, now) => (index === 0 ? DATA : { unicasts: (now + index * 0.25) % 2 === 0 ? 1 : 0 }),
				},
				new Generator(1),
			);
			expectWithinLimits(result, servers, 0.5);
			assert(result.broadcastsOf[0]! >= 90, `${result.broadcastsOf[0]} broadcasts in 150 s`);
		});
	});
};
