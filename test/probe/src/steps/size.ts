import { ProbeEngine, publish } from "../engine";
import { TOPICS, subscribe } from "../line";
import { Row } from "../rows";

/** A message that is refused once may have met another failure. */
const TRIES = 6;
const MOST = 2200;
const ARRIVAL_SECONDS = 8;

interface Alphabet {
	readonly name: string;
	readonly text: string;
}

const ALPHABETS: readonly Alphabet[] = [
	{ name: "a", text: "a" },
	{ name: "two bytes", text: "é" },
	{ name: "three bytes", text: "€" },
	{ name: "quote", text: '"' },
	{ name: "control character", text: "\x01" },
];

/** How many repetitions of each text one message may have, and how many of those longest messages arrived as they were. */
export interface Sizes {
	readonly most: readonly number[];
	readonly arrived: number;
}

function isTaken(engine: ProbeEngine, topic: string, message: string): boolean {
	for (const _ of $range(1, TRIES)) if (publish(engine, topic, message).failure === undefined) return true;
	return false;
}

/** Nobody listens while lengths are tried, so that nothing counts as received. Yields. */
export function measureSizes(engine: ProbeEngine, run: string): Sizes {
	const topic = `${TOPICS}/${run}/size`;
	const most = new Array<number>();
	for (const { text } of ALPHABETS) {
		let [taken, refused] = [0, MOST];
		while (refused - taken > 1) {
			const middle = (taken + refused).idiv(2);
			if (isTaken(engine, topic, text.rep(middle))) taken = middle;
			else refused = middle;
		}
		most.push(taken);
	}
	const seen = new Set<string>();
	const connection = subscribe(engine, topic, (data) => seen.add(tostring(data)));
	const longest = ALPHABETS.map(({ text }, index) => text.rep(most[index]!));
	for (const message of longest) isTaken(engine, topic, message);
	engine.task.wait(ARRIVAL_SECONDS);
	connection?.Disconnect();
	return { most, arrived: longest.filter((message) => seen.has(message)).size() };
}

export function sizeRows({ most, arrived }: Sizes): Row[] {
	const [ascii, , three, quotes] = most as [number, number, number, number];
	const lengths = ALPHABETS.map(({ name }, index) => `${name} ${most[index]}`).join(", ");
	const evidence = `longest taken: ${lengths}; of these ${arrived} of ${ALPHABETS.size()} came back unchanged`;
	if (ascii >= MOST - 1) {
		return [{ rule: "The size of a message", finding: `no limit up to ${ascii}`, evidence, knob: "" }];
	}
	const unit = three > 0.9 * ascii ? "characters" : "bytes";
	const isEncoded = quotes < 0.9 * ascii;
	const limit = isEncoded ? ascii + 2 : ascii;
	let knob = "";
	if (unit === "characters" && !isEncoded) knob = 'sizeUnit: "characters"';
	else if (unit === "bytes" && isEncoded) knob = 'sizeUnit: "json bytes"';
	const finding = `at most ${limit} ${unit} ${isEncoded ? "of its JSON, quotes included" : "as it is"}`;
	return [{ rule: "The size of a message", finding, evidence, knob }];
}
