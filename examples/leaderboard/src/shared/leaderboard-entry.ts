export type LeaderboardEntry = {
	username: string;
	points: number;
};

/** The best `count` entries, best first; equal points by name. */
export function topEntries(entries: LeaderboardEntry[], count: number): LeaderboardEntry[] {
	const sorted = [...entries];
	sorted.sort((left, right) =>
		left.points === right.points ? left.username < right.username : left.points > right.points,
	);
	return sorted.move(0, math.min(count, sorted.size()) - 1, 0, []);
}
