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
	private differsSinceSeconds = 0;
	/** Whom the hub has named since the two differ; undefined while they do not. */
	private named: Set<ShortId> | undefined;
	private namedCount = 0;
	/** How many servers the hub counts. */
	private servers = 0;

	constructor(private readonly context: Context) {}

	/** The hub has said whom it counts. */
	public compare({ servers, census }: CastSection, now: number): void {
		const { context } = this;
		if (census === context.census()) {
			this.named = undefined;
			return;
		}
		if (!this.named) {
			this.named = new Set();
			this.namedCount = 0;
			this.differsSinceSeconds = now;
		}
		this.servers = servers;
	}

	/** The hub has named a server as live. */
	public noteNamed(shortId: ShortId): void {
		const { named } = this;
		if (!named || named.has(shortId)) return;
		named.add(shortId);
		this.namedCount += 1;
	}

	/** Some of those that may be gone: live here, and neither named by the hub nor heard of meanwhile. */
	public doubtful(now: number): ReadonlyArray<Member> {
		const doubtful = new Array<Member>();
		const { named, context, differsSinceSeconds } = this;
		if (!named || now - differsSinceSeconds < PATIENCE_SECONDS) return doubtful;
		if (this.namedCount < NAMED_PART * (this.servers - 2)) return doubtful;
		for (const member of context.membership.all()) {
			if (doubtful.size() >= MOST_DOUBTFUL) break;
			const isHeardOf = math.max(member.lastHeardSeconds, member.admittedAtSeconds) >= differsSinceSeconds;
			if (!isHeardOf && !named.has(member.shortId)) doubtful.push(member);
		}
		return doubtful;
	}
}
