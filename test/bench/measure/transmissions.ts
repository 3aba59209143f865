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

	public note(seen: Seen): void {
		for (const [digits] of string.gmatch(seen.message, "#(%d%d%d%d%d%d)")) {
			const updateNumber = tonumber(digits)!;
			const known = this.byUpdate.get(updateNumber);
			if (known) known.times.push(seen.atSeconds);
			else {
				this.byUpdate.set(updateNumber, {
					firstAtSeconds: seen.atSeconds,
					firstSender: seen.sender,
					times: [seen.atSeconds],
				});
			}
		}
	}
}
