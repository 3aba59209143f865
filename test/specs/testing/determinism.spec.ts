/// <reference types="@rbxts/testez/globals" />
import { currentPlatform } from "../../../src/platform/current";
import { RandomStream, VirtualGame, VirtualServer } from "../../../src/testing";

/** A game in which servers chatter, freeze, crash, close and start, as the seed says. Each call of the result is a minute. */
function eventfulGame(seed: number): { world: VirtualGame; runMinute: () => void; checkInFlight: () => void } {
	const world = VirtualGame({
		seed,
		loss: 0.1,
		duplication: 0.05,
		publishErrors: 0.05,
		publishHangs: 0.01,
		subscribeErrors: 0.1,
		reorderSeconds: 3,
		clockSkewSeconds: [-10, 10],
		clockDrift: [-1e-4, 1e-4],
	});
	const random = new RandomStream(seed, "events");
	let routed = 0;
	world.SetFilter(() => {
		routed += 1;
		return "deliver";
	});
	const addServer = (): void => {
		world.AddServer({
			players: math.floor(random.next() * 10),
			setup: () => {
				const platform = currentPlatform();
				let heard = 0;
				const subscribe = (): void => {
					platform.subscribe(
						"chatter",
						() => {
							heard += 1;
							if (heard % 10 === 0) platform.publish("tens", `${heard}`, () => {});
						},
						(failure) => failure !== undefined && platform.schedule(1, subscribe),
					);
				};
				subscribe();
				platform.subscribe(
					"tens",
					() => {},
					() => {},
				);
				const chatter = (): void => {
					platform.publish("chatter", platform.guid(), () => {});
					platform.schedule(5 + platform.random() * 20, chatter);
				};
				chatter();
				platform.onClosing((done) => platform.publish("chatter", "goodbye", done));
			},
		});
	};
	const disturb = (server: VirtualServer): void => {
		const dice = random.next();
		if (dice < 0.2) server.Crash();
		else if (dice < 0.4) server.Close();
		else if (dice < 0.7) server.Freeze(random.next() * 20);
		else server.SetDeaf(random.next() < 0.5);
	};
	for (const _ of $range(1, 8)) addServer();
	return {
		world,
		runMinute: () => {
			for (const _ of $range(1, 6)) {
				world.Run(10);
				const servers = world.GetServers();
				const chosen = servers[math.floor(random.next() * servers.size())];
				if (chosen) disturb(chosen);
				if (servers.size() < 8 || random.next() < 0.3) addServer();
			}
		},
		checkInFlight: () => {
			for (const server of world.GetServers()) server.Crash();
			world.Run(100);
			const counted = world.GetStatistics();
			const ended =
				counted.deliveries + counted.droppedByLoss + counted.droppedByDeafness + counted.droppedAtDisconnected;
			assert(ended === routed + counted.duplicates, `${ended} deliveries ended of ${routed} that began`);
		},
	};
}

export = () => {
	describe("a VirtualGame", () => {
		it("runs the same for the same seed, also beside others in the same script", () => {
			for (const seed of $range(1, 2)) {
				const [one, two, other] = [eventfulGame(seed), eventfulGame(seed), eventfulGame(seed + 1000)];
				for (const _ of $range(1, 5)) {
					one.runMinute();
					other.runMinute();
				}
				for (const _ of $range(1, 5)) two.runMinute();
				expect(one.world.GetTraceHash()).to.equal(two.world.GetTraceHash());
				expect(one.world.GetTraceHash() === other.world.GetTraceHash()).to.equal(false);
			}
		});

		it("accounts for every delivery", () => {
			for (const seed of $range(1, 5)) {
				const { runMinute, checkInFlight } = eventfulGame(seed);
				for (const _ of $range(1, 5)) runMinute();
				checkInFlight();
			}
		});
	});
};
