/**
 * Rare situations that the library must be able to handle. Each is counted where the code meets it, so that a simulation can tell that it got there:
 * a fault that was never reached was never tried. Costs a table look-up, in situations that are rare.
 */
export const SITUATIONS = ["given up and back"] as const;

export type Situation = (typeof SITUATIONS)[number];

const counts = new Map<Situation, number>();

/** Says that the code has got into this situation. */
export function sometimes(situation: Situation): void {
	counts.set(situation, (counts.get(situation) ?? 0) + 1);
}

/** How often each was met since the last call, by all servers of this Luau VM. */
export function takeSituations(): ReadonlyMap<Situation, number> {
	const taken = new Map<Situation, number>();
	for (const situation of SITUATIONS) taken.set(situation, counts.get(situation) ?? 0);
	counts.clear();
	return taken;
}
