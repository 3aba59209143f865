// The numbers behind the charts, as tables that are folded away.
import { clock, escapeHtml, exactClock, grouped, plural, quantity, rounded, secondsText } from "./format.mjs";

const ROWS_MOST = 40;

/** `columns` are { title, cell(row), isText }. Long lists are thinned evenly; the last row always stays. */
export function table(caption, columns, rows, most = ROWS_MOST) {
	const every = Math.ceil(rows.length / most);
	const shown = rows.filter((_, index) => (rows.length - 1 - index) % every === 0);
	const note = every > 1 ? ` (every ${every === 2 ? "second" : `${every}th`} of ${grouped(rows.length)} rows)` : "";
	const align = ({ isText }) => (isText ? ' class="text"' : "");
	const head = columns.map((column) => `<th scope="col"${align(column)}>${escapeHtml(column.title)}</th>`).join("");
	const body = shown.map(
		(row) => `<tr>${columns.map((column) => `<td${align(column)}>${column.cell(row)}</td>`).join("")}</tr>`,
	);
	return `<div class="scroll"><table><caption>${escapeHtml(caption)}${note}</caption><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

export function folded(summary, ...contents) {
	return `<details><summary>${escapeHtml(summary)}</summary>${contents.join("")}</details>`;
}

const indices = (list) => list.map((_, index) => index);
const known = (value, text) => (value < 0 ? "–" : text(value));

export function lagTables(way) {
	const { lag, distribution } = way;
	const at = (name) => (index) => known(lag[name][index], secondsText);
	const byTime = table(
		`${way.name}: time until every server shows a change, by when it was made`,
		[
			{ title: "made at", cell: (index) => clock(lag.atSeconds[index]) },
			{ title: "half within", cell: at("median") },
			{ title: "95 % within", cell: at("p95") },
			{ title: "slowest", cell: at("most") },
			{ title: "never", cell: (index) => grouped(lag.never[index]) },
		],
		indices(lag.atSeconds),
	);
	const bins = distribution.counts.map((count, index) => ({
		range: `${rounded(distribution.binSeconds * index)} – ${rounded(distribution.binSeconds * (index + 1))} s`,
		count,
	}));
	const last = bins.findLastIndex(({ count }) => count > 0);
	const rows = [...bins.slice(0, last + 1)];
	if (distribution.beyond > 0) rows.push({ range: "longer", count: distribution.beyond });
	if (distribution.never > 0) rows.push({ range: "never", count: distribution.never });
	const byLength = table(
		`${way.name}: changes by how long they took`,
		[
			{ title: "took", cell: ({ range }) => range },
			{ title: "changes", cell: ({ count }) => grouped(count) },
		],
		rows,
		50,
	);
	return byTime + byLength;
}

export function seriesTable(way, caption, columns) {
	const { series } = way;
	return table(
		`${way.name}: ${caption}`,
		[
			{ title: "at", cell: (index) => clock(series.atSeconds[index]) },
			...columns.map(([title, name]) => ({ title, cell: (index) => known(series[name][index], grouped) })),
		],
		indices(series.atSeconds),
	);
}

const ENDS = { lives: "lives on", crashed: "crashes", closed: "closes" };

export function serversTable(way) {
	const wrongSeconds = ({ views }) =>
		views.reduce((sum, view) => sum + (view.missing + view.gone > 0 ? view.toSeconds - view.fromSeconds : 0), 0);
	return table(
		`${way.name}: servers`,
		[
			{ title: "server", cell: ({ server }) => `#${server}` },
			{ title: "from", cell: ({ startedAtSeconds }) => clock(startedAtSeconds) },
			{ title: "until", cell: ({ endedAtSeconds }) => (endedAtSeconds < 0 ? "–" : clock(endedAtSeconds)) },
			{ title: "then", cell: ({ end }) => ENDS[end], isText: true },
			{ title: "sees at the end", cell: ({ views }) => known(views.at(-1)?.seen ?? -1, grouped) },
			{ title: "list was wrong for", cell: (lane) => secondsText(wrongSeconds(lane)) },
			{ title: "own contributions at the end", cell: ({ owned }) => known(owned.at(-1) ?? -1, grouped) },
		],
		way.servers,
		60,
	);
}

const REIGN_ENDS = {
	leads: "leads on",
	crashed: "its server crashes",
	expired: "expires",
	superseded: "another leads",
	resigned: "resigns",
	transferred: "hands over",
	closing: "its server closes",
};

