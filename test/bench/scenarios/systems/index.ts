import { Job } from "../../job";
import { LATENCY_JOBS } from "./latency";
import { LOOK_UP_JOBS } from "./look-up";
import { PLACEMENT_JOBS } from "./placement";
import { SCHEDULE_JOBS } from "./schedules";

/** What systems of modules are measured by: `npm run bench -- systems`. */
export const SYSTEM_JOBS: ReadonlyArray<Job> = [...LOOK_UP_JOBS, ...PLACEMENT_JOBS, ...LATENCY_JOBS, ...SCHEDULE_JOBS];
