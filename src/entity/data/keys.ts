/** What a contribution to a space's pool is about, by its key. Pure. */

/** The entity itself. */
export const HEAD = "";
/** The id of the entity that it is part of. */
export const PARENT = "^";
/** The name of its script's definition, or the script's text. */
export const SOURCE = "//";
/** The component that the entity's own properties are of. */
export const OWN = "";

export const NAME_BYTES_MOST = 50;

/** A component's presence; its value is the kind. */
export function componentKey(component: string): string {
	return `/${component}`;
}

export function propertyKey(component: string, property: string): string {
	return `/${component}/${property}`;
}

/** Component and property of a cell's key; no property for a component's presence. */
export function partsOf(
	key: string,
): { readonly component: string; readonly property: string | undefined } | undefined {
	const [component, property] = string.match(key, "^/([^/]*)/(.+)$");
	if (component !== undefined) return { component: component as string, property: property as string };
	const [alone] = string.match(key, "^/([^/]+)$");
	return alone === undefined ? undefined : { component: alone as string, property: undefined };
}

/** Entity and cell of a contribution's key; undefined if it is none. */
export function splitKey(key: string): { readonly id: string; readonly cell: string } | undefined {
	const [id, cell] = string.match(key, "^([%w%-]+)(.*)$");
	if (id === undefined) return undefined;
	const isKnown = cell === HEAD || cell === PARENT || cell === SOURCE || partsOf(cell as string) !== undefined;
	return isKnown ? { id: id as string, cell: cell as string } : undefined;
}

/** What is wrong with the name of a component or property, if anything. */
export function nameProblem(name: unknown): string | undefined {
	if (!typeIs(name, "string")) return `must be a string, but is a ${typeOf(name)}`;
	if (name.size() < 1 || name.size() > NAME_BYTES_MOST)
		return `is ${name.size()} bytes, names are 1 to ${NAME_BYTES_MOST}; choose another one`;
	if (string.find(name, "/", 1, true)[0] !== undefined) return 'has a "/" in it; choose another one';
	return undefined;
}
