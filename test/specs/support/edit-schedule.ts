import { PendingEdits } from "../../../src/entity/data/pending-edits";
import { RandomStream } from "../../../src/testing";

const STEPS = 14;
/** Of what the authority does not know yet: newer than all it knows. */
const UNKNOWN = 1_000_000;

interface Verdict {
	readonly seq: number;
	/** Undefined for a refusal. */
	readonly at: number | undefined;
	readonly modified: { readonly value: string } | undefined;
}

/** One value, one authority, one server that edits, and everything that may happen between them, in any order. */
export class EditSchedule {
	public readonly edits = new PendingEdits<string>();
	public readonly problems = new Array<string>();
	private readonly random: RandomStream;
	private value: string | undefined;
	private at = 0;
	private lastSeq = 0;
	private latest = 0;
	private others = 0;
	/** Where each value that was shown stands for the authority. */
	private readonly places = new Map<string, number>();
	private readonly verdicts = new Map<number, Verdict>();
	private proposals = new Array<number>();
	private answers = new Array<Verdict>();
	private records = new Array<{ readonly value: string | undefined; readonly at: number }>();
	private former: string | undefined;
	public hasRefused = false;
	public changes = 0;

	constructor(
		seed: number,
		private readonly refuses: boolean,
	) {
		this.random = new RandomStream(seed, "schedule");
	}

	public run(): void {
		for (const _ of $range(1, STEPS)) this.step(this.random.next());
		// Everything arrives in the end.
		while (!this.proposals.isEmpty() || !this.answers.isEmpty() || !this.records.isEmpty())
			this.step(0.4 + this.random.next() * 0.6);
		if (this.edits.shown() !== this.value)
			this.problems.push(`shows ${this.edits.shown()}, the authority has ${this.value}`);
		if (this.edits.pending) this.problems.push("something is still pending");
	}

	private step(draw: number): void {
		if (draw < 0.25) this.edit();
		else if (draw < 0.4) this.otherEdits();
		else if (draw < 0.6) this.judge();
		else if (draw < 0.8) this.answer();
		else this.confirm();
		this.look();
	}

	private pick<T extends defined>(list: T[]): T | undefined {
		return list.isEmpty() ? undefined : list.remove(math.floor(this.random.next() * list.size()));
	}

	private edit(): void {
		this.lastSeq += 1;
		this.edits.add(this.lastSeq, `own ${this.lastSeq}`, true);
		this.proposals.push(this.lastSeq);
	}

	private otherEdits(): void {
		this.others += 1;
		this.become(`other ${this.others}`);
	}

	private become(value: string): void {
		this.at += 1;
		this.value = value;
		this.places.set(value, this.at);
		this.records.push({ value, at: this.at });
	}

	private judge(): void {
		const seq = this.pick(this.proposals);
		if (seq === undefined) return;
		// It may be proposed twice.
		if (this.random.next() < 0.2) this.proposals.push(seq);
		let verdict = this.verdicts.get(seq);
		if (!verdict) {
			verdict = this.decide(seq);
			this.verdicts.set(seq, verdict);
		}
		this.answers.push(verdict);
	}

	private decide(seq: number): Verdict {
		const draw = this.refuses ? this.random.next() : 0.9;
		if (draw < 0.2) {
			this.hasRefused = true;
			return { seq, at: undefined, modified: undefined };
		}
		if (seq < this.latest) {
			this.places.set(`own ${seq}`, this.at);
			return { seq, at: this.at, modified: undefined };
		}
		this.latest = seq;
		const modified = draw < 0.4 ? { value: `own ${seq} made other` } : undefined;
		if (modified) this.hasRefused = true;
		this.become(modified ? modified.value : `own ${seq}`);
		return { seq, at: this.at, modified };
	}

	private answer(): void {
		const verdict = this.pick(this.answers);
		if (!verdict) return;
		if (this.random.next() < 0.1) this.answers.push(verdict);
		if (verdict.at === undefined) this.edits.drop(verdict.seq);
		else this.edits.accept(verdict.seq, verdict.at, verdict.modified);
	}

	/** A contribution arrives; one that is older than what is there already, or an echo of that, changes nothing. */
	private confirm(): void {
		const record = this.pick(this.records);
		if (!record) return;
		if (this.random.next() < 0.1) this.records.push(record);
		if (record.at >= this.edits.confirmedAt) this.edits.confirm(record.value, record.at);
	}

	private placeOf(value: string | undefined): number {
		if (value === undefined) return 0;
		return this.places.get(value) ?? UNKNOWN + tonumber(string.match(value, "%d+")[0] as string)!;
	}

	/** What is shown never goes back behind what was shown, unless something was refused. */
	private look(): void {
		const shown = this.edits.shown();
		if (shown === this.former) return;
		this.changes += 1;
		if (!this.hasRefused && this.placeOf(shown) < this.placeOf(this.former))
			this.problems.push(`flickers from ${this.former} back to ${shown}`);
		this.former = shown;
	}
}
