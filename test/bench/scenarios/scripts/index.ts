import { Job } from "../../job";
import { EDIT_JOBS } from "./edits";
import { SCHEDULE_JOBS } from "./schedules";

/** What entities and their scripts are measured by: `npm run bench -- scripts`. */
export const SCRIPT_JOBS: ReadonlyArray<Job> = [...EDIT_JOBS, ...SCHEDULE_JOBS];
