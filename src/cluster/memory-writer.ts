import { sometimes } from "../diagnostics/situations";
import { Generation, GivenMember } from "../replication/generation";
import { ShortId } from "../wire/frame";
import {
	checksumOfPages,
	readStoredState,
	STORED_HEAD_BYTES,
	STORED_PAGES_MOST,
	StoredState,
	writeStoredPage,
	writeStoredState,
} from "../wire/stored-items";
import { jsonBytes } from "../wire/text";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { MemoryAccess } from "./memory-access";
import { pageKey, STATE_KEY } from "./memory-items";
import { StateGiver } from "./state-giver";

const STEP_SECONDS = 0.5;
/** What has changed is written so often: as often, who waits for a state that is newer than its subscriptions gets it. */
const RENEW_SECONDS = 1.5;
/** Without being renewed, the state is there for so long: shorter than it takes others to give up a writer that crashed. */
const LEASE_SECONDS = 6;
/** Who has read the state is known to the others by then; until then removals that it does not know of are remembered. */
const READER_KNOWN_SECONDS = 15;
/** A write that is not answered may still be carried out within this time. */
const LATE_SECONDS = 4;

/** One page: below the documented 32 KB. */
const PAGE_BYTES = 30_000;
/** Pages are written anew when they are so old, or when the difference has become so large a part of them; never more often than the least time. */
const GENERATION_SECONDS = 60;
const LEAST_GENERATION_SECONDS = 10;
const CHANGED_PART = 0.1;
const CHANGED_BYTES_LEAST = 1_500;
const CHANGED_BYTES_MOST = 20_000;
const DIFFERENCE_BYTES = { least: 4_000, most: 28_000, perChanged: 2 };
/** Pages stay for so long: a game that has ended leaves nothing longer. */
const PAGES_EXPIRE_SECONDS = 120;
/** What does not fit is tried again after this. */
const NO_ROOM_SECONDS = 20;

/** When nobody writes, the oldest server begins to; should it not, as it has not the option, the next one does, and so on. */
const FIRST_TURN_SECONDS = 6;
const TURN_SECONDS = 3;
const TURNS = 8;
const LATER_TURNS_SECONDS = 60;
/** Whether another still writes is asked so often; and whether another writes as well. */
const BELIEVED_SECONDS = 300;
const COMPARED_SECONDS = 30;

interface Written {
	readonly generation: Generation;
	readonly number: number;
	readonly checksum: number;
	readonly bytes: number;
	readonly atSeconds: number;
}

/**
 * Keeps the state in MemoryStoreService, for servers that start: pages, and one item with what has changed since they were written. Exactly one server should;
 * should two do it for a while, that costs, and harms nobody.
 */
export class MemoryWriter {
	private readonly stepping: Appointment;
	private isWriter = false;
	/** Who writes, as far as this server knows. */
	private writer: ShortId | undefined;
	private writerAskedSeconds = 0;
	private vacantSinceSeconds: number | undefined;
	private laterTurn = 0;
	private asking = false;
	/** The pages that the state refers to. */
	private written: Written | undefined;
	private writing = false;
	private renewing = false;
	private generations = 0;
	private count = 0;
	private attempts = 0;
	private nextGenerationSeconds = 0;
	private lastRenewalSeconds = -math.huge;
	/** How large the difference was at last. */
	private changedBytes = 0;
	/** Bytes of the pages by generation modulo 2. */
	private readonly slots = [0, 0];
	private readonly pagesInSlot = [0, 0];
	/** What another writer may have left, and until when. */
	private left = { bytes: 0, untilSeconds: 0 };
	private toldTooLarge = false;

	constructor(
		private readonly context: Context,
		private readonly access: MemoryAccess,
		private readonly giver: StateGiver,
		agenda: Agenda,
	) {
		this.stepping = agenda.add(() => this.step());
	}

	public start(): void {
		const { context } = this;
		this.laterTurn = context.platform.random() * LATER_TURNS_SECONDS;
		this.stepping.by(context.now() + STEP_SECONDS);
	}

	/** A server that wrote, as who joined by what it wrote knows. */
	public noteWriter(writer: ShortId): void {
		this.writer = writer;
		this.writerAskedSeconds = this.context.now();
	}

	private step(): void {
		const { context } = this;
		const { phase } = context;
		if (phase === "closed" || !this.access.isAvailable()) return;
		const now = context.now();
		this.stepping.at(now + STEP_SECONDS);
		if (phase !== "synced" || context.membership.serverCount() < 2 || context.regime.role() === "hub") {
			this.stopWriting();
			return;
		}
		if (this.isWriter) this.keep(now);
		else this.seek(now);
	}

	// -- who writes --------------------------------------------------------------------------------------------------------------------------

