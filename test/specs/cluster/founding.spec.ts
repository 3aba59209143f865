/// <reference types="@rbxts/testez/globals" />
import { foundGame } from "../support/founding-model";

const CLAIMS_MOST = 9;
const HEARD_SECONDS_MOST = 7;
const DELIVERIES_MOST_A_SERVER = 20;

export = () => {
	describe("servers that start together", () => {
		for (const [servers, games] of [
			[2, 40],
			[13, 40],
			[100, 20],
			[500, 10],
			[2000, 4],
		] as const) {
			it(`${servers} claim at most ${CLAIMS_MOST} times, and nearly all have heard a claim within ${HEARD_SECONDS_MOST} s`, () => {
				for (const withinSeconds of [0, 3]) {
					const heard = new Array<number>();
					for (const seed of $range(1, games)) {
						const { claims, intentionDeliveries, heardSeconds } = foundGame(seed, servers, withinSeconds);
						if (claims < 1 || claims > CLAIMS_MOST) error(`seed ${seed}: ${claims} claims`);
						if (intentionDeliveries > DELIVERIES_MOST_A_SERVER * servers) {
							error(`seed ${seed}: ${intentionDeliveries} deliveries of intentions`);
						}
						for (const seconds of heardSeconds) heard.push(seconds);
					}
					heard.sort();
					const most = heard[math.floor(heard.size() * 0.95)]!;
					if (most > HEARD_SECONDS_MOST) error(`95 % within ${most} s`);
				}
			});
		}
	});
};
