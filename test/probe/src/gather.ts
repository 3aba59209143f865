import { ProbeEngine } from "./engine";
import { Control, Line } from "./line";
import { ProbeOptions } from "./options";

/** Who takes part. */
export interface Roster {
	readonly run: string;
	/** Ids, in order; the first one leads. */
	readonly members: readonly string[];
}

const HELLO_SECONDS = 5;
/** How long nobody new has to have come. */
const SETTLED_SECONDS = 15;
/** How many the roster and the answers have room for. */
const MOST_MEMBERS = 16;
const ROSTERS = 3;
const ROSTER_SECONDS = 3;

/** Finds the other servers and agrees with them on who takes part. */
export class Gathering {
	private readonly known: string[];
	private lastNew: number;
	private found: Roster | undefined;
	private goingOn = false;

	constructor(
		private readonly engine: ProbeEngine,
		private readonly line: Line,
		private readonly id: string,
		private readonly options: ProbeOptions,
	) {
		this.known = [id];
		this.lastNew = engine.os.clock();
	}

	hear(message: Control): void {
		if (message.kind === "hello" && !this.known.includes(message.id)) {
			this.known.push(message.id);
			this.known.sort();
			this.lastNew = this.engine.os.clock();
		} else if (message.kind === "roster") {
			if (!message.members.includes(this.id)) this.goingOn = true;
			// Of two who both believe that they lead, the one whose id comes first does.
			else if (!this.found || message.members[0]! < this.found.members[0]!) this.found = message;
		} else if (message.kind === "do" && message.run !== this.found?.run) {
			this.goingOn = true;
		}
	}

	/** Yields until it is known who takes part; undefined if this server does not. */
	wait(): Roster | undefined {
		const { engine, options } = this;
		const began = engine.os.clock();
		let saidHello = -math.huge;
		while (!this.found) {
			const now = engine.os.clock();
			if (this.goingOn || now - began > 2 * options.gatherSeconds) return undefined;
			if (now - saidHello >= HELLO_SECONDS) {
				saidHello = now;
				this.line.say({ kind: "hello", id: this.id });
			}
			const enough = this.known.size() >= options.servers && now - this.lastNew >= SETTLED_SECONDS;
			if (this.known[0] === this.id && (enough || now - began >= options.gatherSeconds)) this.lead();
			else engine.task.wait(1);
		}
		return this.found;
	}

	private lead(): void {
		const run = string.sub(this.engine.HttpService.GenerateGUID(false), 1, 8);
		const members = this.known.filter((_, index) => index < MOST_MEMBERS);
		this.found = { run, members };
		for (const _ of $range(1, ROSTERS)) {
			// Another leader may turn up.
			if (this.found.run !== run) return;
			this.line.say({ kind: "roster", run, members });
			this.engine.task.wait(ROSTER_SECONDS);
		}
	}
}
