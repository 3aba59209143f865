/** What was found out about one rule. */
export interface Row {
	readonly rule: string;
	readonly finding: string;
	/** What it was concluded from. */
	readonly evidence: string;
	/** The options of the emulation that are so, as `name: value`; empty if there is none. */
	readonly knob: string;
}

/** The most characters of a row, for it has to fit into a message. */
const ROW_CHARACTERS = 450;

/** One text of what several servers threw, each different one once, at most three. */
export function textsOf(failures: readonly string[]): string {
	const different = new Array<string>();
	for (const failure of failures) {
		if (!different.includes(failure) && different.size() < 3) different.push(failure);
	}
	return different.map((text) => `"${text}"`).join(" and ");
}

function cell(text: string): string {
	return text.gsub("|", "/")[0].gsub("[\r\n]+", " ")[0];
}

/** A row of the tables of docs/fidelity.md. */
export function describeRow(row: Row, date: string, servers: number): string {
	const basis = `observed ${date}, ${servers} servers: ${cell(row.finding)} (${cell(row.evidence)})`;
	const knob = row.knob === "" ? "" : `\`${row.knob}\``;
	return `| ${row.rule} | ${string.sub(basis, 1, ROW_CHARACTERS)} | | | ${knob} |`;
}