	private seek(now: number): void {
		const { context, writer } = this;
		if (this.asking) return;
		const isLive = writer !== undefined && this.mayWrite(writer);
		if (isLive && now - this.writerAskedSeconds < BELIEVED_SECONDS + this.laterTurn) {
			this.vacantSinceSeconds = undefined;
			return;
		}
		this.vacantSinceSeconds ??= now;
		const { hub } = context.regime;
		const rank = hub ? context.membership.rankBut(hub.shortId) : context.membership.rank();
		const later = rank < TURNS ? 0 : this.laterTurn;
		const turn = rank === 0 ? 0 : FIRST_TURN_SECONDS + math.min(rank, TURNS) * TURN_SECONDS + later;
		if (now < this.vacantSinceSeconds + turn || !this.access.may(1)) return;
		this.asking = true;
		this.access.read(STATE_KEY, (answer) => {
			this.asking = false;
			if (!answer || context.phase !== "synced") return;
			const state = readStoredState(answer.value, context.checksumSeed);
			if (state) this.noteLeft(state);
			this.vacantSinceSeconds = undefined;
			if (state && state.writer !== context.selfId && this.mayWrite(state.writer)) {
				this.noteWriter(state.writer);
				return;
			}
			if (this.writer !== undefined) sometimes("another server keeps the state from now on");
			this.isWriter = true;
			this.access.setWrites(true);
			this.writerAskedSeconds = context.now();
			context.log.info("this server keeps the state in MemoryStoreService from now on");
		});
	}

	/** Whether a server is live, and not the hub, which has its time for casts. */
	private mayWrite(shortId: ShortId): boolean {
		const { membership, regime } = this.context;
		return membership.get(shortId) !== undefined && regime.hub?.shortId !== shortId;
	}

	/** Another writer's pages are there until they expire. */
	private noteLeft(state: StoredState): void {
		if (state.writer === this.context.selfId) return;
		this.left = {
			bytes: state.bytes,
			untilSeconds: this.context.now() + PAGES_EXPIRE_SECONDS,
		};
	}

	/** Whether somebody else keeps the state as well: then the older one goes on. */
	private compare(now: number): void {
		const { context } = this;
		if (this.asking || now - this.writerAskedSeconds < COMPARED_SECONDS || !this.access.may(1)) return;
		this.asking = true;
		this.writerAskedSeconds = now;
		this.access.read(STATE_KEY, (answer) => {
			this.asking = false;
			const state = answer && readStoredState(answer.value, context.checksumSeed);
			if (!state || !this.isWriter || state.writer === context.selfId || !this.mayWrite(state.writer)) return;
			this.noteLeft(state);
			const { membership } = context;
			const other = membership.all().findIndex(({ shortId }) => shortId === state.writer);
			if (other >= membership.rank()) return;
			this.stopWriting();
			this.noteWriter(state.writer);
		});
	}

	private stopWriting(): void {
		if (!this.isWriter) return;
		const { access, context } = this;
		this.isWriter = false;
		this.written = undefined;
		this.vacantSinceSeconds = undefined;
		// What nobody keeps up to date, nor holds removals back for, is not to be read, and takes room.
		if (context.phase !== "synced" && access.may(1)) access.write(STATE_KEY, "", 1, () => {});
		for (const slot of [0, 1]) {
			for (const index of $range(0, this.pagesInSlot[slot]! - 1)) {
				if (access.may(1)) access.write(pageKey(context.selfId, slot, index), "", 1, () => {});
			}
			this.pagesInSlot[slot] = 0;
			this.slots[slot] = 0;
		}
		context.memoryUse.bytes = 0;
		access.setWrites(false);
	}

	// -- what is written ---------------------------------------------------------------------------------------------------------------------

	private keep(now: number): void {
		this.compare(now);
		if (!this.isWriter) return;
		const { written } = this;
		if (!this.writing && this.isGenerationDue(now)) this.writeGeneration(now);
		if (written && !this.renewing && now - this.lastRenewalSeconds >= RENEW_SECONDS - STEP_SECONDS / 2) {
			this.renew(written, now);
		}
	}

	private isGenerationDue(now: number): boolean {
		const { written } = this;
		if (now < this.nextGenerationSeconds) return false;
		if (!written || now - written.atSeconds >= GENERATION_SECONDS) return true;
		return this.changedBytes > changedBytesMost(written.bytes);
	}

	private givenMembers(): GivenMember[] {
		const members = new Array<GivenMember>();
		for (const entry of this.giver.memberEntries()) {
			const stream = this.context.findStream(entry);
			if (stream) members.push({ entry, stream });
		}
		return members;
	}

