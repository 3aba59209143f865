import { ElectionEntry, ShortId } from "../wire/frame";

/** How the leader of one scope is found: what differs between the modes. It says through its scope what comes of it. */
export interface Contest {
	/** When {@link Contest.tick} wants to be called. */
	dueSeconds: number;
	/** The scope has been made: time begins. */
	begin(): void;
	/** The others are known from now on. */
	synced(): void;
	tick(now: number): void;
	/** Another server has said something of this scope that concerns how the leader is found. */
	hear(entry: ElectionEntry, from: ShortId): void;
	/** A leader that was not known before is known now; or, while this server leads, another with a higher term. */
	learned(leader: ShortId, term: number, isAnnounced: boolean): void;
	/** The leader is known to lead no longer; `successor` is whom it named. */
	vanished(successor: ShortId | undefined): void;
	/** This server's failure detector takes the leader for lost. */
	doubted(): void;
	/** This server's leadership of that term is over and cleaned up; whatever still says otherwise is to be taken back, then `done`. */
	release(term: number, done: () => void): void;
	/** This server may be a candidate again. */
	rest(): void;
}
