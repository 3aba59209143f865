import { attempt } from "./engine";
import { Answer, Line } from "./line";
import { Member, perform } from "./member";

/** How long before a step begins it is announced, and how often to those who have not confirmed. */
const LEAD_SECONDS = 20;
const ANNOUNCE_SECONDS = 4;
/** How often a page is asked for, and how many times. */
const ASK_SECONDS = 3;
const ASKS = 40;

/** Leads: has steps done by all and collects what they found. */
export class Conductor {
	/** What went wrong in steps that this server did itself. */
	readonly failures = new Array<string>();
	private step = 0;
	private readonly confirmed = new Set<string>();
	private readonly pages = new Map<string, { readonly text: string; readonly pages: number }>();

	constructor(
		private readonly member: Member,
		private readonly line: Line,
	) {}

	hear(answer: Answer): void {
		if (answer.run !== this.member.roster.run) return;
		if (answer.kind === "ack") this.confirmed.add(`${answer.step} ${answer.from}`);
		else if (answer.pages > 0) this.pages.set(`${answer.step} ${answer.from} ${answer.page}`, answer);
	}

	/** Has everybody do a step; the results, by the places in the roster of those from whom one came. Yields. */
	everybody(name: string, args: unknown): Map<number, unknown> {
		const { engine, roster } = this.member;
		this.step += 1;
		const { step } = this;
		const others = roster.members.size() - 1;
		const startsAt = engine.os.clock() + LEAD_SECONDS;
		let finished = false;
		const results = new Map<number, unknown>();
		engine.task.spawn(() => {
			const { failure } = attempt(engine, () => results.set(0, perform(this.member, name, args, LEAD_SECONDS)));
			if (failure !== undefined) this.failures.push(`${name}: ${failure}`);
			finished = true;
		});
		while (engine.os.clock() < startsAt && this.confirmedBy(step) < others) {
			const startsIn = startsAt - engine.os.clock();
			// Who has missed the roster needs it first.
			if (startsIn < LEAD_SECONDS - 1) {
				this.line.say({ kind: "roster", run: roster.run, members: [...roster.members] });
			}
			this.line.say({ kind: "do", run: roster.run, step, name, args, startsIn });
			engine.task.wait(ANNOUNCE_SECONDS);
		}
		while (!finished) engine.task.wait(1);
		for (const index of $range(1, others)) {
			if (this.confirmed.has(`${step} ${index}`)) results.set(index, this.collect(step, index));
		}
		return results;
	}

	private confirmedBy(step: number): number {
		let count = 0;
		for (const index of $range(1, this.member.roster.members.size() - 1)) {
			if (this.confirmed.has(`${step} ${index}`)) count += 1;
		}
		return count;
	}

	/** Asks one server for its result until all of it is there. */
	private collect(step: number, index: number): unknown {
		const { engine, roster } = this.member;
		const parts = new Array<string>();
		for (const _ of $range(1, ASKS)) {
			let page = this.pages.get(`${step} ${index} ${parts.size()}`);
			while (page) {
				parts.push(page.text);
				if (parts.size() === page.pages) return engine.HttpService.JSONDecode(parts.join(""));
				page = this.pages.get(`${step} ${index} ${parts.size()}`);
			}
			this.line.say({ kind: "ask", run: roster.run, step, to: index, page: parts.size() });
			engine.task.wait(ASK_SECONDS);
		}
		return undefined;
	}
}
