// The report's text and frame; the page's own program draws the charts into it.
import { scriptHtml, styleHtml } from "./bundle.mjs";
import { markedEvents } from "./events.mjs";
import { figuresHtml, goalsMet } from "./figures.mjs";
import { clock, escapeHtml, exactClock, grouped, plural } from "./format.mjs";
import { campaignHtml, folded, lagTables, messagesTable, reignsTable, seriesTable, serversTable } from "./tables.mjs";

const WORDS = {
	changes: "changes",
	beat: "signs of life",
	repair: "repairs",
	join: "joining",
	state: "state for those who join",
	other: "other messages",
};

function chart(kind, caption, unit, { way = "", className = "" } = {}) {
	const about = unit === "" ? "" : ` <span class="unit">${escapeHtml(unit)}</span>`;
	return `<figure class="chart ${className}" data-chart="${kind}" data-way="${escapeHtml(way)}"><figcaption>${escapeHtml(caption)}${about}</figcaption><div class="plot"></div></figure>`;
}

function section(id, title, text, figures, charts, details, layout = "beside") {
	const aside = figures === "" ? "" : `<aside aria-label="Figures: ${escapeHtml(title)}">${figures}</aside>`;
	return `<section id="${id}"><h2>${escapeHtml(title)}</h2><p class="lede">${text}</p><div class="${aside === "" ? "alone" : layout}"><div class="charts">${charts.join("")}</div>${aside}</div>${details}</section>`;
}

