// Random programs that count for themselves what they have to be charged: a point for each function entered, one for each iteration begun.
const MOST_DEPTH = 3;

/** The same numbers for the same seed (mulberry32). */
function randomOf(seed) {
	let state = seed;
	return (below) => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
}

class Program {
	constructor(seed, callable) {
		this.random = randomOf(seed);
		this.callable = callable;
		this.names = 0;
	}

	name() {
		return `v${++this.names}`;
	}

	pick(...choices) {
		return choices[this.random(choices.length)];
	}

	mix() {
		return `x = (x * ${3 + this.random(40)} + ${this.random(1000)}) % 65521;`;
	}

	/** What may leave a loop, a function, or just an iteration. */
	exit(place) {
		const condition = `if (x % ${2 + this.random(9)} === 0)`;
		const ways = ["return x;", "{ x += 1; return x; }"];
		if (!place.isTried) ways.push("throw x;");
		if (place.isInLoop) ways.push("break;", "break;", "continue;");
		return `${condition} ${this.pick(...ways)}`;
	}

	statement(depth, place) {
		const kind = this.random(12);
		if (kind < 4 && depth < MOST_DEPTH) return this.loop(depth, place);
		if (kind < 7 && (place.isInLoop || this.random(4) === 0)) return this.exit(place);
		if (kind === 7 && this.callable.length > 0) {
			const [success, value] = [this.name(), this.name()];
			return (
				`const [${success}, ${value}] = pcall(${this.pick(...this.callable)}, x % 5);` +
				`x = (x + (${success} ? (${value} as number) : 3)) % 65521;`
			);
		}
		if (kind === 8) return "ticks += 1; x = apply((value) => value + 1, x) % 65521;";
		if (kind === 9 && depth < MOST_DEPTH) {
			const cases = [0, 1].map((value) => `case ${value}: ${this.mix()} break;`).join(" ");
			const rest = this.block(depth + 1, { ...place, isInLoop: false }, 1);
			return `switch (x % 3) { ${cases} default: { ${rest} break; } }`;
		}
		if (kind === 10 && depth < MOST_DEPTH) {
			const exit = this.exit({ ...place, isTried: true });
			return `try { if (x % 3 === 0) throw "three"; ${exit} ${this.mix()} } catch { x += 7; }`;
		}
		return this.mix();
	}

	block(depth, place, most = 3) {
		const statements = Array.from({ length: 1 + this.random(most) }, () => this.statement(depth, place));
		// Nothing may stand behind what always leaves.
		return [...statements, this.mix()].join("\n");
	}

	loop(depth, place) {
		const [i, last] = [this.name(), this.name()];
		const body = `{ ticks += 1;\n${this.block(depth + 1, { ...place, isInLoop: true })}\n}`;
		const bound = `const ${last} = x % ${3 + this.random(20)};`;
		return this.pick(
			`${bound} for (let ${i} = 0; ${i} < ${last}; ${i}++) ${body}`,
			`${bound} for (let ${i} = 1; ${i} <= ${last}; ${i} += 1) ${body}`,
			`${bound} for (let ${i} = ${last}; ${i} > 0; ${i}--) ${body}`,
			`${bound} for (let ${i} = ${last}; ${i} >= 3; ${i} -= 1) ${body}`,
			`${bound} for (let ${i} = 0; ${i} < ${last}; ${i} += 2) ${body}`,
			`for (let ${i} = 0; ${i} < 17; ${i}++) ${body}`,
			`for (let ${i} = 0; ${i} < LIST.size(); ${i}++) ${body}`,
			`for (const ${i} of LIST) { x += ${i}; ${body} }`,
			`for (const [, ${i}] of ENTRIES) { x += ${i}; ${body} }`,
			`for (const ${i} of WORDS) { x += ${i}.size(); ${body} }`,
			`${bound} for (const ${i} of $range(1, ${last})) { x += ${i}; ${body} }`,
			`${bound} for (const ${i} of $range(2, ${last}, 3)) { x += ${i}; ${body} }`,
			`let ${i} = x % 21; while (${i} > 0) { ${i} -= 1; ${body} }`,
			`let ${i} = x % 21; while (${i} > 0) { ${i} -= 1; ticks += 1; ${this.mix()} if (x % 5 === ${this.random(6)}) ${this.pick("break;", "return x;")} ${this.mix()} }`,
			`let ${i} = x % 21; while (true) { ${i} -= 1; ticks += 1; if (${i} < 0) break; ${this.mix()} }`,
			`let ${i} = x % 21; do { ${i} -= 1; ticks += 1; ${this.mix()} if (x % 7 === 0) break; } while (${i} > 0);`,
			`let ${i} = x % 21; do { ${i} -= 1; ${body} } while (${i} > 0);`,
		);
	}
}

/** A module with as many programs, in the list `programs`; `takeTicks` gives what they counted since it was called last. */
export function programs(seed, count) {
	const names = Array.from({ length: count }, (_, index) => `program${index}`);
	const functions = names.map((name, index) => {
		const program = new Program(
			seed * 1000 + index,
			names.slice(Math.max(0, index - 3), index).filter((_, at) => at === 0 && index % 4 === 0),
		);
		const body = program.block(0, { isInLoop: false, isTried: false }, 5);
		return `function ${name}(n: number): number {\nticks += 1;\nlet x = n;\n${body}\nreturn x;\n}`;
	});
	return `
let ticks = 0;
const LIST = [5, 3, 9, 27, 1, 4, 11, 2, 8, 6, 31];
const ENTRIES = new Map([["a", 5], ["b", 5], ["c", 5]]);
const WORDS = ["one", "three", "four", "eleven"];
function apply(toCall: (value: number) => number, value: number): number { ticks += 1; return toCall(value); }
${functions.join("\n")}
export function takeTicks(): number { const taken = ticks + 1; ticks = 0; return taken; }
export const programs: ReadonlyArray<(n: number) => number> = [${names.join(", ")}];
`;
}