	private writeGeneration(now: number): void {
		const { access, context } = this;
		const { checksumSeed, replica, selfId } = context;
		this.nextGenerationSeconds = now + NO_ROOM_SECONDS;
		const former = this.written;
		// What is larger than all that may be kept need not be written down to know that it is.
		const bytesAllowed = access.bytesAllowed();
		const baseStamp = context.nowStamp();
		const generation = new Generation(replica, this.givenMembers(), PAGE_BYTES - STORED_HEAD_BYTES, baseStamp);
		// The pages that are in use are not written over.
		const number = this.generations + (former && (former.number + this.generations) % 2 === 1 ? 2 : 1);
		const pages = generation.bodies.map((body, index) =>
			writeStoredPage({ writer: selfId, generation: number, index, body }, checksumSeed),
		);
		let bytes = 0;
		pages.forEach((page, index) => {
			bytes += jsonBytes(page) + pageKey(selfId, number, index).size() + 4;
		});
		const slot = number % 2;
		const left = now < this.left.untilSeconds ? this.left.bytes : 0;
		const needed = bytes + this.slots[1 - slot]! + left + differenceBytes(bytes);
		if (pages.size() > STORED_PAGES_MOST || needed > bytesAllowed) {
			if (!this.toldTooLarge) {
				this.toldTooLarge = true;
				context.log.info(
					`the state of ${bytes} bytes does not fit into this library's part of MemoryStoreService; new servers get it by messages`,
				);
			}
			context.memoryUse.skipped += 1;
			// Pages expire; what refers to them is not to stay longer.
			if (former && now - former.atSeconds > PAGES_EXPIRE_SECONDS - NO_ROOM_SECONDS) this.written = undefined;
			return;
		}
		if (!access.may(pages.size() + 1)) {
			context.memoryUse.skipped += 1;
			return;
		}
		this.generations = number;
		this.nextGenerationSeconds = now + LEAST_GENERATION_SECONDS * 2 ** math.min(this.attempts, 5);
		this.attempts += 1;
		this.writing = true;
		this.slots[slot] = bytes;
		this.pagesInSlot[slot] = math.max(pages.size(), this.pagesInSlot[slot]!);
		let waiting = pages.size();
		let whole = true;
		const checksum = checksumOfPages(pages, checksumSeed);
		const finish = (): void => {
			this.writing = false;
			if (!whole || !this.isWriter) return;
			this.attempts = 0;
			this.written = { generation, number, checksum, bytes, atSeconds: now };
			this.changedBytes = 0;
			this.toldTooLarge = false;
			context.memoryUse.generations += 1;
			context.memoryUse.bytes = this.slots[0]! + this.slots[1]!;
		};
		if (waiting === 0) finish();
		pages.forEach((page, index) => {
			access.write(pageKey(selfId, number, index), page, PAGES_EXPIRE_SECONDS, (success) => {
				if (!success) whole = false;
				waiting -= 1;
				if (waiting === 0) finish();
			});
		});
	}

	/** Says what there is now. Until whoever reads this is known to all, the frontier does not rise above what it knows. */
	private renew(written: Written, now: number): void {
		const { access, context } = this;
		const { generation, number, checksum, bytes } = written;
		if (!access.may(1)) return;
		const baseStamp = context.nowStamp();
		const frontier = context.ownFrontier();
		const difference = generation.difference(
			context.replica,
			this.givenMembers(),
			differenceBytes(bytes),
			baseStamp,
			this.giver.hubSection(baseStamp),
		);
		if (difference === undefined) {
			this.changedBytes = math.huge;
			return;
		}
		this.changedBytes = jsonBytes(difference);
		this.count += 1;
		const state = writeStoredState(
			{
				writer: context.selfId,
				incarnation: context.incarnation,
				count: this.count,
				generation: number,
				pages: generation.bodies.size(),
				bytes: this.slots[0]! + this.slots[1]!,
				pagesStamp: generation.baseStamp,
				pagesChecksum: checksum,
				baseStamp,
				writtenAt: context.platform.unixMilliseconds(),
				frontier,
				difference,
			},
			context.checksumSeed,
		);
		context.pinFrontier(frontier, now + LATE_SECONDS + LEASE_SECONDS + READER_KNOWN_SECONDS);
		this.renewing = true;
		this.lastRenewalSeconds = now;
		access.write(STATE_KEY, state, LEASE_SECONDS, (success) => {
			this.renewing = false;
			if (success) context.memoryUse.renewals += 1;
		});
	}
}

/** So much of a difference makes pages be written anew. */
function changedBytesMost(bytes: number): number {
	return math.clamp(CHANGED_PART * bytes, CHANGED_BYTES_LEAST, CHANGED_BYTES_MOST);
}

/** So large may a difference become. */
function differenceBytes(bytes: number): number {
	const { least, most, perChanged } = DIFFERENCE_BYTES;
	return math.clamp(perChanged * changedBytesMost(bytes), least, most);
}
