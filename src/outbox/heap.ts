// Hot: twice per queued change.

/** A place in an {@link IndexedHeap}: ordered by `rank`, ties by `sequence`. */
export interface HeapNode<T extends defined> {
	readonly rank: number;
	readonly sequence: number;
	readonly item: T;
	/** Where the heap keeps it; -1 while it is in no heap. Only the heap writes it. */
	position: number;
}

function precedes<T extends defined>(left: HeapNode<T>, right: HeapNode<T>): boolean {
	if (left.rank !== right.rank) return left.rank < right.rank;
	return left.sequence < right.sequence;
}

/** A binary heap whose nodes know their place, so that any of them is removed in O(log n). Least first. */
export class IndexedHeap<T extends defined> {
	private readonly nodes = new Array<HeapNode<T>>();

	/** O(1). */
	public size(): number {
		return this.nodes.size();
	}

	public first(): HeapNode<T> | undefined {
		return this.nodes[0];
	}

	public insert(node: HeapNode<T>): void {
		assert(node.position === -1, "a node is in one heap at most");
		const position = this.nodes.size();
		this.nodes.push(node);
		node.position = position;
		this.moveUp(node, position);
	}

	public remove(node: HeapNode<T>): void {
		const position = node.position;
		assert(this.nodes[position] === node, "a node that is removed is in this heap");
		const last = this.nodes.pop()!;
		node.position = -1;
		if (last === node) return;
		this.nodes[position] = last;
		last.position = position;
		this.moveDown(last, position);
		this.moveUp(last, last.position);
	}

	private moveUp(node: HeapNode<T>, start: number): void {
		const nodes = this.nodes;
		let position = start;
		while (position > 0) {
			const parentPosition = (position - 1).idiv(2);
			const parent = nodes[parentPosition]!;
			if (!precedes(node, parent)) break;
			nodes[position] = parent;
			parent.position = position;
			position = parentPosition;
		}
		nodes[position] = node;
		node.position = position;
	}

	private moveDown(node: HeapNode<T>, start: number): void {
		const nodes = this.nodes;
		const count = nodes.size();
		let position = start;
		while (true) {
			let childPosition = position * 2 + 1;
			if (childPosition >= count) break;
			let child = nodes[childPosition]!;
			if (childPosition + 1 < count) {
				const sibling = nodes[childPosition + 1]!;
				if (precedes(sibling, child)) {
					child = sibling;
					childPosition += 1;
				}
			}
			if (!precedes(child, node)) break;
			nodes[position] = child;
			child.position = position;
			position = childPosition;
		}
		nodes[position] = node;
		node.position = position;
	}
}
