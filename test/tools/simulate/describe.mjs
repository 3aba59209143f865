// What a campaign has to say.

const MOST_EVENTS = 60;

function at(seconds) {
	return `${seconds.toFixed(3).padStart(9)} s`;
}

/** Everything that somebody needs to look into a failed run. */
export function describeFailure({ commit, seed, file, kept, problem, atSeconds, involved, events, story, hash }) {
	const lines = [
		"",
		`FAILED ${kept ?? `seed ${seed}`}: ${problem}`,
		`  at ${(atSeconds ?? 0).toFixed(3)} s of virtual time, commit ${commit}, hash ${hash}`,
		`  plan: ${file}`,
		"  what happened last:",
		...(story ?? []).slice(-12).map((line) => `    ${at(line.atSeconds)}  ${line.text}`),
	];
	if (events?.length > 0) {
		lines.push(`  last messages of server ${involved.join(", ")}:`);
		for (const event of events.slice(-MOST_EVENTS)) lines.push(`    ${at(event.atSeconds)}  ${event.text}`);
	}
	lines.push(`  again:   npm run simulate -- --plan ${file}`, `  smaller: npm run simulate -- --shrink ${file}`, "");
	return lines.join("\n");
}

function quantile(sorted, part) {
	return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
}

/** Sums up, in lines without figures of this machine and with them; a whole campaign also fails if it never got into one of the rare situations. */
export function describeSummary(results, { twice, whole }) {
	const sum = (name) => results.reduce((total, result) => total + result[name], 0);
	const agreed = results.map((result) => result.agreedAfterSeconds).filter((seconds) => seconds !== undefined);
	agreed.sort((left, right) => left - right);
	const features = new Map();
	const situations = new Map();
	for (const result of results) {
		for (const feature of result.features) features.set(feature, (features.get(feature) ?? 0) + 1);
		for (const [name, count] of Object.entries(result.situations ?? {})) {
			situations.set(name, (situations.get(name) ?? 0) + (count > 0 ? 1 : 0));
		}
	}
	const never = [...situations].filter(([, count]) => count === 0).map(([name]) => name);
	const rate = sum("serverSeconds") / Math.max(0.001, sum("realSeconds"));
	const list = (map) =>
		[...map]
			.sort()
			.map(([name, count]) => `${name} ${count}`)
			.join(", ");
	const lines = [
		`${results.length} runs, ${Math.round(sum("serverSeconds"))} server-seconds, ${sum("publishes")} messages, ` +
			`${sum("deliveries")} deliveries`,
		`troubles: ${list(features)}`,
		`situations, each with the runs that got into it: ${list(situations)}`,
		`${twice} seeds ran twice, in different processes`,
	];
	if (agreed.length > 0) {
		lines.push(
			`all servers agreed after the last fault: p50 ${quantile(agreed, 0.5)} s, p99 ${quantile(agreed, 0.99)} s, ` +
				`slowest ${agreed.at(-1)} s`,
		);
	}
	if (whole) for (const name of never) lines.push(`FAILED never got into this situation: ${name}`);
	const text = [...lines, `${Math.round(rate)} server-seconds per second of one core`].join("\n");
	return { lines, text, failed: whole ? never.length : 0 };
}
