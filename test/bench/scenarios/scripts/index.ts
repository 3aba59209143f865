import { Job } from "../../job";
import { CHARGED_LOOP_JOBS } from "./charged-loops";

/** What entity scripts are measured by: `npm run bench -- scripts`. */
export const SCRIPT_JOBS: ReadonlyArray<Job> = [...CHARGED_LOOP_JOBS];
