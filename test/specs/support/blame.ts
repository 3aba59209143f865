/**
 * Fails unless `misuse` throws exactly this text, blamed on a line of `misuse` itself: where the game's developer made the mistake.
 * `misuse` has to be a function of a few lines.
 */
export function expectBlame(misuse: () => void, text: string): void {
	const [success, problem] = pcall(misuse);
	if (success) error(`nothing was thrown, not even "${text}"`, 2);
	const [source, firstLine] = debug.info(misuse, "sl");
	const [at, , place, line] = string.find(tostring(problem), "^(%S+):(%d+): ");
	if (at === undefined) error(`no position in "${problem}"`, 2);
	const message = string.sub(tostring(problem), `${place}:${line}: `.size() + 1);
	if (message !== text) error(`threw "${message}",\nnot "${text}"`, 2);
	const distance = tonumber(line)! - firstLine;
	if (string.find(source, place as string, 1, true)[0] === undefined && place !== source) {
		error(`blamed ${place}, not ${source}`, 2);
	}
	if (distance < 0 || distance > 8) error(`blamed line ${line}, ${distance} lines after ${firstLine}`, 2);
}
