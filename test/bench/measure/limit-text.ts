import { LimitUse } from "../../../src/testing";
import { percentText } from "../row";

/** The one that came closest to its limit, of at least one. */
export function closest(uses: ReadonlyArray<LimitUse>): LimitUse {
	let highest = uses[0]!;
	for (const use of uses) if (use.share > highest.share) highest = use;
	return highest;
}

/** "39 % (938 of 2400)" */
export function limitText(use: LimitUse): string {
	return use.most === 0 ? "0 %" : `${percentText(use.share)} (${use.most} of ${use.limit})`;
}
