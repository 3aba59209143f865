import { CROWD_JOBS } from "./crowd";
import { Job } from "../../job";
import { HUB_CAPACITY_JOBS } from "./capacity";
import { HUB_COST_JOBS } from "./costs";
import { HUB_DEPARTURE_JOBS } from "./departures";
import { HUB_HALVING_JOBS } from "./halving";
import { HUB_IDLE_JOBS } from "./idle";
import { HUB_JOIN_JOBS } from "./join";
import { RELAY_JOBS } from "./relays";
import { HUB_REPAIR_JOBS } from "./repair";
import { START_UP_JOBS } from "./start-up";
import { HUB_UPDATE_JOBS, LARGE_UPDATE_JOBS } from "./updates";

/** What games of more than a dozen servers are measured by: `npm run bench -- hub`. */
export const HUB_JOBS: ReadonlyArray<Job> = [
	...HUB_UPDATE_JOBS,
	...HUB_CAPACITY_JOBS,
	...HUB_IDLE_JOBS,
	...HUB_JOIN_JOBS,
	...HUB_REPAIR_JOBS,
	...HUB_DEPARTURE_JOBS,
	...HUB_HALVING_JOBS,
	...HUB_COST_JOBS,
	...START_UP_JOBS,
	...LARGE_UPDATE_JOBS,
	...RELAY_JOBS,
	...CROWD_JOBS,
];
