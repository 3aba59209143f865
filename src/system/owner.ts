import { SubscriptionOwner } from "./types";

/** Ends what it was given, all at once. */
export class Owner implements SubscriptionOwner {
	private ends = new Array<() => void>();
	private terminated = false;

	public IsTerminated(): boolean {
		return this.terminated;
	}

	public Terminate(): void {
		if (this.terminated) return;
		this.terminated = true;
		const { ends } = this;
		this.ends = [];
		for (const finish of ends) finish();
	}

	/** @internal */
	public add(finish: () => void): void {
		this.ends.push(finish);
	}

	/** @internal What ended before its owner is not its any more. */
	public remove(finish: () => void): void {
		const at = this.ends.indexOf(finish);
		if (at >= 0) this.ends.unorderedRemove(at);
	}
}
