import { Actor } from "./actor";
import type { Accuse } from "./actor";

const MAP_NAME = "tallies";
const EXPIRATION_SECONDS = 3600;

/** What was counted under one key: increments that succeeded, and such of which nobody knows. */
interface Tally {
	certain: number;
	possible: number;
}

/** Servers that count together in a hash map of the MemoryStore, whatever becomes of their calls. */
export class Tallies {
	private readonly tallies = new Map<string, Tally>();
	private readonly keys = new Array<string>();

	constructor(private readonly accuse: Accuse) {}

	/** Adds one, in a thread of the server. A call that fails, or never returns, may have had its effect. */
	public count(actor: Actor, key: string): void {
		let tally = this.tallies.get(key);
		if (!tally) {
			tally = { certain: 0, possible: 0 };
			this.tallies.set(key, tally);
			this.keys.push(key);
		}
		const counted = tally;
		counted.possible += 1;
		actor.server.Schedule(0, () => {
			const map = actor.server.MemoryStoreService.GetHashMap(MAP_NAME);
			const [success] = pcall(() =>
				map.UpdateAsync(key, (value) => ((value as number | undefined) ?? 0) + 1, EXPIRATION_SECONDS),
			);
			if (success) counted.certain += 1;
		});
	}

	/** Everything was lost that was counted, or is being counted. */
	public forget(): void {
		for (const key of this.keys) {
			const tally = this.tallies.get(key)!;
			tally.certain = -math.huge;
		}
	}

	/** Looks at what was counted, in a thread of the server. */
	public check(actor: Actor): void {
		for (const key of this.keys) {
			const { certain, possible } = this.tallies.get(key)!;
			actor.server.Schedule(0, () => {
				const map = actor.server.MemoryStoreService.GetHashMap(MAP_NAME);
				const found = (map.GetAsync(key) as number | undefined) ?? 0;
				if (found >= certain && found <= possible) return;
				const text = `${key} was counted to ${found} in the MemoryStore, that is not from ${certain} to ${possible}`;
				this.accuse(text, [actor.number]);
			});
		}
	}
}
