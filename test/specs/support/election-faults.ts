import { RandomStream } from "../../../src/testing";
import { ElectionGame } from "./election-game";

const RUN_SECONDS = 120;
const CALM_SECONDS = 45;
const PLAYERS = 10;

/** One game with everything that can go wrong, drawn from a seed; what was wrong with it. */
export function runWithFaults(seed: number): { readonly problems: string[]; readonly elections: number } {
	const random = new RandomStream(seed, "faults");
	const draw = () => random.next();
	const chance = (probability: number) => draw() < probability;
	const trial = new ElectionGame({
		seed,
		election: { mode: "lease", timing: chance(0.3) ? "fast" : "default" },
		loss: draw() * 0.3,
		duplication: chance(0.3) ? 0.1 : 0,
		lateDeliveries: chance(0.3) ? 0.02 : 0,
		lateSeconds: 40,
		memoryErrors: chance(0.4) ? draw() * 0.3 : 0,
		memoryErrorsAfterEffect: draw(),
		memoryHangs: chance(0.2) ? 0.05 : 0,
		memoryConflicts: chance(0.2) ? 0.2 : 0,
		clockDrift: [-0.1, 0.1],
		clockSkewSeconds: [-20, 20],
	});
	const { world } = trial;
	const servers = 2 + math.floor(draw() * 4);
	const anyServer = () => {
		const live = trial.live();
		// Leaders have more to suffer.
		const [leader] = trial.leaders();
		return leader && draw() < 0.6 ? leader : live[math.floor(draw() * live.size())];
	};
	for (const _ of $range(1, servers)) {
		world.Schedule(draw() * (draw() < 0.5 ? 0.1 : 20), () => trial.add(1, { players: PLAYERS }));
	}
	const events = 3 + math.floor(draw() * 8);
	for (const _ of $range(1, events)) {
		const kind = draw();
		const atSeconds = 12 + draw() * (RUN_SECONDS - 20);
		const lengthSeconds = draw() * 60;
		world.Schedule(atSeconds, () => {
			const victim = anyServer();
			if (!victim || victim.server.IsFrozen()) return;
			if (kind < 0.15) victim.server.Crash();
			else if (kind < 0.35) victim.server.Freeze(lengthSeconds);
			else if (kind < 0.42) victim.server.Close();
			else if (kind < 0.5) victim.server.Do(() => victim.election.Resign());
			else if (kind < 0.6) {
				trial.partition((number) => number % 2);
				world.Schedule(lengthSeconds, () => trial.heal());
			} else if (kind < 0.7) {
				world.SetFaults({ memoryErrors: 1, memoryErrorsAfterEffect: draw() });
				world.Schedule(math.min(lengthSeconds, 20), () => world.SetFaults({ memoryErrors: 0 }));
			} else if (kind < 0.8) world.WipeMemoryStore();
			else if (kind < 0.9) trial.add(1, { players: PLAYERS });
			else victim.server.JumpClock(20 * (draw() - 0.5));
		});
	}
	world.Run(RUN_SECONDS);
	world.SetFaults({ memoryErrors: 0, memoryHangs: 0, loss: 0 });
	trial.heal();
	const problems = new Array<string>();
	if (trial.live().isEmpty()) trial.add(1, { players: PLAYERS });
	world.Run(RUN_SECONDS / 2 + CALM_SECONDS);
	if (trial.leaders().size() !== 1)
		problems.push(`L7: ${trial.leaders().size()} leaders after all faults have ended`);
	for (const problem of [...trial.problems, ...trial.world.Errors.map(({ text }) => text)]) problems.push(problem);
	world.Destroy();
	return { problems, elections: trial.elections };
}
