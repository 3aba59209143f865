import { milliseconds } from "./rounding";
import { Reign } from "./run-record";

const REIGNS_MOST = 400;

/** A reign that lasts, and whether it does by its server's own clock. */
interface Open {
	readonly reign: Reign;
	readonly holds: () => boolean;
}

/** Who led what, and when: an open end is looked at whenever another begins, so that two at a time show. */
export class Reigns {
	public readonly list = new Array<Reign>();
	public leftOut = 0;
	private open = new Array<Open>();

	/** A server leads from now on. `holds` says whether it still does, when nothing else has told that it does not. */
	public began(scope: string, server: number, term: number, now: number, holds: () => boolean = () => true): void {
		this.look(now);
		const reign: Reign = { scope, server, term, fromSeconds: milliseconds(now), toSeconds: -1, end: "leads" };
		this.open.push({ reign, holds });
		if (this.list.size() < REIGNS_MOST) this.list.push(reign);
		else this.leftOut += 1;
	}

	/** A server leads no longer. */
	public ended(scope: string, server: number, now: number, why: Reign["end"]): void {
		this.close(now, why, (reign) => reign.scope === scope && reign.server === server);
	}

	/** A server is gone, and leads nothing. */
	public serverEnded(server: number, now: number, ending: "crashed" | "closed"): void {
		this.close(now, ending === "crashed" ? "crashed" : "closing", (reign) => reign.server === server);
	}

	/** Whatever time alone has ended ends. */
	public look(now: number): void {
		const over = new Set<Reign>();
		for (const { reign, holds } of this.open) if (!holds()) over.add(reign);
		if (!over.isEmpty()) this.close(now, "expired", (reign) => over.has(reign));
	}

	/** For how long a scope had no leader since its first one, the longest time of all scopes; and for how long it had several, in all. */
	public totals(now: number): { readonly vacantSeconds: number; readonly doubleSeconds: number } {
		let [vacantSeconds, doubleSeconds] = [0, 0];
		const scopes = new Set<string>();
		for (const { scope } of this.list) scopes.add(scope);
		for (const scope of scopes) {
			let ledUntil: number | undefined;
			let doubleUntil = 0;
			for (const { scope: other, fromSeconds, toSeconds } of this.list) {
				if (other !== scope) continue;
				const overSeconds = toSeconds < 0 ? now : toSeconds;
				// In the order in which they began.
				if (ledUntil !== undefined) {
					vacantSeconds = math.max(vacantSeconds, fromSeconds - ledUntil);
					const bothUntil = math.min(ledUntil, overSeconds);
					doubleSeconds += math.max(0, bothUntil - math.max(fromSeconds, doubleUntil));
					doubleUntil = math.max(doubleUntil, bothUntil);
				}
				ledUntil = math.max(ledUntil ?? 0, overSeconds);
			}
			vacantSeconds = math.max(vacantSeconds, now - (ledUntil ?? now));
		}
		return { vacantSeconds: milliseconds(vacantSeconds), doubleSeconds: milliseconds(doubleSeconds) };
	}

	private close(now: number, why: Reign["end"], isMeant: (reign: Reign) => boolean): void {
		this.open = this.open.filter(({ reign }) => {
			if (!isMeant(reign)) return true;
			reign.toSeconds = milliseconds(now);
			reign.end = why;
			return false;
		});
	}
}