function header(record) {
	const { verdict } = record;
	const { met, all } = goalsMet(record);
	const goals = all === 0 ? "" : ` <span>${met} of ${plural(all, "goal")} met</span>`;
	const problem = verdict.passed ? "" : `<p class="problem">${escapeHtml(verdict.problem ?? "")}</p>`;
	const facts = [
		["seed", record.seed],
		["mode", record.mode],
		["game time", clock(record.seconds)],
		["commit", record.commit],
		["trace hash", record.hash],
	];
	const list = facts
		.filter(([, value]) => value !== "")
		.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`);
	if (record.command !== "") {
		list.push(`<div class="wide"><dt>again</dt><dd><code>${escapeHtml(record.command)}</code></dd></div>`);
	}
	return `<header><p class="kind">net-server-sync · report of a run</p><h1>${escapeHtml(record.title)}</h1><p class="summary">${escapeHtml(record.summary)}</p><p class="verdict ${verdict.passed ? "passed" : "failed"}"><strong><span aria-hidden="true">${verdict.passed ? "✓" : "✗"}</span> ${verdict.passed ? "Passed" : "Failed"}</strong>${goals}</p>${problem}<dl class="facts">${list.join("")}</dl></header>`;
}

function waysLegend(record) {
	if (record.ways.length < 2) return "";
	const items = record.ways.map(
		({ name }, index) =>
			`<li><span class="swatch way-${index}"></span>${escapeHtml(name)}${index === 0 ? " (judged)" : ""}</li>`,
	);
	return `<ul class="legend ways" aria-label="What is compared">${items.join("")}</ul>`;
}

function eventsHtml(record) {
	const events = markedEvents(record.plan);
	if (events.length === 0) return "";
	const line = ({ atSeconds, untilSeconds, text, number, kind }) => {
		const until = untilSeconds < 0 ? "" : `–${clock(untilSeconds)}`;
		return `<li><span class="number">${number === 0 ? "" : number}</span><span class="when">${clock(atSeconds)}${until}</span><span><span class="event-kind ${escapeHtml(kind)}"></span>${escapeHtml(text)}</span></li>`;
	};
	const marked = events.filter(({ isMarked }) => isMarked).map(line);
	const others = events.filter(({ isMarked }) => !isMarked).map(line);
	const list = (lines) => `<ol class="events">${lines.join("")}</ol>`;
	const shown = marked.length > 14 ? folded(plural(marked.length, "event"), list(marked)) : list(marked);
	const opening =
		others.length === 0 ? "" : folded(`and ${plural(others.length, "start")} at the beginning`, list(others));
	return `<section id="events"><h2>What happened</h2><p class="lede">Charts over time mark these: a line where something happened, a band while it lasted.</p>${shown}${opening}</section>`;
}

function lagSection(record) {
	const isMeasured = ({ distribution: { counts, beyond, never } }) =>
		beyond + never > 0 || counts.some((count) => count > 0);
	if (!record.ways.some(isMeasured)) return "";
	const text =
		"A change counts from the moment it is made until every server shows it, or a newer value of its key. " +
		"Servers that are cut off or frozen at that time are not waited for.";
	const compared = record.ways.length > 1;
	const over = compared
		? "Time until 95 % of the changes were on every server"
		: "Time until a change was on every server";
	return section(
		"lag",
		"How long changes take",
		text,
		figuresHtml(record, "lag"),
		[
			chart("lag", over, "seconds, by when the change was made"),
			chart("histogram", "Changes by how long they took", "share of the changes, over seconds"),
		],
		folded("The numbers", ...record.ways.map(lagTables)),
	);
}

function limitsSection(record) {
	const text =
		"MessagingService documents limits for every minute. Each chart shows the worst minute that ended at that time, as a share of its limit; " +
		"dashed is what was asked for, where part of that was dropped.";
	const columns = [
		["game", "gameReceived"],
		["limit", "gameLimit"],
		["topic", "topicReceived"],
		["limit", "topicLimit"],
		["sends", "sends"],
		["limit", "sendsLimit"],
	];
	return section(
		"limits",
		"Messages against the limits",
		text,
		figuresHtml(record, "limits"),
		[
			chart("game", "Received by the whole game", "% of the limit", { className: "third" }),
			chart("topic", "Received on the busiest topic", "% of the limit", { className: "third" }),
			chart("sends", "Sent by the busiest server", "% of the limit", { className: "third" }),
		],
		folded("The numbers", ...record.ways.map((way) => seriesTable(way, "messages in the last minute", columns))),
	);
}

function trafficSection(record) {
	const text =
		"Copies are what servers receive: one message to six servers is six copies. A lost copy, or a second one, must not matter: what is missing is asked for and sent again.";
	const columns = [
		["published", "published"],
		["delivered", "delivered"],
		["lost", "lost"],
		["over a limit", "overLimit"],
		["twice", "duplicates"],
		["repairs", "repairs"],
	];
	const judged = record.ways[0].name;
	return section(
		"traffic",
		"Messages, losses, repairs",
		text,
		figuresHtml(record, "traffic"),
		[
			chart("traffic", `Copies delivered, messages published`, `each second, ${judged}`),
			chart("faults", `Copies lost, delivered twice, repairs`, `each second, ${judged}`),
		],
		folded("The numbers", ...record.ways.map((way) => seriesTable(way, "since the row before", columns))),
	);
}

function serversSection(record) {
	const text =
		"Each lane is a server, from its start to its end; a cross is a crash, a bar an orderly end. Its colour says whether the server's own list of servers was right.";
	const legend = `<ul class="legend"><li><span class="swatch sees-all"></span>sees all that live, and no other</li><li><span class="swatch sees-missing"></span>misses some</li><li><span class="swatch sees-gone"></span>still sees some that are gone</li><li><span class="swatch held"></span>frozen or cut off</li></ul>`;
	const lanes = record.ways.map(({ name, serversLeftOut }) => {
		const rest = serversLeftOut > 0 ? `, the first ones of ${plural(serversLeftOut, "more server")}` : "";
		const caption = record.ways.length > 1 ? `${name}: who sees whom` : "Who sees whom";
		return chart("lanes", caption, `the servers' own lists${rest}`, { way: name });
	});
	return section(
		"servers",
		"Servers, and what each knows of the others",
		text,
		figuresHtml(record, "servers"),
		[chart("live", "Servers that live, and how many the servers see", "servers"), ...lanes, legend],
		folded("The numbers", ...record.ways.map(serversTable)),
	);
}

