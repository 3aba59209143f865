import { PageCollector } from "../replication/snapshot";
import { Part } from "../replication/state-parts";
import { PageSection, ShortId } from "../wire/frame";

/** Question and answer take two deliveries of up to two seconds, but the first of many pages comes early. */
export const REPEAT_SECONDS = 3.2;
/** Pages that were sent together arrive within this time, and pages that wait for the budget not much longer after each other. */
const PAGE_SPREAD_SECONDS = 2.1;
const PAGE_PAUSE_SECONDS = 0.6;
/** Whoever gave a part has held the frontier back for it lately if a page came within this time. */
const HELD_BACK_SECONDS = 6;

/** The conversation by which a joiner gets a part of the state, or all of it, from one server. */
export class PartRequest {
	public collector: PageCollector;
	/** Who is being asked. */
	public target: ShortId | undefined;
	/** Whose pages have come. Answers of two servers do not mix: the first that answers is the one. */
	public responder: ShortId | undefined;
	/** Questions since the last page. */
	public questions = 0;
	/** When to ask, again or at all. */
	public dueSeconds = math.huge;
	/** The target has said when its pages come: until then nobody else is asked. */
	public isPromised = false;
	private firstPageSeconds: number | undefined;
	private lastPageSeconds = -math.huge;

	constructor(
		public readonly part: Part,
		nonce: number,
	) {
		this.collector = new PageCollector(nonce);
	}

	/** Begins anew, with whomever. */
	public begin(nonce: number, dueSeconds: number): void {
		this.collector = new PageCollector(nonce);
		this.target = undefined;
		this.responder = undefined;
		this.questions = 0;
		this.isPromised = false;
		this.firstPageSeconds = undefined;
		this.lastPageSeconds = -math.huge;
		this.dueSeconds = dueSeconds;
	}

	public hasStarted(): boolean {
		return this.collector.started();
	}

	/** All pages of it are here. */
	public isComplete(): boolean {
		return this.collector.isComplete();
	}

	/** It is complete, and whoever gave it still holds the frontier back. */
	public isFinished(nowSeconds: number): boolean {
		return nowSeconds - this.lastPageSeconds <= HELD_BACK_SECONDS && this.isComplete();
	}

	/** The pages that need not be sent. Of all of them the last is wanted once more: it tells that the frontier is still held back. */
	public held(): number[] {
		const held = this.collector.held();
		if (this.isComplete()) held.pop();
		return held;
	}

	public noteAsked(target: ShortId, nowSeconds: number): void {
		this.target = target;
		this.questions += 1;
		this.isPromised = false;
		this.dueSeconds = nowSeconds + REPEAT_SECONDS;
		this.firstPageSeconds = undefined;
	}

	/** Pages come in `seconds`. */
	public notePromise(seconds: number, nowSeconds: number): void {
		this.questions = 0;
		this.isPromised = true;
		this.dueSeconds = nowSeconds + seconds + REPEAT_SECONDS;
	}

	/** A page came in: `text` is its body, or a parity text. What is missing two seconds after the first one, and after a pause, is lost. */
	public notePage(page: PageSection, sender: ShortId, baseStamp: number, text: string, nowSeconds: number): void {
		this.responder = sender;
		this.isPromised = false;
		this.firstPageSeconds ??= nowSeconds;
		if (this.collector.add(page.index, page.pages, page.parities, baseStamp, text)) {
			this.questions = 0;
			this.lastPageSeconds = nowSeconds;
		}
		this.dueSeconds = this.isComplete()
			? nowSeconds + REPEAT_SECONDS
			: math.max(this.firstPageSeconds + PAGE_SPREAD_SECONDS, nowSeconds + PAGE_PAUSE_SECONDS);
	}
}
