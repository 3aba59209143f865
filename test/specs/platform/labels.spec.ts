/// <reference types="@rbxts/testez/globals" />
import { EntitySpace, DefineScript } from "../../../src/entity";
import { labelled, Label, Profiler } from "../../../src/platform/labels";
import { StringPool } from "../../../src/pool/pools";
import { VirtualGame } from "../../../src/testing";
import { EmulatedServer } from "../../../src/testing/virtual-server";

/** Counts labels, and whether each that begins ends, and in its turn. */
class RecordingProfiler implements Profiler {
	readonly begun = new Map<string, number>();
	readonly open = new Array<string>();
	mostOpen = 0;
	surplusEnds = 0;

	begin(label: string): void {
		this.begun.set(label, (this.begun.get(label) ?? 0) + 1);
		this.open.push(label);
		this.mostOpen = math.max(this.mostOpen, this.open.size());
	}

	end(): void {
		if (this.open.pop() === undefined) this.surplusEnds += 1;
	}
}

export = () => {
	describe("labels of the micro-profiler", () => {
		it("end where what they stand for ends, and where it throws", () => {
			const profiler = new RecordingProfiler();
			let seen = 0;
			labelled({ profiler }, Label.Flush, () => (seen = profiler.open.size()));
			expect(seen).to.equal(1);
			const [success, problem] = pcall(() =>
				labelled({ profiler }, Label.Receive, () =>
					labelled({ profiler }, Label.Apply, () => error("it broke", 0)),
				),
			);
			expect(success).to.equal(false);
			expect(problem).to.equal("it broke");
			expect(profiler.open.size()).to.equal(0);
			expect(profiler.surplusEnds).to.equal(0);
		});

		it("are not needed", () => {
			let ran = false;
			labelled({}, Label.Flush, () => (ran = true));
			expect(ran).to.equal(true);
		});

		it("balance on every hot path of servers that share things, though the game's own code throws and yields", () => {
			const world = VirtualGame({ seed: 4, loss: 0.05 });
			const profilers = new Array<RecordingProfiler>();
			const servers = [1, 2, 3].map((number) => {
				const server = world.AddServer() as EmulatedServer;
				const profiler = new RecordingProfiler();
				(server.platform as { profiler?: Profiler }).profiler = profiler;
				profilers.push(profiler);
				server.Do(() => {
					const pool = StringPool("Players");
					pool.ContributionAdded.Connect((name) => error(`${name} is not wanted`));
					pool.ContributionAdded.Connect(() => server.Engine.task.wait(3));
					pool.ReplaceContribution(`Player${number}`);
					const space = EntitySpace("World", { election: "bully" });
					const Clock = DefineScript(`Clock${number}`, {}, (context) => {
						context.OnTick(() => server.Engine.task.wait(1));
						context.OnTick(() => error("no time"));
					});
					if (number === 1) space.CreateEntity("clock", Clock, {});
				});
				return server;
			});
			// Between two moments nothing runs, so nothing may be open.
			let leftOpen = 0;
			for (const step of $range(1, 500)) {
				if (step === 400) servers[1]!.Do(() => StringPool("Players").ReplaceContribution("Another"));
				world.Run(0.1);
				for (const profiler of profilers) leftOpen += profiler.open.size();
			}
			expect(leftOpen).to.equal(0);
			for (const profiler of profilers) {
				expect(profiler.surplusEnds).to.equal(0);
				expect(profiler.mostOpen <= 3).to.equal(true);
				for (const label of [Label.Receive, Label.Apply, Label.Flush])
					expect(profiler.begun.get(label) ?? 0).never.to.equal(0);
			}
			expect(profilers[0]!.begun.get(Label.Turn) ?? 0).never.to.equal(0);
			let ticks = 0;
			for (const profiler of profilers) ticks += profiler.begun.get(Label.Tick) ?? 0;
			expect(ticks > 60).to.equal(true);
			world.Destroy();
		});
	});
};
