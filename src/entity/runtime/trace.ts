/** Turns a place in compiled code into one in the source: "src/doors.ts:12"; undefined where it does not know. */
export type SourceMap = (source: string, line: number) => string | undefined;

function libraryRoot(): string | undefined {
	const [source] = debug.info(1, "s");
	const [root] = string.match(source, "^(.*)entity%.runtime%.trace$");
	return root as string | undefined;
}

/** Where this library is, as stack traces name it; undefined where that cannot be told. */
const LIBRARY = libraryRoot();

/**
 * What a stack trace is made of: frames of the game's, without those of this library, of what has called that, and of the runtime of roblox-ts.
 * `isAround`: it begins within the library, and with whatever that has called.
 */
export function cleanedFrames(raw: string, sourceMap: SourceMap | undefined, isAround = false): string[] {
	let frames = new Array<string>();
	/** Frames up to the last one of this library. */
	let called: string[] | undefined;
	for (const [line] of string.gmatch(raw, "[^\n]+")) {
		const [source, number, rest] = string.match(line as string, "^%s*(%S-):(%d+)%s*(.*)$");
		if (source === undefined || isRobloxTs(source as string)) continue;
		if (isLibrary(source as string)) {
			if (isAround && !called) frames = [];
			called = [...frames];
			continue;
		}
		const place = mapped(source as string, tonumber(number)!, sourceMap) ?? `${source}:${number}`;
		frames.push(rest === "" ? place : `${place} ${rest}`);
	}
	return called ?? frames;
}

/** A message that begins with the place where it was thrown, with that place in the source. */
export function mappedMessage(message: string, sourceMap: SourceMap | undefined): string {
	if (!sourceMap) return message;
	const [source, number, rest] = string.match(message, "^(%S-):(%d+): (.*)$");
	if (source === undefined) return message;
	const place = mapped(source as string, tonumber(number)!, sourceMap);
	return place === undefined ? message : `${place}: ${rest}`;
}

function mapped(source: string, line: number, sourceMap: SourceMap | undefined): string | undefined {
	if (!sourceMap) return undefined;
	const [success, place] = pcall(sourceMap, source, line);
	return success && typeIs(place, "string") ? place : undefined;
}

function isLibrary(source: string): boolean {
	return LIBRARY !== undefined && string.sub(source, 1, LIBRARY.size()) === LIBRARY;
}

/** What roblox-ts puts beside a game: its own runtime, and Promise. */
function isRobloxTs(source: string): boolean {
	return (
		string.find(source, "%.RuntimeLib$")[0] !== undefined ||
		string.find(source, "include%.Promise$")[0] !== undefined
	);
}
