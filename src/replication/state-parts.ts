import { CastSection, Section, ShortId } from "../wire/frame";

/** Of the state cut into `parts`, number `part`, from 0. */
export interface Part {
	readonly part: number;
	readonly parts: number;
}

/** All of the state. */
export const WHOLE: Part = { part: 0, parts: 1 };

/** What one server gave: a part of the state as it was there. */
export interface GivenPart extends Part {
	readonly sections: ReadonlyArray<Section>;
}

/**
 * Whether what concerns a server's stream is in this part. Parts are of whole streams: how far a stream goes, its floor and its records come from one
 * server at one moment, whoever gives the others. Short ids are hashes, so parts are about equal.
 */
export function isInPart(shortId: ShortId, { part, parts }: Part): boolean {
	if (parts === 1) return true;
	const [first = 0, second = 0] = string.byte(shortId, 1, 2);
	return (first * 85 + second) % parts === part;
}

/**
 * The state that the parts are together, as sections that one snapshot could have. Each may be of another server and another moment: every stream is as it was
 * in its part, and of the casts those count as received that are in all parts.
 */
export function mergeParts(given: ReadonlyArray<GivenPart>): Section[] {
	const merged = new Array<Section>();
	const cast = castInAll(given);
	if (cast) merged.push(cast);
	const taken = new Set<ShortId>();
	for (const part of given) {
		for (const section of part.sections) {
			if (section.kind === "members") {
				// Who does not know of parts gives everything.
				const members = section.members.filter(({ shortId }) => isInPart(shortId, part));
				for (const { shortId } of members) taken.add(shortId);
				merged.push({ kind: "members", members });
			} else if (section.kind === "records" && section.stream && isInPart(section.stream.shortId, part)) {
				// Without its member entry nothing would be known of its stream.
				if (taken.has(section.stream.shortId)) merged.push(section);
			}
		}
	}
	return merged;
}

/** Up to which cast of the latest hub everything is in every part. */
function castInAll(given: ReadonlyArray<GivenPart>): CastSection | undefined {
	let latest: CastSection | undefined;
	for (const part of given) {
		const cast = castOf(part);
		if (cast && (!latest || cast.epoch > latest.epoch)) latest = cast;
	}
	if (!latest) return undefined;
	let { seq } = latest;
	for (const part of given) {
		const cast = castOf(part);
		const follows = cast?.epoch === latest.epoch && cast.responders[0] === latest.responders[0];
		seq = math.min(seq, follows ? cast.seq : 0);
	}
	assert(seq <= latest.seq, "nothing counts as received that is not in every part");
	return { ...latest, seq };
}

/** Which hub a part's server followed, and up to which cast. */
function castOf({ sections }: GivenPart): CastSection | undefined {
	return sections.find((section): section is CastSection => section.kind === "cast");
}