export function reignsTable(way) {
	const former = (reign) =>
		way.reigns.slice(0, way.reigns.indexOf(reign)).filter(({ scope }) => scope === reign.scope);
	const until = (reigns) => Math.max(...reigns.map(({ toSeconds }) => (toSeconds < 0 ? Infinity : toSeconds)));
	const gap = (reign) => {
		const before = former(reign);
		return before.length === 0 ? "–" : secondsText(Math.max(0, reign.fromSeconds - until(before)));
	};
	return table(
		`${way.name}: leaderships`,
		[
			{ title: "scope", cell: ({ scope }) => escapeHtml(scope), isText: true },
			{ title: "server", cell: ({ server }) => `#${server}` },
			{ title: "term", cell: ({ term }) => grouped(term) },
			{ title: "from", cell: ({ fromSeconds }) => exactClock(fromSeconds) },
			{ title: "nobody before for", cell: gap },
			{ title: "until", cell: ({ toSeconds }) => (toSeconds < 0 ? "–" : exactClock(toSeconds)) },
			{ title: "then", cell: ({ end }) => REIGN_ENDS[end], isText: true },
		],
		way.reigns,
		60,
	);
}

const names = (servers) => servers.map((server) => (server === 0 ? "all" : `#${server}`)).join(", ");

export function messagesTable(diagram) {
	const receivers = (message) => message.arrivals.filter((_, index) => index % 2 === 0);
	return table(
		"The messages of the diagram",
		[
			{ title: "at", cell: ({ atSeconds }) => exactClock(atSeconds) },
			{ title: "from", cell: ({ sender }) => (sender === 0 ? "outside" : `#${sender}`) },
			{ title: "for", cell: ({ kind }) => escapeHtml(kind), isText: true },
			{ title: "bytes", cell: ({ bytes }) => grouped(bytes) },
			{ title: "arrives at", cell: (message) => names([...new Set(receivers(message))]) || "–", isText: true },
			{
				title: "lost for",
				cell: ({ losses, reasons }) =>
					losses.map((server, index) => `${names([server])} (${escapeHtml(reasons[index])})`).join(", ") ||
					"–",
				isText: true,
			},
		],
		diagram.messages,
		200,
	);
}

const SEEDS_MOST = 1000;

export function campaignHtml(campaign) {
	const seeds = [...campaign.seeds].sort((left, right) => left.passed - right.passed || left.seed - right.seed);
	const shown = seeds.slice(0, SEEDS_MOST);
	const failed = seeds.filter(({ passed }) => !passed).length;
	const verdict = ({ passed, problem }) =>
		passed
			? '<span class="mark passed">✓</span> passed'
			: `<span class="mark failed">✗</span> ${escapeHtml(problem ?? "failed")}`;
	const caption = `${plural(seeds.length, "seed")}, ${failed} failed${seeds.length > SEEDS_MOST ? `; the first ${grouped(SEEDS_MOST)}, failed ones first` : ""}`;
	const seedTable = table(
		caption,
		[
			{ title: "seed", cell: ({ seed }) => String(seed) },
			{ title: "mode", cell: ({ mode }) => escapeHtml(mode), isText: true },
			{ title: "servers", cell: ({ servers }) => grouped(servers) },
			{ title: "trace hash", cell: ({ hash }) => `<code>${escapeHtml(hash)}</code>`, isText: true },
			{ title: "verdict", cell: verdict, isText: true },
		],
		shown,
		SEEDS_MOST,
	);
	const bars = (caption, nameOf, list) => {
		const most = Math.max(1, ...list.map(({ count }) => count));
		return table(
			caption,
			[
				{ title: "", cell: (entry) => escapeHtml(nameOf(entry)), isText: true },
				{
					title: "times",
					cell: ({ count }) =>
						count === 0 ? '<span class="mark failed" title="never">✗</span> 0' : grouped(count),
				},
				{
					title: "",
					cell: ({ count }) =>
						`<span class="bar" style="--share:${Math.round((count / most) * 100)}%"></span>`,
					isText: true,
				},
			],
			list,
			100,
		);
	};
	const byCount = (list) => [...list].sort((left, right) => right.count - left.count);
	const totals = campaign.totals.map(
		({ name, value, unit }) =>
			`<li class="reported"><span class="name">${escapeHtml(name)}</span><span class="main"><span class="value">${escapeHtml(quantity(value, unit))}</span></span></li>`,
	);
	return {
		totals: totals.length === 0 ? "" : `<ul class="figures">${totals.join("")}</ul>`,
		seeds: seedTable,
		markers: bars("Reached at least sometimes", ({ name }) => name, byCount(campaign.markers)),
		faults: bars("Kinds of faults", ({ kind }) => kind, byCount(campaign.faults)),
	};
}
