/** Requests are remembered for so long at least: no copy of one comes later. */
const REMEMBERED_SECONDS = 400;
/** Of a flood of them so many at least. */
const REMEMBERED_LEAST = 20_000;

/** Requests that have come, so that none is run twice. Two halves, of which the older one is forgotten as a whole: noting costs the same however many there are. */
export class SeenRequests {
	private recent = new Set<string>();
	private former = new Set<string>();
	private recentCount = 0;
	private sinceSeconds = -math.huge;

	/** Notes one; false if it has come before. */
	public note(name: string, nowSeconds: number): boolean {
		if (this.recent.has(name) || this.former.has(name)) return false;
		if (this.recentCount >= REMEMBERED_LEAST || nowSeconds - this.sinceSeconds > REMEMBERED_SECONDS) {
			this.former = this.recent;
			this.recent = new Set();
			this.recentCount = 0;
			this.sinceSeconds = nowSeconds;
		}
		this.recent.add(name);
		this.recentCount += 1;
		return true;
	}

	/** How many it remembers. */
	public size(): number {
		return this.recent.size() + this.former.size();
	}
}
