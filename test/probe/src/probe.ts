import {
	BurstOutcome,
	burstOutcome,
	gameBurstRow,
	isLimited,
	readingOf,
	strictest,
	topicBurstRows,
} from "./burst-rows";
import { Conductor } from "./conductor";
import { ProbeEngine } from "./engine";
import { Gathering, Roster } from "./gather";
import { Control, Line } from "./line";
import { Member, Results } from "./member";
import { dateOf } from "./numbers";
import { ProbeOptions, documentedOfGame, documentedOnTopic, documentedSends } from "./options";
import { Row, describeRow } from "./rows";
import { steadyFindings } from "./steady-rows";
import { BurstArgs, BurstResult } from "./steps/burst";
import { Identity, identityRows } from "./steps/identity";
import { refusalRows } from "./steps/refusals";
import { sendsRows } from "./steps/sends";
import { measureSizes, sizeRows } from "./steps/size";
import { LateResult, SteadyArgs, SteadyResult } from "./steps/steady";
import { subscribingRows } from "./steps/subscribing";

/** How far topics' limits are exceeded, and the game's. */
const TIMES_TOPIC = 2.5;
const TIMES_GAME = 1.5;
/** Enough topics for the game's limit to be reached before theirs. */
const GAME_TOPICS = 8;
/** What of a topic's limit, understood in the strictest way, the steady stream takes. */
const STEADY_SHARE = 0.25;
/** By how much of a minute each burst is shifted against the one before: more than a burst takes, and no part of sixty. */
const SHIFT_SECONDS = 17;
/** What a server may use of its limit of sends. */
const SENDS_SHARE = 0.8;
/** After the longest step, the steady stream, and so long without a word from the leader a server stops. */
const PATIENCE_SECONDS = 600;
const LAST_WORDS = 3;
const MORE_BURSTS = 2;

/** What the probe says as it goes. */
export type Print = (text: string) => void;

/** Leads the measurements, in an order in which none disturbs the next. */
class Leading {
	readonly rows = new Array<Row>();

	constructor(
		private readonly member: Member,
		private readonly conductor: Conductor,
		private readonly print: Print,
	) {}

	run(): void {
		const { engine, options, roster } = this.member;
		const servers = roster.members.size();
		const identities = this.conductor.everybody("identity", {}) as Map<number, Identity>;
		const all = new Array<Identity>();
		for (const index of $range(0, servers - 1)) if (identities.has(index)) all.push(identities.get(index)!);
		this.add("who is there", identityRows(all));
		this.add("how large a message may be", sizeRows(measureSizes(engine, roster.run)));
		this.add("what is refused", refusalRows(engine, roster.run));
		this.add("subscribing", subscribingRows(engine, roster.run));
		if (servers > 1) this.exchange(math.min(...all.map(({ players }) => players)));
		engine.task.wait(options.quietSeconds);
		this.add("sending", sendsRows(engine, roster.run, options.quietSeconds));
		for (const failure of this.conductor.failures) this.print(`a step failed: ${failure}`);
	}

	private add(what: string, rows: readonly Row[]): void {
		this.print(`measured ${what}`);
		for (const row of rows) this.rows.push(row);
	}

	/** What takes several servers. */
	private exchange(fewestPlayers: number): void {
		const { engine, options, roster } = this.member;
		const servers = roster.members.size();
		const perMinute = (STEADY_SHARE * documentedOnTopic(servers)) / servers;
		const everySeconds = (60 * servers) / perMinute;
		const args: SteadyArgs = { count: math.ceil(options.steadySeconds / everySeconds), everySeconds };
		const steady = this.conductor.everybody("steady", args) as Map<number, SteadyResult>;
		this.print("exchanged a steady stream");
		const { base } = steadyFindings(steady, new Map(), args, servers, options.drainSeconds);

		const onTopic = documentedOnTopic(servers);
		let made = 0;
		const burst = (label: string, topics: number, hearers: number, count: number) => {
			const burstArgs: BurstArgs = { label, topics, hearers, count };
			// What was sent before is not to count. No two bursts at the same second of the clock's minute.
			engine.task.wait(options.quietSeconds + ((made * SHIFT_SECONDS) % 60));
			made += 1;
			const results = this.conductor.everybody("burst", burstArgs) as Map<number, BurstResult>;
			this.print(`made burst ${label}`);
			return burstOutcome(results, burstArgs, servers, options, base.hearsItself);
		};
		const most = math.floor(SENDS_SHARE * documentedSends(fewestPlayers));
		const toAll = math.min(most, math.ceil((TIMES_TOPIC * onTopic) / servers));
		const toOne = math.min(most, math.ceil((TIMES_TOPIC * onTopic) / (servers - 1)));
		const [alls, ones] = [[burst("all1", 1, servers, toAll)], [burst("one1", 1, 1, toOne)]];
		for (const number of $range(2, options.bursts)) {
			alls.push(burst(`all${number}`, 1, servers, toAll));
			ones.push(burst(`one${number}`, 1, 1, toOne));
		}
		this.add("the limit of a topic", topicBurstRows(alls, ones, base, onTopic));
		const ofGame = documentedOfGame(servers);
		const perServer = math.min(most, math.ceil((TIMES_GAME * ofGame) / servers));
		const games = new Array<BurstOutcome>();
		const reading = readingOf(strictest(alls), strictest(ones), base.loss);
		for (const number of $range(1, options.bursts + MORE_BURSTS)) {
			// Less than two minutes' worth: a burst may have had parts of two and shown no limit.
			if (number > options.bursts && (reading === undefined || isLimited(strictest(games), base.loss))) break;
			games.push(burst(`game${number}`, GAME_TOPICS, servers, perServer));
		}
		this.add("the limit of the game", [gameBurstRow(games, reading, base, ofGame)]);

		const lates = this.conductor.everybody("late", {}) as Map<number, LateResult>;
		this.add("the steady stream", steadyFindings(steady, lates, args, servers, options.drainSeconds).rows);
	}
}

