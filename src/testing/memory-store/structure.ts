import { Minute, MinuteWindow } from "../minute-window";
import { hashText } from "../random";
import { ExpiringItem } from "./expiry-queue";

/** One item of a data structure. A write makes a new one; it is never changed to mean something else. */
export interface MemoryItem extends ExpiringItem {
	readonly structure: Structure;
	/** As JSON made it. */
	readonly value: unknown;
	/** What it takes of the memory, key and all. */
	readonly bytes: number;
}

/** One hash map, sorted map or queue, and what is counted for each of them. */
export abstract class Structure {
	itemCount = 0;
	bytes = 0;
	/** Request units of the last minute. */
	readonly units: MinuteWindow;
	readonly hash: number;

	constructor(
		/** Kind and name, as statistics show it. */
		readonly label: string,
		readonly name: string,
		/** Whether the size of one data structure is limited: not that of a hash map. */
		readonly sizeLimited: boolean,
		minute: Minute,
	) {
		this.units = new MinuteWindow(minute);
		this.hash = hashText(label);
	}

	/** Takes an item in; it is accounted for elsewhere. */
	abstract insert(item: MemoryItem): void;

	/** Lets go of an item that it has. */
	abstract forget(item: MemoryItem): void;
}
