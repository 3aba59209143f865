import { Series } from "./run-record";
import { Merge, SampleTable } from "./sample-table";

/** What is sampled: all of a record's series but their times. */
export type Column = Exclude<keyof Series, "atSeconds">;

const COLUMNS: ReadonlyArray<readonly [Column, Merge]> = [
	["gameReceived", "most"],
	["gameLimit", "last"],
	["gameWanted", "most"],
	["topicReceived", "most"],
	["topicLimit", "last"],
	["topicWanted", "most"],
	["sends", "most"],
	["sendsLimit", "last"],
	["published", "sum"],
	["delivered", "sum"],
	["lost", "sum"],
	["overLimit", "sum"],
	["duplicates", "sum"],
	["repairs", "sum"],
	["liveServers", "last"],
	["seenLeast", "last"],
	["seenMost", "last"],
	["shownLeast", "last"],
	["shownMost", "last"],
];
const SAMPLES_MOST = 360;

export function newSamples(): SampleTable<Column> {
	return new SampleTable(COLUMNS, SAMPLES_MOST);
}

export function seriesOf(samples: SampleTable<Column>): Series {
	const columns = {} as { [column in Column]: number[] };
	for (const [name] of COLUMNS) columns[name] = samples.column(name);
	return { atSeconds: samples.atSeconds, ...columns };
}