function leadershipSection(record) {
	const ways = record.ways.filter(({ reigns }) => reigns.length > 0);
	if (ways.length === 0) return "";
	const text =
		"Each bar is one time of leading, the scope’s first, second and so on; point at it for its term. It ends when the server did not lead any more by its own clock: with a cross when it crashed, else with a line. The row above is red while nobody led, and striped while several did.";
	const legend = `<ul class="legend"><li><span class="swatch reign"></span>leads</li><li><span class="swatch nobody"></span>nobody leads</li><li><span class="swatch held"></span>more than one leads</li></ul>`;
	const charts = ways.map(({ name, reignsLeftOut }) => {
		const rest = reignsLeftOut > 0 ? `, the first ones; ${grouped(reignsLeftOut)} more` : "";
		const caption = record.ways.length > 1 ? `${name}: who led when` : "Who led when";
		return chart("reigns", caption, `by scope and server${rest}`, { way: name });
	});
	return section(
		"leadership",
		"One leader among all",
		text,
		figuresHtml(record, "leadership"),
		[...charts, legend],
		folded("The numbers", ...ways.map(reignsTable)),
	);
}

function contributionsSection(record) {
	const showsAny = record.ways.some(({ series }) => series.shownMost.some((value) => value > 0));
	if (!showsAny) return "";
	const owners = record.ways.slice(0, 1).filter(({ servers }) => servers.some(({ owned }) => owned.length > 0));
	const columns = [
		["shown by the least", "shownLeast"],
		["shown by the most", "shownMost"],
	];
	return section(
		"contributions",
		"Contributions",
		"What all pools hold, on the server that shows the fewest and on the one that shows the most: the wider the gap, the more they differ. Below, how many of them each server owns.",
		figuresHtml(record, "contributions"),
		[
			chart("shown", "Contributions that servers show", "contributions, fewest to most"),
			...owners.map(({ name }) =>
				chart(
					"owned",
					record.ways.length > 1 ? `${name}: owned by each server` : "Owned by each server",
					"contributions",
					{
						way: name,
					},
				),
			),
		],
		folded("The numbers", ...record.ways.map((way) => seriesTable(way, "contributions shown", columns))),
	);
}

function diagramSection(record) {
	const { diagram } = record;
	if (diagram === undefined) return "";
	const kinds = [...new Set(diagram.messages.map(({ kind }) => kind))].sort();
	const items = kinds.map(
		(kind) => `<li><span class="swatch kind-${escapeHtml(kind)}"></span>${WORDS[kind] ?? escapeHtml(kind)}</li>`,
	);
	items.push('<li><span class="swatch lost"></span>lost</li>');
	const left =
		diagram.messagesLeftOut > 0
			? ` ${plural(diagram.messagesLeftOut, "more message")} (signs of life first) are left out.`
			: "";
	const text = `From ${exactClock(diagram.fromSeconds)} to ${exactClock(diagram.toSeconds)}: ${escapeHtml(diagram.text)}. Time goes to the right; each line from a server's dot is one copy of its message, down or up to the server that gets it.${left} Point at a message, or use the arrow keys, to see it alone.`;
	return section(
		"diagram",
		"Message by message",
		text,
		figuresHtml(record, "diagram"),
		[
			`<figure class="chart" data-chart="diagram"><ul class="legend">${items.join("")}</ul><div class="plot"></div></figure>`,
		],
		folded("The messages", messagesTable(diagram)),
		"below",
	);
}

function campaignSection(record) {
	const { campaign } = record;
	if (campaign === undefined) return "";
	const { totals, seeds, markers, faults } = campaignHtml(campaign);
	const figures = figuresHtml(record, "campaign") + totals;
	return `<section id="campaign"><h2>All seeds</h2><p class="lede">The charts above are of one of these runs, seed ${record.seed}.</p><div class="below"><aside aria-label="Figures: all seeds">${figures}</aside></div><div class="columns"><div>${seeds}</div><div>${markers}${faults}</div></div></section>`;
}

/** The whole page. */
export function pageHtml(record) {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${escapeHtml(record.title)}: ${record.verdict.passed ? "passed" : "failed"}</title>
${styleHtml()}
</head>
<body>
<main>
${header(record)}
${waysLegend(record)}
${eventsHtml(record)}
${lagSection(record)}
${limitsSection(record)}
${serversSection(record)}
${leadershipSection(record)}
${contributionsSection(record)}
${trafficSection(record)}
${diagramSection(record)}
${campaignSection(record)}
</main>
<footer><p>All times are virtual: minutes and seconds since the game began. The same seed gives the same run, and the same run gives this very file.</p></footer>
${scriptHtml(record)}
</body>
</html>
`;
}
