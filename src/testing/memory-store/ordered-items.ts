/** Items kept in order; a place is found by halving. */
export class OrderedItems<T extends defined> {
	readonly list = new Array<T>();

	/** @param comesBefore the order: of two different items one comes before the other */
	constructor(private readonly comesBefore: (left: T, right: T) => boolean) {}

	add(item: T): void {
		const index = this.firstWhere((other) => this.comesBefore(item, other));
		this.list.insert(index, item);
	}

	remove(item: T): void {
		const index = this.firstWhere((other) => !this.comesBefore(other, item));
		assert(this.list[index] === item, "an item is not where its order has it");
		this.list.remove(index);
	}

	/** The index of the first item of which `holds` is true, given that it is of all that follow; the number of items if of none. */
	firstWhere(holds: (item: T) => boolean): number {
		let low = 0;
		let high = this.list.size();
		while (low < high) {
			const middle = (low + high).idiv(2);
			if (holds(this.list[middle]!)) high = middle;
			else low = middle + 1;
		}
		return low;
	}
}
