import { Job } from "../../job";
import { COLD_START_JOBS } from "./cold-start";
import { CRASH_JOBS } from "./crash";
import { FAULT_JOBS } from "./faults";
import { HANDOVER_JOBS } from "./handover";
import { STEADY_JOBS } from "./steady";

/** What elections are measured by: `npm run bench -- election`. */
export const ELECTION_JOBS: ReadonlyArray<Job> = [
	...CRASH_JOBS,
	...HANDOVER_JOBS,
	...COLD_START_JOBS,
	...STEADY_JOBS,
	...FAULT_JOBS,
];
