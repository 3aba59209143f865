import { HybridClock } from "../replication/hybrid-clock";
import { Stream } from "../replication/stream";
import { MemberEntry, Section, ShortId } from "../wire/frame";
import { Context } from "./context";
import { Roster } from "./roster";

/** Makes the state that others gave this server's own. */
export class StateTaker {
	constructor(
		private readonly context: Context,
		private readonly roster: Roster,
	) {}

	/** `givers`: who gave it. */
	public take(sections: ReadonlyArray<Section>, givers: ReadonlySet<ShortId>, again: boolean): void {
		const { context } = this;
		const unixMilliseconds = context.platform.unixMilliseconds();
		const streams = new Map<string, Stream>();
		const entries = new Array<MemberEntry>();
		let giverLive = false;
		// Before the members: with a hub there is less to remember of each.
		for (const section of sections) {
			const hubId = section.kind === "cast" ? section.responders[0] : undefined;
			if (section.kind !== "cast" || hubId === undefined) continue;
			const name = { shortId: hubId, incarnation: incarnationOf(hubId, sections) };
			context.regime.adopt(name, section.epoch, section.seq, context.now());
		}
		for (const section of sections) {
			if (section.kind !== "members") continue;
			for (const entry of section.members) {
				if (entry.shortId === context.selfId) continue;
				entries.push(entry);
				if (givers.has(entry.shortId)) giverLive = true;
				const stream = this.streamOf(entry, givers, again);
				if (stream) streams.set(streamKey(entry.shortId, entry.incarnation), stream);
			}
		}
		if (!again) this.restampOwn(sections);
		const kept = new Map<Stream, Map<number, number>>();
		for (const section of sections) {
			if (section.kind !== "records" || !section.stream) continue;
			const stream = streams.get(streamKey(section.stream.shortId, section.stream.incarnation));
			if (!stream) continue;
			let versions = kept.get(stream);
			if (!versions) {
				versions = new Map();
				kept.set(stream, versions);
			}
			for (const record of section.records) versions.set(record.version, record.reference);
			context.replica.applySection(stream, section, context.clock, unixMilliseconds);
		}
		for (const entry of entries) {
			const stream = streams.get(streamKey(entry.shortId, entry.incarnation));
			if (!stream) continue;
			if (again && giverLive)
				context.replica.dropAbsent(stream, 0, entry.applied, kept.get(stream) ?? new Map<number, number>());
			if (entry.applied > 0) stream.close(0, entry.applied);
			stream.noteFloor(entry.applied, entry.appliedFloor);
		}
	}

	/** The stream a snapshot's member entry is about, made live or departed as it says; undefined if this server knows better. */
	private streamOf(entry: MemberEntry, givers: ReadonlySet<ShortId>, again: boolean): Stream | undefined {
		const { context } = this;
		const member = context.membership.get(entry.shortId);
		if (member)
			return member.stream.incarnation === entry.incarnation && entry.state === "live"
				? member.stream
				: undefined;
		if (entry.state === "live") {
			// Whom this server has given up comes back by answering a probe, not by hearsay; only who gave the state has proved that it lives.
			if (context.membership.departed(entry.shortId) && !givers.has(entry.shortId)) return undefined;
			return this.roster.admit(entry, entry).stream;
		}
		if (again || context.membership.departed(entry.shortId)) return undefined;
		return this.roster.remember(entry, entry, entry.state).stream;
	}

	/** What was contributed before the state was here was contributed now, as far as anybody else is concerned: it is above everything the state has. */
	private restampOwn(sections: ReadonlyArray<Section>): void {
		const { context } = this;
		const unixMilliseconds = context.platform.unixMilliseconds();
		let highest = context.nowStamp();
		for (const section of sections) {
			if (section.kind !== "records") continue;
			for (const record of section.records) {
				if (HybridClock.accepts(record.stamp, unixMilliseconds)) highest = math.max(highest, record.stamp);
			}
		}
		context.clock.witness(highest + 1);
		context.replica.restampOwn(highest + 1);
	}
}

/** What members sections say of a server; 0 if nothing. */
function incarnationOf(shortId: ShortId, sections: ReadonlyArray<Section>): number {
	for (const section of sections) {
		if (section.kind !== "members") continue;
		const entry = section.members.find((other) => other.shortId === shortId);
		if (entry) return entry.incarnation;
	}
	return 0;
}

function streamKey(shortId: ShortId, incarnation: number): string {
	return `${shortId}${incarnation}`;
}
