import { ShortId } from "../wire/frame";

/** The one item that says what there is. */
export const STATE_KEY = "state";

/** Pages of two generations take turns; those of different writers do not meet. Short ids are written as hexadecimal digits: keys are safest plain. */
export function pageKey(writer: ShortId, generation: number, index: number): string {
	const digits = string.rep("%02x", writer.size());
	const plain = string.format(digits, ...string.byte(writer, 1, writer.size()));
	return `${plain}/${generation % 2}/${index}`;
}
