import { SERVER_ID_BYTES_MOST } from "../wire/bounds";
import { ShortId } from "../wire/frame";

/** Who has a scope, as the store has it. It stays when its session has ended: so that terms are not forgotten. */
export interface LeaseRecord {
	readonly term: number;
	/** The session it depends on; "" where it was given back. */
	readonly session: string;
	readonly leaseSeconds: number;
	/** Its ServerId. */
	readonly holder: string;
	/** Whom the one who gave it back named. */
	readonly successor: ShortId | undefined;
}

const NOBODY = "-";

export function writeRecord({ term, session, leaseSeconds, holder, successor }: LeaseRecord): string {
	return `1 ${string.format("%.0f", term)} ${leaseSeconds} ${holder} ${successor ?? NOBODY} ${session}`;
}

/** What a text at a scope's key says; undefined if it is nothing that {@link writeRecord} makes. */
export function readRecord(text: string | undefined): LeaseRecord | undefined {
	if (text === undefined) return undefined;
	const [term, leaseSeconds, holder, successor, session] = string.match(text, "^1 (%d+) (%d+) (%S+) (%S+) (%S*)$");
	if (!typeIs(holder, "string") || holder.size() > SERVER_ID_BYTES_MOST) return undefined;
	return {
		term: tonumber(term)!,
		session: tostring(session),
		leaseSeconds: tonumber(leaseSeconds)!,
		holder,
		successor: successor === NOBODY ? undefined : tostring(successor),
	};
}
