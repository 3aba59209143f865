/**
 * Lets instances of a class begin with values that the class keeps for all of them: an instance has its own once it sets it.
 * For what most instances never change, where there are thousands of them in one Luau VM.
 */
export function beginWith(constructor: object, values: { readonly [member: string]: defined }): void {
	const members = constructor as Map<string, defined>;
	for (const [member, value] of pairs(values)) members.set(member as string, value);
}
