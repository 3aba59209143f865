/** The straight line through points that leaves the least squares: `base + slope * x`. */
export function fitLine(points: ReadonlyArray<readonly [x: number, y: number]>): { base: number; slope: number } {
	const count = points.size();
	let [sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0];
	for (const [x, y] of points) {
		sumX += x;
		sumY += y;
		sumXX += x * x;
		sumXY += x * y;
	}
	const slope = (count * sumXY - sumX * sumY) / (count * sumXX - sumX * sumX);
	return { base: (sumY - slope * sumX) / count, slope };
}
