import { hashRecord } from "../replication/digest";
import { checksum } from "../wire/checksum";
import { ShortId } from "../wire/frame";

/** A server's part in the hash of who lives. */
export function censusOf(shortId: ShortId, incarnation: number): number {
	return hashRecord(checksum(shortId, 0), incarnation);
}