/** One server's part in the probe. */
class Probe {
	private gathering: Gathering;
	private results: Results | undefined;
	private roster: Roster | undefined;
	private heardAt: number;
	private stopped: string | undefined;
	/** What the server that leads has found out, by line. */
	private readonly lines = new Map<number, string>();
	private lastLine = -1;
	private readonly line: Line;
	private readonly id: string;

	constructor(
		private readonly engine: ProbeEngine,
		private readonly options: ProbeOptions,
		private readonly print: Print,
	) {
		const { JobId } = engine.DataModel;
		this.id = JobId !== "" ? JobId : engine.HttpService.GenerateGUID(false);
		this.line = new Line(engine);
		this.gathering = new Gathering(engine, this.line, this.id, options);
		this.heardAt = engine.os.clock();
	}

	/** Yields until the run is over; returns what was found out, on the server that led. */
	run(): Row[] | undefined {
		const { engine, options, print } = this;
		engine.DataModel.BindToClose(() => this.leave());
		if (!this.line.listen((message) => this.hear(message))) {
			print("there is no MessagingService here: publish the place, and in Studio allow API access");
			return undefined;
		}
		print(`looking for other servers, for ${options.gatherSeconds} s at most`);
		this.roster = this.gathering.wait();
		if (!this.roster) {
			print("a run goes on without this server, or nobody leads: nothing to do");
			this.line.close();
			return undefined;
		}
		const { members, run } = this.roster;
		const index = members.indexOf(this.id);
		const member: Member = { engine, options, roster: this.roster, index, kept: {} };
		print(
			`run ${run} with ${members.size()} servers, this is ${index === 0 ? "the first, which leads" : `number ${index + 1}`}`,
		);
		if (index === 0) return this.lead(member);
		this.results = new Results(member, this.line);
		this.heardAt = engine.os.clock();
		const patienceSeconds = options.steadySeconds + PATIENCE_SECONDS;
		while (this.stopped === undefined && engine.os.clock() - this.heardAt < patienceSeconds) engine.task.wait(1);
		for (const index of $range(0, this.lastLine)) {
			const text = this.lines.get(index);
			if (text !== undefined) print(text);
		}
		print(`over: ${this.stopped ?? "nothing heard of the server that leads"}`);
		this.line.close();
		return undefined;
	}

	private lead(member: Member): Row[] {
		const { engine, line } = this;
		const { run, members } = member.roster;
		const conductor = new Conductor(member, line);
		line.listenToAnswers(run, (answer) => conductor.hear(answer));
		const leading = new Leading(member, conductor, this.print);
		const [success, failure] = pcall(() => leading.run());
		if (!success) this.print(`the probe failed: ${failure}`);
		const date = dateOf(engine.DateTime.now().UnixTimestampMillis.idiv(1000));
		const texts = leading.rows.map((row) => describeRow(row, date, members.size()));
		for (const text of texts) this.print(text);
		// So that they can be read in the console of any server. A message may be lost.
		for (const _ of $range(1, LAST_WORDS)) {
			texts.forEach((text, index) => {
				line.say({ kind: "row", run, index, text });
				engine.task.wait(1);
			});
		}
		for (const _ of $range(1, LAST_WORDS)) {
			line.say({ kind: "stop", run, why: "everything is measured" });
			engine.task.wait(2);
		}
		line.close();
		return leading.rows;
	}

	private hear(message: Control): void {
		if (!this.roster) this.gathering.hear(message);
		if (message.kind === "hello" || message.run !== this.roster?.run) return;
		this.heardAt = this.engine.os.clock();
		const { results } = this;
		if (message.kind === "stop") this.stopped = message.why;
		else if (!results) return;
		else if (message.kind === "do") results.begin(message.step, message.name, message.args, message.startsIn);
		else if (message.kind === "ask" && this.roster.members[message.to] === this.id) {
			results.answer(message.step, message.page);
		} else if (message.kind === "row") {
			this.lines.set(message.index, message.text);
			this.lastLine = math.max(this.lastLine, message.index);
		}
	}

	/** The server closes: without its leader a run is over. */
	private leave(): void {
		if (!this.roster || this.roster.members[0] !== this.id) return;
		this.line.say({ kind: "stop", run: this.roster.run, why: "the server that leads closes" });
		this.engine.task.wait(1);
	}
}

/** Takes part in a run of the probe, or leads it. Yields until it is over; returns what was found out, on the server that led. */
export function runProbe(engine: ProbeEngine, options: ProbeOptions, print: Print): Row[] | undefined {
	return new Probe(engine, options, print).run();
}
