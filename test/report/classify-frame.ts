import { Section } from "../../src/wire/frame";
import { isDropReason, readFrame } from "../../src/wire/frame-reader";

/** Without a shared key. */
const CHECKSUM_SEED = 0;

/** What a section is for; the first of these that a message has names the message. */
const PURPOSES: ReadonlyArray<readonly [purpose: string, kinds: ReadonlySet<Section["kind"]>]> = [
	["state", new Set(["page", "parity"] as const)],
	["join", new Set(["join"] as const)],
	["repair", new Set(["nack", "probe", "probeAck", "departures"] as const)],
	["changes", new Set(["records"] as const)],
	["beat", new Set(["beat"] as const)],
];

/** What a message of this package is for, as diagrams name it. */
export function classifyFrame(_topic: string, message: unknown): string {
	const frame = readFrame(message, CHECKSUM_SEED);
	if (isDropReason(frame)) return "other";
	const found = PURPOSES.find(([, kinds]) => frame.sections.some((section) => kinds.has(section.kind)));
	return found ? found[0] : "other";
}
