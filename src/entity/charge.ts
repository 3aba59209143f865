import { fail } from "../diagnostics/errors";

/** Takes the points that charged code has used. May throw, which ends the code that is charged. */
export type Meter = (points: number) => void;

let meter: Meter | undefined;

/** The TypeScript file of each charged script, by the script's full name. */
const fileBySource = new Map<string, string>();

/**
 * Charges the entry that is running. The transformer puts calls of this into the loops and functions of charged files; code that is charged by hand
 * may call it, too. Does nothing where no meter is used. Hot: once every so many iterations of every charged loop.
 */
export function charge(points: number): void {
	if (meter) meter(points);
}

/** Lets a meter take what is charged from now on; undefined for none. Returns the former one, for whoever has to put it back. */
export function useMeter(toUse: Meter | undefined): Meter | undefined {
	const former = meter;
	meter = toUse;
	return former;
}

/** Says that the calling script is charged: the first thing in each file that the transformer has charged, `file` being its path in the project. */
export function charged(file: string): void {
	fileBySource.set(callerSource(), file);
}

/** The TypeScript file that a function is from, if that is charged. */
export function chargedFile(callback: Callback): string | undefined {
	return fileBySource.get(debug.info(callback, "s")[0]);
}

/** What is wrong with a function that has to be charged; undefined if nothing is. */
export function describeUncharged(callback: Callback): string | undefined {
	const [source] = debug.info(callback, "s");
	return fileBySource.has(source) ? undefined : unchargedText(source);
}

/**
 * To be called at the top of a file whose loops have to be charged: raises an error unless the transformer `@rbxts/net-server-sync/transformer` has
 * charged it. The compiler only warns of a transformer that it cannot find, and says nothing of files that its patterns don't match.
 */
export function RequireCharged(): void {
	const source = callerSource();
	if (!fileBySource.has(source)) fail(unchargedText(source));
}

/** The full name of the script that called the function that calls this. */
function callerSource(): string {
	return debug.info(3, "s")[0];
}

function unchargedText(source: string): string {
	return (
		`${source} is not charged, so nothing could end a loop in it; compile it with the transformer: "plugins" in tsconfig.json has to name ` +
		'"@rbxts/net-server-sync/transformer" (of a name that it cannot find the compiler only warns), and the "files" of that plugin have to match the file'
	);
}
