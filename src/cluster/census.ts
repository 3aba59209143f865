import { sometimes } from "../diagnostics/situations";
import { CastSection, ShortId } from "../wire/frame";
import { Context } from "./context";
import { Member } from "./membership";

/** So long, the hub and this server may not have heard the same yet. */
const PATIENCE_SECONDS = 20;
/** Of the servers that the hub counts, it has to have named this part before the others are doubted: those that are busy it does not name. */
const NAMED_PART = 0.8;
/** So many are doubted at a time. */
const MOST_DOUBTFUL = 4;

/**
 * Compares who lives here with who lives at the hub. Who is missing here, the hub names in time; but that a server is gone is not said for ever: whom the hub
 * does not name while it goes through all of them, this server looks after itself.
 */
export class Census {
	/** Whom the hub has named in this round; undefined while the two agree. */
	private named: Set<ShortId> | undefined;
	private namedCount = 0;
	private roundSinceSeconds = 0;
	/** Whom it did not name in the round before. */
	private doubted: ReadonlyArray<Member> = [];

	constructor(private readonly context: Context) {}

	/** The hub has said whom it counts. */
	public compare({ servers, census }: CastSection, now: number): void {
		const { context, named } = this;
		if (census === context.census()) {
			this.named = undefined;
			this.doubted = [];
			return;
		}
		if (named) {
			if (now - this.roundSinceSeconds < PATIENCE_SECONDS || this.namedCount < NAMED_PART * (servers - 2)) return;
			this.doubted = context.membership.all().filter(({ shortId }) => !named.has(shortId));
			if (!this.doubted.isEmpty()) sometimes("a server that the hub does not count is doubted");
		}
		this.named = new Set();
		this.namedCount = 0;
		this.roundSinceSeconds = now;
	}

	/** The hub has named a server as live. */
	public noteNamed(shortId: ShortId): void {
		const { named } = this;
		if (!named || named.has(shortId)) return;
		named.add(shortId);
		this.namedCount += 1;
	}

	/** Some of those that may be gone: live here, and neither named by the hub nor heard of since. */
	public doubtful(): ReadonlyArray<Member> {
		if (this.doubted.isEmpty()) return this.doubted;
		const { membership } = this.context;
		this.doubted = this.doubted.filter((member) => {
			const heardSeconds = math.max(member.lastHeardSeconds, member.admittedAtSeconds);
			return heardSeconds < this.roundSinceSeconds && membership.get(member.shortId) === member;
		});
		return this.doubted.filter((_, index) => index < MOST_DOUBTFUL);
	}
}
