import { ProbeEngine, publish } from "../engine";
import { TOPICS } from "../line";
import { Row } from "../rows";

interface Case {
	readonly name: string;
	readonly topic?: string;
	readonly message: unknown;
}

function cycle(): unknown {
	const cyclic: { inner?: unknown } = {};
	cyclic.inner = cyclic;
	return cyclic;
}

const CASES: readonly Case[] = [
	{ name: "a topic of 81 characters", topic: "t".rep(81), message: "m" },
	{ name: "an empty topic", topic: "", message: "m" },
	{ name: "no message", message: undefined },
	{ name: "a message of 3,000 characters", message: "m".rep(3000) },
	{ name: "text that is not UTF-8", message: "\xff\xfe" },
	{ name: "text with a zero byte", message: "a\0b" },
	{ name: "a function", message: () => {} },
	{ name: "a table that contains itself", message: cycle() },
	{ name: "a table with a key that is neither text nor of an array", message: new Map([[true, 1]]) },
	{ name: "not a number", message: 0 / 0 },
	{ name: "a buffer", message: buffer.create(8) },
];

/** Makes calls that may be refused, and reports what is thrown. Yields. */
export function refusalRows(engine: ProbeEngine, run: string): Row[] {
	return CASES.map(({ name, topic, message }) => {
		const { failure } = publish(engine, topic ?? `${TOPICS}/${run}/refusals`, message);
		return {
			rule: `Publishing ${name}`,
			finding: failure === undefined ? "is accepted" : "throws",
			evidence: failure === undefined ? "no error" : `"${failure}"`,
			knob: "",
		};
	});
}
