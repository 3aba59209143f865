import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { OwnerGonePolicy } from "../wire/frame";
import { Stream } from "./stream";

/** All registers of one pool, by key. A server keeps every pool of the cluster, whether its game has asked for it or not. */
export class PoolState {
	public readonly registers = new Map<string, Register>();
	public policy: OwnerGonePolicy = "remove";
	/** How many registers there are, tombstones included. */
	public registerCount = 0;
	/** How many contributions are visible. */
	public visibleCount = 0;

	constructor(public readonly name: string) {}
}

/** The last-writer-wins register of one key: the winning record, and what is needed to send it on. There are many: what most of them never have, the class has, and eight fields fit where nine take twice the room. */
export class Register {
	/** For a value in parts: the version of each. Set by {@link Register.setParts}. */
	public partVersions: number[] | undefined;
	/** For a tombstone: the stamp of the value it withdraws. Set by {@link Register.setWithdrawn}. */
	public withdrawn: number | undefined;
	/** 0 while it has not been sent. */
	public version!: number;
	/** What the owner's stream calls it; 0 until it has been defined. */
	public reference!: number;
	/** Own contributions: since when its reference was sent with the key, infinite if that has to be done again; others are taken to know it some time later. */
	public definedAtSeconds!: number;
	/** Whether other servers may know a record of this key that this one has to beat. */
	public knownElsewhere!: boolean;
	/** It has been collected; whoever still points to it must look it up anew. */
	public dropped!: boolean;
	/** It is in the list of tombstones, though it may have a value again. */
	public listed!: boolean;
	/** The game is not shown the value. */
	public hidden!: boolean;

	constructor(
		public readonly pool: PoolState,
		public readonly key: string,
		public readonly keyHash: number,
		/** The owner's stream. */
		public stream: Stream,
		public stamp: number,
		/** Undefined for a tombstone. */
		public value: string | undefined,
	) {}

	// A field takes its place as soon as it is assigned, be it nothing that is assigned.

	public setWithdrawn(withdrawn: number | undefined): void {
		if (this.withdrawn !== withdrawn) this.withdrawn = withdrawn;
	}

	public setParts(partVersions: number[] | undefined): void {
		if (this.partVersions !== partVersions) this.partVersions = partVersions;
	}

	/** Other servers may know a record of this key. */
	public noteKnownElsewhere(): void {
		if (!this.knownElsewhere) this.knownElsewhere = true;
	}

	/** What is shown of it to the game; undefined when it is not visible. */
	public shown(): string | undefined {
		return this.hidden ? undefined : this.value;
	}
}

beginWith(Register, {
	version: 0,
	reference: 0,
	definedAtSeconds: 0,
	knownElsewhere: true,
	dropped: false,
	listed: false,
	hidden: false,
});

/** The stamp that decides the order: a tombstone has that of the value it withdraws, so a removal touches nothing that was claimed since. */
export function orderStamp(record: { readonly stamp: number; readonly withdrawn: number | undefined }): number {
	return record.withdrawn ?? record.stamp;
}

/** The order of two records of one key: later stamp wins, equal stamps by owner, and a tombstone beats the value it withdraws, so that every server picks the same winner. */
export function supersedes(stamp: number, withdrawn: number | undefined, stream: Stream, current: Register): boolean {
	const order = withdrawn ?? stamp;
	const currentOrder = orderStamp(current);
	if (order !== currentOrder) return order > currentOrder;
	if (stream.shortId !== current.stream.shortId) {
		sometimes("equal stamps decided by owner");
		return stream.shortId > current.stream.shortId;
	}
	if (stream.incarnation !== current.stream.incarnation) return stream.incarnation > current.stream.incarnation;
	return withdrawn !== undefined && current.withdrawn === undefined;
}

/** Whether the game sees this register's value: its owner is live, or the pool keeps what a gone owner left. */
export function isVisible(register: Register): boolean {
	return register.value !== undefined && (register.stream.live || register.pool.policy === "adopt");
}
