import { beginWith } from "../diagnostics/begin-with";
import { Account, NO_TOPIC, UseWindow } from "./use-window";

/** A server that has not given state lately gives so many pages at once, 100 kB; afterwards evenly, or everything else would have to wait for it. */
export const PAGES_AT_ONCE = 130;

/**
 * How many pages of the state a server may give where a hub broadcasts: at a steady rate, with some at once. They are reckoned apart from what else it sends,
 * so that who gives the state can say what changes as soon as anybody.
 */
export class PageAllowance {
	/** Of the last minute; made with the first page. */
	private window: UseWindow<Account> | undefined;
	private readonly given = new Account("pages");
	private credit!: number;
	private creditAtSeconds!: number;

	/** Whether one more may be given now, at so many a minute. */
	public allows(nowSeconds: number, perMinute: number): boolean {
		const grown = (perMinute * (nowSeconds - this.creditAtSeconds)) / 60;
		this.credit = math.min(this.credit + grown, PAGES_AT_ONCE);
		this.creditAtSeconds = nowSeconds;
		return this.credit >= 1;
	}

	public note(nowSeconds: number): void {
		this.credit -= 1;
		const window = (this.window ??= new UseWindow<Account>());
		window.advance(nowSeconds);
		window.add(this.given, NO_TOPIC, 1);
	}

	/** How many were given in the last minute. */
	public lately(nowSeconds: number): number {
		this.window?.advance(nowSeconds);
		return this.given.total;
	}
}

beginWith(PageAllowance, { credit: PAGES_AT_ONCE, creditAtSeconds: 0 });
