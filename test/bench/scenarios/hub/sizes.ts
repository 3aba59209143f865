import { RunOptions } from "../../job";

/** The numbers of servers to measure: those asked for, or those of the scenario. */
export function serversOf(
	{ servers, quick }: RunOptions,
	full: ReadonlyArray<number>,
	few: ReadonlyArray<number>,
): ReadonlyArray<number> {
	if (servers && !servers.isEmpty()) return servers;
	return quick ? few : full;
}
