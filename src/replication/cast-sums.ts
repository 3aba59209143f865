import { SumSection } from "../wire/frame";
import { makeParity, recoverPages } from "../wire/parity";

/** A cast carries the sum of the news of the casts so far before it: of the last one, and of one that a loss of two in a row does not take along. */
export const NEARER = 1;
export const FARTHER = 3;
/** So many casts back, what was new in them is kept, and sums of it. */
const KEPT_CASTS = 10;

/** What was new in one cast: its first sections, as they stand there. */
export interface CastNews {
	readonly seq: number;
	/** Of the cast: the stamps in its text are told from it. */
	readonly baseStamp: number;
	readonly text: string;
}

/** What the news of two casts add up to. */
export function sumOf(nearer: CastNews, farther: CastNews): Omit<SumSection, "kind"> {
	assert(nearer.seq - farther.seq === FARTHER - NEARER, "everybody knows which casts a sum is of");
	return {
		nearerStamp: nearer.baseStamp,
		fartherStamp: farther.baseStamp,
		text: makeParity([nearer.text, farther.text], 1)[0]!,
	};
}

/**
 * A cast may carry the sum of what was new in two before it, in the room of one: so every cast's news is in two sums, and whoever has the other part of one
 * computes it. A single cast that is lost is computed from the next one, two in a row from the next two, three in a row from the next three. Pure.
 */
export class CastSums {
	private readonly newsOf = new Map<number, CastNews>();
	/** By the number of the cast that carried it. */
	private readonly sums = new Map<number, Omit<SumSection, "kind">>();
	private highest = 0;

	/** A cast came in, with this as its news, and perhaps a sum. */
	public note(news: CastNews, sum: Omit<SumSection, "kind"> | undefined): void {
		const { seq } = news;
		if (seq <= this.highest - KEPT_CASTS) return;
		this.newsOf.set(seq, news);
		if (sum) this.sums.set(seq, sum);
		this.highest = math.max(this.highest, seq);
		const forgotten = this.highest - KEPT_CASTS;
		for (const [known] of this.newsOf) if (known <= forgotten) this.newsOf.delete(known);
		for (const [carrier] of this.sums) if (carrier - FARTHER <= forgotten) this.sums.delete(carrier);
	}

	/** The news that can be computed by now, each once. */
	public takeComputed(): CastNews[] {
		const computed = new Array<CastNews>();
		// What is computed from one sum may be what another lacks.
		let isMore = true;
		while (isMore) {
			isMore = false;
			for (const carrier of $range(this.highest - KEPT_CASTS + 1, this.highest)) {
				const news = this.computeFrom(carrier);
				if (!news) continue;
				this.newsOf.set(news.seq, news);
				computed.push(news);
				isMore = true;
			}
		}
		return computed;
	}

	private computeFrom(carrier: number): CastNews | undefined {
		const sum = this.sums.get(carrier);
		if (!sum) return undefined;
		const nearer = this.newsOf.get(carrier - NEARER);
		const farther = this.newsOf.get(carrier - FARTHER);
		if ((nearer === undefined) === (farther === undefined)) return undefined;
		const text = recoverPages(2, 1, new Map([[0, (nearer ?? farther)!.text]]), new Map([[0, sum.text]])).get(1);
		if (text === undefined) {
			// It is no sum of what is known here.
			this.sums.delete(carrier);
			return undefined;
		}
		return nearer
			? { seq: carrier - FARTHER, baseStamp: sum.fartherStamp, text }
			: { seq: carrier - NEARER, baseStamp: sum.nearerStamp, text };
	}
}
