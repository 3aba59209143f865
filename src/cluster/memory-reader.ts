import { mergeState } from "../replication/generation";
import { Section, ShortId } from "../wire/frame";
import { checksumOfPages, readBody, readStoredPage, readStoredState, StoredState } from "../wire/stored-items";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { MemoryAccess } from "./memory-access";
import { pageKey, STATE_KEY } from "./memory-items";

/** Whoever does not answer within this time is not waited for, and neither is a writer that does not go on. */
const CALL_SECONDS = 2;
const READ_SECONDS = 3.5;
/** Until the state is newer than this server's subscriptions, it is read again after this. */
const AGAIN_SECONDS = 0.4;
/** Requests for one that is newer. */
const MOST_READS = 10;
/** By this server's clock, which need not agree with the writer's: an older state is not used. */
const STALE_MILLISECONDS = 30_000;

/** The state as it was read. */
export interface ReadState {
	readonly writer: ShortId;
	readonly baseStamp: number;
	readonly frontier: number;
	readonly sections: Section[];
}

interface Pages {
	readonly writer: ShortId;
	readonly generation: number;
	readonly items: string[];
	missing: number;
	failed: boolean;
}

/** Reads the state that another server keeps in MemoryStoreService. Whatever is wrong with it, or takes too long: it is not used, and that is all. */
export class MemoryReader {
	private readonly polling: Appointment;
	private readonly expiring: Appointment;
	private done: ((state: ReadState | undefined) => void) | undefined;
	/** What each writer had counted when it was first read: what it says later is newer than this server's subscriptions. */
	private readonly firstCounts = new Map<ShortId, number>();
	private latest: StoredState | undefined;
	private pages: Pages | undefined;
	private reads = 0;

	constructor(
		private readonly context: Context,
		private readonly access: MemoryAccess,
		agenda: Agenda,
	) {
		this.polling = agenda.add(() => this.poll());
		this.expiring = agenda.add(() => this.finish(undefined));
	}

	/** `done` is called within a few seconds, once. */
	public read(done: (state: ReadState | undefined) => void): void {
		this.done = done;
		this.expiring.at(this.context.now() + READ_SECONDS);
		this.poll();
	}

	private poll(): void {
		if (!this.done) return;
		this.reads += 1;
		if (this.reads > MOST_READS || !this.access.may(1)) {
			this.finish(undefined);
			return;
		}
		this.access.read(
			STATE_KEY,
			(answer) => {
				if (!this.done) return;
				const { context } = this;
				const state = answer && readStoredState(answer.value, context.checksumSeed);
				if (!state || state.writtenAt < context.platform.unixMilliseconds() - STALE_MILLISECONDS) {
					this.finish(undefined);
					return;
				}
				this.noteState(state);
			},
			CALL_SECONDS,
		);
	}

	private noteState(state: StoredState): void {
		const { writer, count } = state;
		const first = this.firstCounts.get(writer);
		if (first === undefined) this.firstCounts.set(writer, count);
		else if (count > first) this.latest = state;
		if (!this.pages || this.latest) this.fetch(state);
		if (!this.latest) this.polling.at(this.context.now() + AGAIN_SECONDS);
		this.assemble();
	}

	/** Reads the pages, unless they are read already. */
	private fetch({ writer, generation, pages: count }: StoredState): void {
		const { access, context } = this;
		const known = this.pages;
		if (known && known.writer === writer && known.generation === generation) return;
		if (!access.may(count)) {
			this.finish(undefined);
			return;
		}
		const pages: Pages = { writer, generation, items: [], missing: count, failed: false };
		this.pages = pages;
		for (const _ of $range(1, count)) pages.items.push("");
		for (const index of $range(0, count - 1)) {
			access.read(
				pageKey(writer, generation, index),
				(answer) => {
					const page = answer && readStoredPage(answer.value, context.checksumSeed);
					const fits = page?.writer === writer && page.generation === generation && page.index === index;
					if (fits) pages.items[index] = answer!.value as string;
					else pages.failed = true;
					pages.missing -= 1;
					if (this.pages === pages) this.assemble();
				},
				CALL_SECONDS,
			);
		}
	}

	private assemble(): void {
		const { latest, pages, context } = this;
		if (!this.done || !pages) return;
		if (pages.failed) {
			this.finish(undefined);
			return;
		}
		if (pages.missing > 0 || !latest) return;
		const fits = latest.writer === pages.writer && latest.generation === pages.generation;
		if (!fits || checksumOfPages(pages.items, context.checksumSeed) !== latest.pagesChecksum) {
			this.finish(undefined);
			return;
		}
		const sections = new Array<Section>();
		for (const item of pages.items) {
			const body = readBody(readStoredPage(item, context.checksumSeed)!.body, latest.pagesStamp);
			if (!body) {
				context.traffic.drop("malformed");
				this.finish(undefined);
				return;
			}
			for (const section of body) sections.push(section);
		}
		const difference = readBody(latest.difference, latest.baseStamp);
		if (!difference) {
			context.traffic.drop("malformed");
			this.finish(undefined);
			return;
		}
		const { writer, baseStamp, frontier } = latest;
		this.finish({ writer, baseStamp, frontier, sections: mergeState(sections, difference) });
	}

	private finish(state: ReadState | undefined): void {
		const { done } = this;
		if (!done) return;
		this.done = undefined;
		this.polling.clear();
		this.expiring.clear();
		this.pages = undefined;
		this.latest = undefined;
		done(state);
	}
}
