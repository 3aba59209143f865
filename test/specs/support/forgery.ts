import { MessagingCloud, EPOCH_UNIX_SECONDS } from "../../../src/testing";
import { DIGITS, encodeWord } from "../../../src/wire/base85";
import { checksum } from "../../../src/wire/checksum";
import { FrameHeader } from "../../../src/wire/frame";
import { writeFrame } from "../../../src/wire/frame-writer";
import { RecordsWriter } from "../../../src/wire/records-writer";
import { shortIdOf } from "../../../src/wire/short-id";
import { Peer, World } from "./world";

/** Topics as every server subscribes to them. */
export const BROADCAST_TOPIC = "net-server-sync/1/all/0";

/** The present of the emulated game, in milliseconds of Unix time. */
export function presentStamp(world: World): number {
	return math.floor((EPOCH_UNIX_SECONDS + world.emulated.Now()) * 1000);
}

/** A frame's header, as somebody who knows the format would write it in a server's name. */
export function headerOf(world: World, serverId: string, header: Partial<FrameHeader> = {}): FrameHeader {
	return {
		addressee: undefined,
		sender: shortIdOf(serverId),
		incarnation: 0,
		counter: 0,
		baseStamp: presentStamp(world),
		unicasts: 0,
		...header,
	};
}

/** A contribution in somebody's name: the next record of their stream, or whatever version is given. */
export function forgedRecord(header: FrameHeader, entry: string, version: number, stamp = header.baseStamp): string {
	const writer = new RecordsWriter(
		800,
		{ stream: undefined, after: version - 1, upTo: version, complete: true, dense: false },
		header.baseStamp,
	);
	const [key] = string.match(entry, "^[^=]+");
	writer.add({
		version,
		reference: 4000,
		stamp,
		defining: true,
		pool: "State",
		policy: "remove",
		key: key as string,
		value: entry,
	});
	return writer.finish();
}

export { writeFrame };

/** The same message, as another version of the wire would begin it. */
export function ofVersion(text: string, version: number): string {
	const covered = DIGITS[version]! + string.sub(text, 7);
	return encodeWord(checksum(covered, 0)) + covered;
}

/** Puts anything on a topic, of whatever type. */
export function injectAnything(world: World, topic: string, message: unknown): void {
	(world.emulated as unknown as { cloud: MessagingCloud }).cloud.inject(topic, message, 10);
}

/** How many messages a server has dropped, by reason. */
export function dropped(peer: Peer): { readonly [reason: string]: number } {
	return peer.server.Cluster.GetStatistics().Dropped as unknown as { readonly [reason: string]: number };
}

export function droppedInAll(peer: Peer): number {
	let sum = 0;
	for (const [, count] of pairs(dropped(peer) as unknown as Map<string, number>)) sum += count;
	return sum;
}
