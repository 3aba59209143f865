import { WireRecord } from "../wire/frame";

/** A value that arrives in parts. */
export interface Assembly {
	readonly stamp: number;
	readonly partCount: number;
	readonly texts: Map<number, string>;
	readonly versions: Map<number, number>;
	arrived: number;
}

/** A whole value, and the versions its parts had. */
export interface Assembled {
	readonly value: string;
	readonly partVersions: number[];
}

export function startAssembly(record: WireRecord): Assembly {
	return {
		stamp: record.stamp,
		partCount: record.partCount!,
		texts: new Map(),
		versions: new Map(),
		arrived: 0,
	};
}

/** Adds one part; gives the whole once the last has come. */
export function addPart(assembly: Assembly, record: WireRecord): Assembled | undefined {
	const index = record.partIndex!;
	if (!assembly.texts.has(index)) assembly.arrived += 1;
	assert(index < assembly.partCount && assembly.arrived <= assembly.partCount, "no part is beyond the last");
	assembly.texts.set(index, record.value!);
	assembly.versions.set(index, record.version);
	if (assembly.arrived < assembly.partCount) return undefined;
	const texts = new Array<string>();
	const partVersions = new Array<number>();
	for (const position of $range(0, assembly.partCount - 1)) {
		texts.push(assembly.texts.get(position)!);
		partVersions.push(assembly.versions.get(position)!);
	}
	return { value: texts.join(""), partVersions };
}
