/** An update that some server does not show yet, nor a newer value of its key. */
interface Pending {
	readonly updateNumber: number;
	readonly issuedAtSeconds: number;
	readonly measured: boolean;
	waitingFor: number;
}

/** What became of an update. */
export interface Converged {
	readonly updateNumber: number;
	readonly issuedAtSeconds: number;
	/** Until every server showed it, or a newer value of its key. */
	readonly seconds: number;
	/** The server that was last. */
	readonly lastServer: number;
}

/** Measures how long updates take until every server has them. Numbers of updates ascend. */
export class UpdateMeter {
	public readonly converged = new Array<Converged>();
	private issued = 0;
	private readonly pendingByKey = new Map<string, Pending[]>();
	/** The highest number that each server has shown for a key. */
	private readonly shownByKey = new Map<string, number[]>();

	constructor(private readonly servers: number) {}

	/** To be called before the update can be shown anywhere. With `measured` false, it is only followed. */
	public issue(key: string, updateNumber: number, nowSeconds: number, measured: boolean): void {
		let pending = this.pendingByKey.get(key);
		if (!pending) {
			pending = [];
			this.pendingByKey.set(key, pending);
			const highest = new Array<number>();
			for (const _ of $range(1, this.servers)) highest.push(0);
			this.shownByKey.set(key, highest);
		}
		if (measured) this.issued += 1;
		pending.push({ updateNumber, issuedAtSeconds: nowSeconds, measured, waitingFor: this.servers });
	}

	/** The server with this index (from 0) shows this update. */
	public shown(server: number, key: string, updateNumber: number, nowSeconds: number): void {
		const highest = this.shownByKey.get(key);
		const pending = this.pendingByKey.get(key);
		if (!highest || !pending) return;
		const before = highest[server]!;
		if (updateNumber <= before) return;
		highest[server] = updateNumber;
		let done = 0;
		for (const update of pending) {
			if (update.updateNumber <= before) continue;
			if (update.updateNumber > updateNumber) break;
			update.waitingFor -= 1;
			if (update.waitingFor > 0) continue;
			done += 1;
			if (update.measured) {
				const { issuedAtSeconds } = update;
				const seconds = nowSeconds - issuedAtSeconds;
				this.converged.push({
					updateNumber: update.updateNumber,
					issuedAtSeconds,
					seconds,
					lastServer: server,
				});
			}
		}
		if (done > 0) {
			this.pendingByKey.set(
				key,
				pending.filter((update) => update.waitingFor > 0),
			);
		}
	}

	/** For each key, since when some server shows an older value than the latest: 0 for none. */
	public staleness(nowSeconds: number): number[] {
		const ages = new Array<number>();
		for (const [, pending] of this.pendingByKey) {
			const [first] = pending;
			ages.push(first ? nowSeconds - first.issuedAtSeconds : 0);
		}
		return ages;
	}

	/** Measured updates that have not reached every server. */
	public missing(): number {
		return this.issued - this.converged.size();
	}

	/** Seconds of all measured updates; `math.huge` for those that have not reached every server. */
	public seconds(): number[] {
		const all = this.converged.map((update) => update.seconds);
		for (const _ of $range(1, this.missing())) all.push(math.huge);
		return all;
	}
}
