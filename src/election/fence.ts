import { Platform } from "../platform/platform";
import { FenceRefusal, Leadership } from "./types";

/** How a fenced item is kept. */
interface FencedItem {
	readonly Term: number;
	readonly Value: unknown;
}

/** What was written without a fence is of no term. */
function itemOf(stored: unknown): FencedItem {
	if (typeIs(stored, "table")) {
		const { Term, Value } = stored as { readonly Term?: unknown; readonly Value?: unknown };
		if (typeIs(Term, "number") && Value !== undefined) return { Term, Value };
	}
	return { Term: 0, Value: stored };
}

/** Writes an item with the term of a leadership; see {@link Leadership.Fence}. */
export function fence<T extends defined>(
	platform: Platform,
	leadership: Leadership,
	map: MemoryStoreHashMap,
	key: string,
	transform: (old: T | undefined) => T | undefined,
	expirationSeconds: number,
	onRefused: (refusal: FenceRefusal) => void,
): Promise<T | undefined> {
	const { Term, Scope } = leadership;
	return new Promise<T | undefined>((resolve, reject) => {
		const refuse = (kind: FenceRefusal["kind"], message: string): void => {
			const refusal: FenceRefusal = { kind, message: `Leadership.Fence of "${Scope}": ${message}` };
			onRefused(refusal);
			reject(refusal);
		};
		platform.spawn(() => {
			let refusal: "ended" | "superseded" | undefined;
			let later = 0;
			let written: T | undefined;
			const [success, failure] = pcall(() =>
				map.UpdateAsync(
					key,
					(stored: unknown) => {
						const item = itemOf(stored);
						written = undefined;
						refusal = undefined;
						if (!leadership.IsValid()) {
							refusal = "ended";
							return undefined;
						}
						if (item.Term > Term) {
							refusal = "superseded";
							later = item.Term;
							return undefined;
						}
						const value = transform(item.Value as T | undefined);
						if (value === undefined) return undefined;
						written = value;
						return { Term, Value: value };
					},
					expirationSeconds,
				),
			);
			if (refusal === "ended") refuse("ended", `term ${Term} has ended; nothing was written`);
			else if (refusal === "superseded")
				refuse("superseded", `term ${later} has written "${key}" since; term ${Term} may not`);
			else if (!success) refuse("failed", `${failure}`);
			else resolve(written);
		});
	});
}
