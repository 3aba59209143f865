/** What follows the first `count` items. */
export function withoutFirst<T extends defined>(items: ReadonlyArray<T>, count: number): T[] {
	const rest = new Array<T>();
	for (const index of $range(count, items.size() - 1)) rest.push(items[index]!);
	return rest;
}
