import { isDropReason, readFrame } from "../../src/wire/frame-reader";

/** Whether a message says, among other things, that a leader gives up what it leads. */
export function isResignation(message: unknown): boolean {
	if (!typeIs(message, "string")) return false;
	const frame = readFrame(message, 0);
	if (isDropReason(frame)) return false;
	for (const section of frame.sections) {
		if (section.kind === "election" && section.entries.some(({ word }) => word === "resigned")) return true;
	}
	return false;
}
