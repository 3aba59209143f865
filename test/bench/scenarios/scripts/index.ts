import { Job } from "../../job";
import { CHARGED_LOOP_JOBS } from "./charged-loops";
import { EDIT_JOBS } from "./edits";
import { EXACTLY_ONCE_JOBS } from "./exactly-once";
import { LEADER_JOBS } from "./leaders";
import { SCHEDULE_JOBS } from "./schedules";
import { SHOUT_JOBS } from "./shouts";

/** What entities and their scripts are measured by: `npm run bench -- scripts`. */
export const SCRIPT_JOBS: ReadonlyArray<Job> = [
	...EDIT_JOBS,
	...SCHEDULE_JOBS,
	...SHOUT_JOBS,
	...EXACTLY_ONCE_JOBS,
	...LEADER_JOBS,
	...CHARGED_LOOP_JOBS,
];
