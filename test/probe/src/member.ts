import { ProbeEngine } from "./engine";
import { Roster } from "./gather";
import { Line } from "./line";
import { ProbeOptions } from "./options";
import { performBurst } from "./steps/burst";
import { performIdentity } from "./steps/identity";
import { performLate, performSteady } from "./steps/steady";

/** One server in a run. */
export interface Member {
	readonly engine: ProbeEngine;
	readonly options: ProbeOptions;
	readonly roster: Roster;
	/** Its place in the roster; 0 leads. */
	readonly index: number;
	/** What steps leave for later ones. */
	readonly kept: { [name: string]: unknown };
}

/** Does this server's part of a step, which begins in `startsIn` seconds for all; returns what JSON can carry. Yields. */
export type Perform = (member: Member, args: unknown, startsIn: number) => unknown;

const PERFORMERS: ReadonlyMap<string, Perform> = new Map<string, Perform>([
	["identity", performIdentity],
	["steady", performSteady],
	["late", performLate],
	["burst", performBurst],
]);

export function perform(member: Member, name: string, args: unknown, startsIn: number): unknown {
	const performer = PERFORMERS.get(name);
	assert(performer, `there is no step "${name}"`);
	return performer(member, args, startsIn);
}

/** How much of a result's JSON one message takes: its quotes are escaped once more. */
const PAGE_CHARACTERS = 400;

/** The results of the steps of one server that does not lead, ready to be asked for. */
export class Results {
	/** By step; an empty list while the step goes on. */
	private readonly pages = new Map<number, string[]>();

	constructor(
		private readonly member: Member,
		private readonly line: Line,
	) {}

	/** Begins a step, once. */
	begin(step: number, name: string, args: unknown, startsIn: number): void {
		const { engine, index, roster } = this.member;
		this.line.answer({ kind: "ack", run: roster.run, step, from: index });
		if (this.pages.has(step)) return;
		this.pages.set(step, []);
		engine.task.spawn(() => {
			const text = engine.HttpService.JSONEncode(perform(this.member, name, args, startsIn));
			const pages = new Array<string>();
			for (const from of $range(1, text.size(), PAGE_CHARACTERS)) {
				pages.push(string.sub(text, from, from + PAGE_CHARACTERS - 1));
			}
			this.pages.set(step, pages);
		});
	}

	answer(step: number, page: number): void {
		const { index, roster } = this.member;
		const pages = this.pages.get(step) ?? [];
		const text = pages[page] ?? "";
		this.line.answer({ kind: "page", run: roster.run, step, from: index, page, pages: pages.size(), text });
	}
}
