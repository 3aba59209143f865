// The rows that benchmarks print, as a Markdown table: one line for each thing measured, one column for each contender.
const OURS = "net-server-sync";

function verdict(met) {
	if (met === undefined) return "";
	return met ? "yes" : "**no**";
}

export function describeTable(rows) {
	const contenders = [OURS];
	const lines = new Map();
	for (const row of rows) {
		if (!contenders.includes(row.contender)) contenders.push(row.contender);
		const line = lines.get(row.what) ?? { goal: row.goal, figures: new Map() };
		line.figures.set(row.contender, row);
		lines.set(row.what, line);
	}
	const [, ...others] = contenders;
	const table = [
		["what", "to reach", OURS, "met", ...others],
		["---", "---", "---", "---", ...others.map(() => "---")],
	];
	for (const [what, { goal, figures }] of lines) {
		const own = figures.get(OURS);
		table.push([
			what,
			goal,
			own?.measured ?? "",
			verdict(own?.met),
			...others.map((contender) => figures.get(contender)?.measured ?? ""),
		]);
	}
	return `${table.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
}
