//!native
//!optimize 2
/**
 * Server ids as they travel: nearly all are GUIDs, and those are packed, four words for 32 hexadecimal digits.
 * Anything else is text. The short id need not be said: it follows from the id.
 */
import { encodeNumber, encodeWord } from "./base85";
import { SERVER_ID_BYTES_MOST } from "./bounds";
import { Reader } from "./reader";
import { toWire } from "./text";

/** How an id is written. */
export const enum IdForm {
	Text,
	LowerGuid,
	UpperGuid,
}
export const ID_FORMS = IdForm.UpperGuid + 1;

const GUID_PATTERN = "^(%x%x%x%x%x%x%x%x)%-(%x%x%x%x)%-(%x%x%x%x)%-(%x%x%x%x)%-(%x%x%x%x)(%x%x%x%x%x%x%x%x)$";
const GUID_BYTES = 36;
const LOWER_FORMAT = "%08x-%04x-%04x-%04x-%04x%08x";
const UPPER_FORMAT = "%08X-%04X-%04X-%04X-%04X%08X";

/** The form in which an id comes back as it is. */
export function idFormOf(serverId: string): IdForm {
	if (serverId.size() !== GUID_BYTES || string.match(serverId, GUID_PATTERN)[0] === undefined) return IdForm.Text;
	// One without letters is the same in both.
	if (string.lower(serverId) === serverId) return IdForm.LowerGuid;
	return string.upper(serverId) === serverId ? IdForm.UpperGuid : IdForm.Text;
}

/** The id, in the form that {@link idFormOf} tells. */
export function idText(serverId: string, form: IdForm): string {
	if (form === IdForm.Text) {
		const text = toWire(serverId);
		return encodeNumber(text.size()) + text;
	}
	const [first, second, third, fourth, fifth, last] = string.match(serverId, GUID_PATTERN);
	return wordOf(first as string) + wordOf(`${second}${third}`) + wordOf(`${fourth}${fifth}`) + wordOf(last as string);
}

export function readId(reader: Reader, form: IdForm): string {
	if (form === IdForm.Text) {
		const text = reader.text(1, SERVER_ID_BYTES_MOST);
		// Of two forms for one id, the short one is the only one.
		if (text.size() === GUID_BYTES && idFormOf(text) !== IdForm.Text) reader.fail();
		return text;
	}
	const [first, second, third, fourth] = [reader.word(), reader.word(), reader.word(), reader.word()];
	if (reader.failed) return "";
	const id = string.format(
		form === IdForm.LowerGuid ? LOWER_FORMAT : UPPER_FORMAT,
		first,
		second.idiv(65_536),
		second % 65_536,
		third.idiv(65_536),
		third % 65_536,
		fourth,
	);
	if (form === IdForm.UpperGuid && string.lower(id) === id) reader.fail();
	return id;
}

function wordOf(digits: string): string {
	return encodeWord(tonumber(digits, 16)!);
}
