/** What one value stands for when two samples become one. */
export type Merge = "sum" | "most" | "last";

/** Samples in columns, taken at an even pace. When there are too many, every two become one, and the pace halves. */
export class SampleTable<Column extends string> {
	public stepSeconds = 1;
	public atSeconds = new Array<number>();
	private readonly values = new Map<Column, number[]>();

	/** `most` is even. */
	constructor(
		private readonly columns: ReadonlyArray<readonly [name: Column, merge: Merge]>,
		private readonly most: number,
	) {
		for (const [name] of columns) this.values.set(name, []);
	}

	public add(atSeconds: number, sample: Readonly<Record<Column, number>>): void {
		this.atSeconds.push(atSeconds);
		for (const [name] of this.columns) this.values.get(name)!.push(sample[name]);
		if (this.atSeconds.size() >= this.most) this.halve();
	}

	public column(name: Column): number[] {
		return this.values.get(name)!;
	}

	private halve(): void {
		this.stepSeconds *= 2;
		this.atSeconds = this.atSeconds.filter((_, index) => index % 2 === 1);
		for (const [name, merge] of this.columns) {
			const values = this.values.get(name)!;
			const merged = new Array<number>();
			for (const index of $range(1, values.size() - 1, 2)) {
				const [earlier, later] = [values[index - 1]!, values[index]!];
				merged.push(merge === "sum" ? earlier + later : merge === "most" ? math.max(earlier, later) : later);
			}
			this.values.set(name, merged);
		}
	}
}
