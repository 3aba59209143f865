import { ElectionSection, ShortId } from "../wire/frame";

/** What the library's upper parts have said in this cluster's messages, and hear from them. */
export interface Rider {
	/** Sections for a broadcast that is being composed, of at most so many bytes; "" for none. They count as sent. */
	takeSections(roomBytes: number): string;
	/** From any server, member or not: whoever comes back from a partition is heard at once. */
	receive(section: ElectionSection, sender: ShortId): void;
	/** A server has closed, or is taken for lost here. */
	departed(shortId: ShortId, reason: "closed" | "lost"): void;
	/** This server has the state, or there is no messaging. */
	synced(): void;
	/** This server closes: `done` is called once everything is handed over, before the others are told. */
	close(done: () => void): void;
}
