/** The constants of the layout in `docs/protocol.md`, section 3. */

export const WIRE_VERSION = 1;

export const enum Cast {
	Broadcast,
	Addressed,
}

export const enum Kind {
	Records = 1,
	Beat,
	Identity,
	Members,
	Departures,
	Join,
	Page,
	Parity,
	Nack,
	Probe,
	ProbeAck,
	Heard,
	Cast,
	Relayed,
	Standing,
	CastNack,
	Cover,
	Backlog = 22,
	Part,
	Turn,
	/** In what is kept in MemoryStoreService only. */
	Withdrawn = 64,
}

/** Flags of a member's entry; its head digit is flags + MEMBER_FLAGS · (state + MEMBER_STATES · form of the id). */
export const enum MemberFlag {
	/** It is not 0, and follows. */
	Incarnation = 1,
	/** Something of it is known: up to which version, and its floor. */
	Applied = 2,
}
export const MEMBER_FLAGS = 4;
export const MEMBER_STATES = 3;

/** Flags of a records section. */
export const enum RecordsFlag {
	Foreign = 1,
	Complete = 2,
	Dense = 4,
}

/** Flags of a group in a relayed section; the head digit is count · 8 + flags, where count is up to {@link GROUP_COUNT_MOST}, or 0 for one that follows. */
export const enum GroupFlag {
	Complete = 1,
	Dense = 2,
	/** Named by the first {@link PREFIX_BYTES} of its short id; the incarnation is 0. */
	Prefix = 4,
}
export const GROUP_FLAGS = 8;
export const GROUP_COUNT_MOST = 9;
export const PREFIX_BYTES = 3;

/** Flags of a cast. */
export const enum CastFlag {
	/** The hub steps back; every server broadcasts for itself again. */
	Dissolved = 1,
	/** Names servers that give the state and repairs. */
	Responders = 2,
	/** The casts of this epoch, from the first on, bring all there is: who starts needs nothing else. */
	Founding = 4,
}

/** Forms of a record; the head digit is form · 4 + flags. */
export const enum Form {
	Value,
	ValueDefining,
	ValueDefiningNext,
	Key,
	KeyDefining,
	KeyDefiningNext,
	Tombstone,
	TombstoneDefining,
	Part,
}

export const enum HeadFlag {
	SamePool = 1,
	SameStamp = 2,
}

export const FORM_STEP = 4;
export const HEADS = FORM_STEP * (Form.Part + 1);
