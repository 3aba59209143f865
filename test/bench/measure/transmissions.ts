import { Seen } from "./cloud-watch";

/** When, and how often, the number of an update was in a message that the cloud took. */
export interface Transmission {
	readonly firstAtSeconds: number;
	readonly firstSender: string;
	times: number[];
}

/** Finds update numbers in messages: values travel as the text they are. */
export class Transmissions {
	public readonly byUpdate = new Map<number, Transmission>();

	/** Returns how many numbers were in a message for the first time. */
	public note(seen: Seen): number {
		let fresh = 0;
		for (const [digits] of string.gmatch(seen.message, "#(%d%d%d%d%d%d)")) {
			const updateNumber = tonumber(digits)!;
			const known = this.byUpdate.get(updateNumber);
			if (known) known.times.push(seen.atSeconds);
			else {
				fresh += 1;
				this.byUpdate.set(updateNumber, {
					firstAtSeconds: seen.atSeconds,
					firstSender: seen.sender,
					times: [seen.atSeconds],
				});
			}
		}
		return fresh;
	}
}
