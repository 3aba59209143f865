import { HttpService } from "@rbxts/services";
import { OURS, PLAIN, RBX_NET } from "./contender";
import { ours } from "./contenders/ours";
import { plain } from "./contenders/plain";
import { rbxNet } from "./contenders/rbx-net";
import { Host } from "./host";
import { Job } from "./job";
import { BURST_JOBS } from "./scenarios/burst";
import { ELECTION_JOBS } from "./scenarios/election";
import { GARBAGE_JOBS } from "./scenarios/garbage";
import { HOT_KEY_JOBS } from "./scenarios/hot-key";
import { HUB_JOBS } from "./scenarios/hub";
import { IDLE_JOBS } from "./scenarios/idle";
import { JOIN_JOBS } from "./scenarios/join";
import { LAST_MESSAGE_JOBS } from "./scenarios/last-message";
import { LEAVE_JOBS } from "./scenarios/leave";
import { OVERHEAD_JOBS } from "./scenarios/overhead";
import { PROCESSOR_JOBS } from "./scenarios/processor";
import { SCRIPT_JOBS } from "./scenarios/scripts";
import { SIMULATION_JOBS } from "./scenarios/simulation";
import { UPDATE_JOBS } from "./scenarios/updates";

const JOBS: ReadonlyArray<Job> = [
	...UPDATE_JOBS,
	...BURST_JOBS,
	...OVERHEAD_JOBS,
	...HOT_KEY_JOBS,
	...JOIN_JOBS,
	...LAST_MESSAGE_JOBS,
	...LEAVE_JOBS,
	...IDLE_JOBS,
	...GARBAGE_JOBS,
	...PROCESSOR_JOBS,
	...SIMULATION_JOBS,
	...HUB_JOBS,
	...ELECTION_JOBS,
	...SCRIPT_JOBS,
];

/** What a process is to run. */
interface Task {
	readonly job: string;
	readonly contender: string;
	readonly quick: boolean;
	readonly seeds: number[];
	readonly servers?: number[];
}

/** The jobs there are, as JSON. */
export function list(): string {
	return HttpService.JSONEncode(JOBS.map(({ name, contenders, machineCode }) => ({ name, contenders, machineCode })));
}

/** Runs one job, told and answered as JSON. */
export function run(taskText: string, host: Host): string {
	const task = HttpService.JSONDecode(taskText) as Task;
	const job = JOBS.find((candidate) => candidate.name === task.job);
	assert(job, `there is no job "${task.job}"`);
	const contenders = { [OURS]: ours, [PLAIN]: plain, [RBX_NET]: rbxNet(host) };
	const contender = contenders[task.contender as keyof typeof contenders];
	return HttpService.JSONEncode(
		job.run({ quick: task.quick, seeds: task.seeds, servers: task.servers, host, contender }),
	);
}
