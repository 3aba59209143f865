import { DefineModule, System } from "../../../../src/system";
import { Arena } from "../../../specs/support/arena";
import { VirtualServer } from "../../../../src/testing";
import { OURS } from "../../contender";
import { Job, RunOptions } from "../../job";
import { decimals, Outcome, row } from "../../row";

const MODULES = 10_000;
const MODULES_PER_SYSTEM = 250;
const LOOK_UPS = 1_000_000;
const QUICK_LOOK_UPS = 100_000;

/** On one server that knows so many modules. */
function measure(options: RunOptions): Outcome {
	const modules = new Map<VirtualServer, never>();
	const arena = new Arena({
		servers: 1,
		setup: (_arena, server) => {
			modules.set(server, DefineModule("Lamp", {}, () => ({})) as never);
		},
	});
	const [server] = arena.servers as [VirtualServer];
	const ids = new Array<string>();
	for (const first of $range(1, MODULES, MODULES_PER_SYSTEM)) {
		const id = `s${first}`;
		ids.push(id);
		const list = new Array<{ id: string; module: never }>();
		for (const index of $range(first, first + MODULES_PER_SYSTEM - 1))
			list.push({ id: `l${index}`, module: modules.get(server)! });
		server.Do(() => System(id).SetModules(list));
	}
	arena.world.Run(10);
	const count = options.quick ? QUICK_LOOK_UPS : LOOK_UPS;
	const { clock, allocated } = options.host;
	let found = 0;
	let seconds = math.huge;
	let kilobytes = math.huge;
	server.Do(() => {
		const systems = ids.map((id) => System(id));
		const look = (times: number): void => {
			for (const index of $range(1, times)) {
				const system = systems[index % systems.size()]!;
				const id = system.Module("Lamp", 1 + ((index * 7) % MODULES_PER_SYSTEM)).GetId();
				if (id !== undefined) found += 1;
			}
		};
		// Each place is made when it is first asked for.
		look(MODULES * 4);
		for (const _ of $range(1, 3)) {
			const [before, start] = [allocated(), clock()];
			look(count);
			seconds = math.min(seconds, clock() - start);
			kilobytes = math.min(kilobytes, math.max(0, allocated() - before));
		}
	});
	arena.world.Destroy();
	assert(found === MODULES * 4 + 3 * count, "every module is found");
	const microseconds = (seconds / count) * 1e6;
	const bytes = (kilobytes * 1024) / count;
	const { name } = options.contender;
	return {
		rows: [
			row(
				name,
				`look-up of a module among ${MODULES}, and of its id`,
				"<= 1 µs",
				`${decimals(microseconds, 2)} µs`,
				microseconds <= 1,
			),
			row(name, `look-up among ${MODULES}: bytes allocated for each`, "0", decimals(bytes, 2), bytes < 0.01),
		],
		notes: [],
	};
}

export const LOOK_UP_JOBS: ReadonlyArray<Job> = [{ name: "systems look-up", contenders: [OURS], run: measure }];
