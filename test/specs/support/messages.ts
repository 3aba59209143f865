import { isDropReason, readFrame } from "../../../src/wire/frame-reader";
import { shortIdOf } from "../../../src/wire/short-id";
import { World } from "./world";

/** A message as it was published. */
export interface SeenMessage {
	readonly atSeconds: number;
	/** Servers by number; 0 for others. */
	readonly from: number;
	readonly to: number;
	/** What its sections are. */
	readonly kinds: string[];
	readonly topic: string;
	readonly text: string;
}

export interface SeenMessages {
	readonly broadcasts: SeenMessage[];
	readonly addressed: SeenMessage[];
}

/** Lists everything that reaches a subscriber from now on, each message once; in place of any other filter. */
export function messagesOf(world: World): SeenMessages {
	const seen: SeenMessages = { broadcasts: [], addressed: [] };
	const texts = new Set<string>();
	world.emulated.SetFilter((_sender, receiver, topic, message) => {
		const text = message as string;
		if (texts.has(text)) return "deliver";
		texts.add(text);
		const frame = readFrame(text, 0);
		if (isDropReason(frame)) return "deliver";
		const noted = {
			atSeconds: world.emulated.Now(),
			from: numberOf(world, frame.sender),
			to: frame.addressee === undefined ? 0 : world.numberOf(receiver),
			kinds: frame.sections.map((section) => section.kind as string),
			topic,
			text,
		};
		if (frame.addressee === undefined) seen.broadcasts.push(noted);
		else seen.addressed.push(noted);
		return "deliver";
	});
	return seen;
}

function numberOf(world: World, shortId: string): number {
	for (const peer of world.peers) if (shortIdOf(peer.id) === shortId) return peer.number;
	return 0;
}
