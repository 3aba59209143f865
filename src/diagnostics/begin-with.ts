/**
 * Lets instances of a class begin with values that the class keeps for all of them: an instance has its own once it sets it.
 * For what most instances never change, where there are thousands of them in one Luau VM.
 */
export function beginWith<T extends object>(constructor: { readonly prototype: T }, values: Readonly<Partial<T>>): void {
	const members = constructor as unknown as Map<string, unknown>;
	for (const [name, value] of pairs(values as { readonly [name: string]: unknown })) members.set(name as string, value);
}
