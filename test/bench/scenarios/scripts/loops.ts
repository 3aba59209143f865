// Bare; loops.charged.ts is the same, and charged.
/** Loops with bodies of some 20 ns, by their kind; each goes round `rounds` times. */
export const LOOPS: ReadonlyArray<readonly [kind: string, run: (rounds: number, list: number[]) => number]> = [
	[
		"while",
		(rounds, list) => {
			let [value, round] = [0, 0];
			while (round < rounds) {
				round += 1;
				value = (value * 31 + round) % 65521;
				list[round % 16] = value;
			}
			return value;
		},
	],
	[
		"do",
		(rounds, list) => {
			let [value, round] = [0, 0];
			do {
				round += 1;
				value = (value * 31 + round) % 65521;
				list[round % 16] = value;
			} while (round < rounds);
			return value;
		},
	],
	[
		"for",
		(rounds, list) => {
			let value = 0;
			for (let round = 0; round < rounds; round++) {
				value = (value * 31 + round) % 65521;
				list[round % 16] = value;
			}
			return value;
		},
	],
	[
		"for-of, a range",
		(rounds, list) => {
			let value = 0;
			for (const round of $range(1, rounds)) {
				value = (value * 31 + round) % 65521;
				list[round % 16] = value;
			}
			return value;
		},
	],
	[
		"for-of, an array",
		(_rounds, list) => {
			let value = 0;
			const kept = [0];
			for (const element of list) {
				value = (value * 31 + element) % 65521;
				kept[element % 16] = value;
			}
			return value;
		},
	],
];
