/** Makes the members of an object that are missing when it is made, each when it is first asked for. */
type Makers<T> = { readonly [Name in keyof T]?: (owner: T) => T[Name] };

/**
 * Lets instances of a class make members when they are first asked for, and then keep them: a large game has thousands of servers, and hardly
 * any of them uses all that it could. The class does not set these members itself.
 */
export function makeLazily<T extends object>(constructor: { readonly prototype: T }, makers: Makers<T>): void {
	const methods = constructor as unknown as ReadonlyMap<unknown, unknown> & { __index: unknown };
	const makerOf = makers as unknown as ReadonlyMap<unknown, (owner: T) => unknown>;
	methods.__index = (owner: T, name: unknown) => {
		const method = methods.get(name);
		if (method !== undefined) return method;
		const make = makerOf.get(name);
		if (!make) return undefined;
		const made = make(owner);
		rawset(owner, name, made);
		return made;
	};
}
