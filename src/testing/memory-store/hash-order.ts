import { hashText, mix } from "../random";
import { KeyedItem } from "./keyed-store";
import { Structure } from "./structure";

/** Where a hash map has a key, or where a sorted map or queue is as a whole. */
export function placeHash(structure: Structure, key: string): number {
	return mix(structure.hash, hashText(key));
}

export function partitionOf(hash: number, partitions: number): number {
	return hash % partitions;
}

/** The order in which a hash map lists its items: by partition, and within one as good as random. */
export function listsBefore(partitions: number): (left: KeyedItem, right: KeyedItem) => boolean {
	return (left, right) => {
		const leftPartition = partitionOf(left.hash, partitions);
		const rightPartition = partitionOf(right.hash, partitions);
		if (leftPartition !== rightPartition) return leftPartition < rightPartition;
		return left.hash !== right.hash ? left.hash < right.hash : left.key < right.key;
	};
}
