// What the recorder's parts have to do, for the check of the report.
import { DiagramRecorder } from "./diagram-recorder";
import { LagMeter } from "./lag-meter";
import { Reigns } from "./reigns";
import { grouped, milliseconds, percentile } from "./rounding";
import { SampleTable } from "./sample-table";
import { ServerLanes } from "./server-lanes";
import { TrafficMeter } from "./traffic-meter";

const FOREVER = math.huge;

/** A meter with servers 1 to 3, all of which show the pool. */
function meterOfThree(latestWins = false): LagMeter {
	const meter = new LagMeter(latestWins);
	for (const server of $range(1, 3)) meter.view(server, "P");
	return meter;
}

function showOn(meter: LagMeter, value: string, times: ReadonlyArray<number>): void {
	times.forEach((seconds, index) => meter.show(index + 1, "P", "k", value, seconds));
}

function same(actual: unknown, expected: unknown): void {
	assert(actual === expected, `${tostring(actual)} instead of ${tostring(expected)}`);
}

function slowest(meter: LagMeter): number {
	return meter.percentiles([1], FOREVER)[0]!;
}

const CHECKS: ReadonlyArray<readonly [name: string, check: () => void]> = [
	[
		"a change has arrived when the last server shows it",
		() => {
			const meter = meterOfThree();
			meter.change("P", "k", "a", 1, 10);
			showOn(meter, "a", [10, 11.5]);
			same(meter.missing(FOREVER), 1);
			same(slowest(meter), -1);
			meter.show(3, "P", "k", "a", 12);
			same(meter.missing(FOREVER), 0);
			same(slowest(meter), 2);
		},
	],
	[
		"a newer value of the key counts for the older one",
		() => {
			const meter = meterOfThree();
			meter.change("P", "k", "a", 1, 0);
			meter.change("P", "k", "b", 1, 1);
			showOn(meter, "b", [1, 3, 4]);
			same(meter.arrived(), 2);
			same(meter.percentiles([0.5, 1], FOREVER).join(), "3, 4");
		},
	],
	[
		"an older value that comes late changes nothing",
		() => {
			const meter = meterOfThree();
			meter.change("P", "k", "a", 1, 0);
			meter.change("P", "k", "b", 1, 1);
			showOn(meter, "b", [1, 3]);
			meter.show(3, "P", "k", "a", 5);
			same(meter.arrived(), 1);
			same(meter.missing(FOREVER), 1);
		},
	],
	[
		"a removal is shown by those that never had the key",
		() => {
			const meter = meterOfThree();
			meter.change("P", "k", "", 1, 7);
			same(meter.arrived(), 1);
			same(slowest(meter), 0);
		},
	],
	[
		"a server that a fault holds up is not waited for until that ends",
		() => {
			const meter = meterOfThree();
			meter.change("P", "k", "a", 1, 0);
			meter.disturb([3], () => 20);
			showOn(meter, "a", [0, 2]);
			same(slowest(meter), 2);
			meter.change("P", "k", "b", 1, 10);
			showOn(meter, "b", [10, 11]);
			same(meter.arrived(), 2);
			meter.change("P", "k", "c", 1, 21);
			showOn(meter, "c", [21, 22]);
			same(meter.arrived(), 2);
			same(meter.missing(FOREVER), 1);
		},
	],
	[
		"what a held up server changes is not measured",
		() => {
			const meter = meterOfThree();
			meter.disturb([1], () => 20);
			meter.change("P", "k", "a", 1, 5);
			same(meter.missing(FOREVER), 0);
			showOn(meter, "a", [5, 25, 26]);
			same(meter.arrived(), 0);
		},
	],
	[
		"two servers that change a key at once: not measured, unless the order is known",
		() => {
			for (const latestWins of [false, true]) {
				const meter = meterOfThree(latestWins);
				meter.change("P", "k", "a", 1, 0);
				meter.change("P", "k", "b", 2, 1);
				showOn(meter, "b", [3, 3, 3]);
				same(meter.arrived(), latestWins ? 2 : 0);
				same(meter.contested, latestWins ? 0 : 2);
			}
		},
	],
	[
		"what only a crashed server knew is lost with it, and it learns nothing any more",
		() => {
			const meter = meterOfThree();
			meter.change("P", "k", "a", 1, 0);
			meter.serverEnded(1, true, 1);
			same(meter.perished, 1);
			same(meter.missing(FOREVER), 0);
			meter.change("P", "k", "b", 2, 5);
			meter.show(2, "P", "k", "b", 5);
			meter.serverEnded(3, true, 6);
			same(meter.missing(FOREVER), 0);
			same(meter.arrived(), 0);
		},
	],
	[
		"of a server that closed, others show its last value or that the key is gone",
		() => {
			const meter = meterOfThree();
			meter.change("P", "k", "a", 1, 0);
			meter.show(2, "P", "k", "a", 1);
			meter.serverEnded(1, false, 2);
			same(meter.missing(FOREVER), 0);
			same(slowest(meter), 2);
			const other = meterOfThree();
			for (const server of $range(1, 3)) other.show(server, "P", "k", "old", 0);
			other.change("P", "k", "new", 1, 1);
			other.serverEnded(1, false, 2);
			same(other.missing(FOREVER), 1);
			other.show(2, "P", "k", "", 4);
			other.show(3, "P", "k", "new", 5);
			same(slowest(other), 4);
		},
	],
	[
		"changes of the last moments are not missing yet",
		() => {
			const meter = meterOfThree();
			meter.change("P", "k", "a", 1, 50);
			same(meter.missing(40), 0);
			same(meter.missing(60), 1);
			const { never } = meter.series(60, 60);
			same(never[50], 1);
			same(meter.distribution(20, 60).never, 1);
		},
	],
	[
		"lags are counted in bins, and what is longer apart",
		() => {
			const meter = meterOfThree();
			for (const seconds of [0.2, 0.6, 19.9, 25]) {
				meter.change("P", "k", `v${seconds}`, 1, 100);
				showOn(meter, `v${seconds}`, [100, 100, 100 + seconds]);
			}
			const { counts, binSeconds, beyond } = meter.distribution(20, FOREVER);
			same(binSeconds, 0.5);
			same([counts[0]!, counts[1]!, counts[39]!, beyond].join(), "1, 1, 1, 1");
		},
	],
	[
		"samples are merged by their kinds when there are too many",
		() => {
			const samples = new SampleTable<"count" | "peak" | "level">(
				[
					["count", "sum"],
					["peak", "most"],
					["level", "last"],
				],
				4,
			);
			for (const value of [1, 4, 2, 3]) samples.add(value, { count: value, peak: value, level: value });
			same(samples.stepSeconds, 2);
			same(samples.column("count").join(), "5, 5");
			same(samples.column("peak").join(), "4, 3");
			same(samples.column("level").join(), "4, 3");
			same(samples.atSeconds.size(), 2);
		},
	],
	[
		"the busiest minute is the peak since it was last asked",
		() => {
			const meter = new TrafficMeter();
			meter.published(1, 1, "T", 0);
			for (const _ of $range(1, 5)) meter.copied(1, 1);
			meter.refused(1, 1);
			const first = meter.takePeaks(30);
			same([first.game, first.gameWanted, first.topic, first.topicWanted].join(), "5, 6, 5, 6");
			same(meter.takeSends(1, 30), 1);
			same(meter.takePeaks(61.5).game, 5);
			same(meter.takePeaks(62).game, 0);
		},
	],
	[
		"what a server sees is kept as long as it stays the same",
		() => {
			const lanes = new ServerLanes();
			lanes.started(1, 0);
			for (const now of [1, 2, 3]) lanes.saw(1, now - 1, now, { seen: 2, missing: 1, gone: 0 });
			for (const now of [4, 5]) lanes.saw(1, now - 1, now, { seen: 3, missing: 0, gone: 0 });
			const { views } = lanes.lanes[0]!;
			same(views.map(({ fromSeconds, toSeconds }) => `${fromSeconds}-${toSeconds}`).join(), "0-3, 3-5");
			same(lanes.longestWrongSeconds(0), 3);
			same(lanes.longestWrongSeconds(1), 2);
		},
	],
	[
		"two leaders at a time and none are counted, by each one's own clock",
		() => {
			const reigns = new Reigns();
			let holds = true;
			reigns.began("boss", 1, 10, 3, () => holds);
			reigns.serverEnded(1, 10, "crashed");
			reigns.began("boss", 2, 11, 18, () => holds);
			holds = false;
			reigns.began("boss", 3, 12, 20);
			reigns.began("boss", 4, 13, 25);
			reigns.ended("boss", 3, 27, "superseded");
			const text = reigns.list.map((reign) => `${reign.server} ${reign.toSeconds} ${reign.end}`).join();
			same(text, "1 10 crashed, 2 20 expired, 3 27 superseded, 4 -1 leads");
			const { vacantSeconds, doubleSeconds } = reigns.totals(30);
			same(vacantSeconds, 8);
			same(doubleSeconds, 2);
			reigns.ended("boss", 4, 30, "resigned");
			same(reigns.totals(50).vacantSeconds, 20);
		},
	],
	[
		"a time with three leaders counts as one with two",
		() => {
			const reigns = new Reigns();
			for (const server of $range(1, 3)) reigns.began("boss", server, server, server);
			for (const server of $range(1, 3)) reigns.ended("boss", server, 10 + server, "superseded");
			same(reigns.totals(20).doubleSeconds, 10);
		},
	],
	[
		"what leads in one scope is no leader of another",
		() => {
			const reigns = new Reigns();
			reigns.began("boss", 1, 10, 0);
			reigns.began("weather", 2, 10, 5);
			reigns.ended("weather", 2, 8, "resigned");
			same(reigns.list[0]!.toSeconds, -1);
			same(reigns.totals(10).doubleSeconds, 0);
			same(reigns.totals(10).vacantSeconds, 2);
		},
	],
	[
		"the diagram keeps its window, and of the rest the last half minute",
		() => {
			const diagram = new DiagramRecorder();
			diagram.choose({ fromSeconds: 10, toSeconds: 12, text: "" }, false);
			for (const second of $range(1, 100)) {
				diagram.published(second, 1, "changes", 100, second);
				diagram.delivered(second, 2, second + 1);
				diagram.forget(second);
			}
			const { messages, leftOut } = diagram.messages();
			// The first one arrives in it.
			same(messages.map(({ atSeconds }) => atSeconds).join(), "9, 10, 11, 12");
			same(leftOut, 0);
			diagram.choose({ fromSeconds: 75, toSeconds: 80, text: "" }, false);
			same(diagram.messages().messages.size(), 7);
		},
	],
	[
		"signs of life are the first to go from a crowded diagram, but for lost ones",
		() => {
			const diagram = new DiagramRecorder();
			diagram.choose({ fromSeconds: 0, toSeconds: 10, text: "" }, false);
			for (const index of $range(1, 200)) {
				diagram.published(index, 1, index % 2 === 0 ? "beat" : "changes", 10, 1);
				diagram.delivered(index, 2, 2);
			}
			diagram.lost(2, 3, "loss");
			const { messages, leftOut } = diagram.messages();
			same(messages.filter(({ kind }) => kind === "beat").size(), 1);
			same(messages.size(), 101);
			same(leftOut, 99);
		},
	],
	[
		"a suggested window gives way to a choice",
		() => {
			const diagram = new DiagramRecorder();
			const window = (text: string) => ({ fromSeconds: 0, toSeconds: 1, text });
			diagram.choose(window("first crash"), true);
			diagram.choose(window("second crash"), true);
			same(diagram.window!.text, "first crash");
			diagram.choose(window("failure"), false);
			diagram.choose(window("third crash"), true);
			same(diagram.window!.text, "failure");
		},
	],
	[
		"numbers are rounded and grouped",
		() => {
			same(milliseconds(1.23456), 1.235);
			same(milliseconds(FOREVER), -1);
			same(grouped(1234567), "1,234,567");
			same(grouped(999), "999");
			same(percentile([], 0.5), -1);
			same(percentile([1, 2, 3, 4], 0.5), 2);
			same(percentile([1, 2, 3, 4], 0.99), 4);
		},
	],
];

/** Names of all checks, each with what is wrong, "" if nothing is. */
export function run(): Array<{ name: string; problem: string }> {
	return CHECKS.map(([name, check]) => {
		const [success, problem] = pcall(check);
		return { name, problem: success ? "" : tostring(problem) };
	});
}
