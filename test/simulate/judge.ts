import { Actor, shortened } from "./actor";
import { disagreement } from "./courts";
import { History, Operation } from "./oracle";
import type { Stage } from "./stage";
import { SCOPES } from "./thrones";

/** Of what two servers do at nearly the same time, either may win: stamps are whole milliseconds. */
const SAME_MOMENT_SECONDS = 0.003;

/** What must be true of a game in which no faults have happened for some time. */
export class Judge {
	constructor(private readonly stage: Stage) {}

	/** Whether all live servers see the same, and each other. */
	public isAgreed(): boolean {
		const live = this.stage.live();
		const first = live[0];
		if (!first) return true;
		const view = this.viewOf(0);
		for (const [index, actor] of ipairs(live)) {
			if (!actor.pools.State.pool.IsSynced()) return false;
			if (actor.server.Cluster.GetServers().size() !== live.size()) return false;
			if (index > 1 && this.viewOf(index - 1) !== view) return false;
		}
		return SCOPES.every((scope) => disagreement(this.stage, scope) === undefined);
	}

	/** What is wrong in the end, if anything is. */
	public problem(): { readonly text: string; readonly servers: readonly number[] } | undefined {
		const { stage } = this;
		const live = stage.live();
		const first = live[0];
		if (!first) return undefined;
		const expected = this.membersOf(live.map((actor) => actor.number));
		const view = this.viewOf(0);
		for (const [index, actor] of ipairs(live)) {
			const { number, server } = actor;
			if (!actor.pools.State.pool.IsSynced()) return { text: `server ${number} has no state`, servers: [number] };
			const seen = this.membersOf(server.Cluster.GetServers().map((one) => stage.numberOf(one.ServerId)));
			if (seen !== expected) {
				return { text: `server ${number} sees servers ${seen}, there are ${expected}`, servers: [number] };
			}
			if (this.viewOf(index - 1) !== view) {
				const difference = this.difference(view, this.viewOf(index - 1));
				const text = `servers ${first.number} and ${number} disagree: ${difference}`;
				return { text, servers: [first.number, number] };
			}
		}
		for (const scope of SCOPES) {
			const wrong = disagreement(stage, scope);
			if (wrong)
				return {
					text: `${scope}: in the end ${wrong.text}`,
					servers: wrong.actors.map((actor) => actor.number),
				};
		}
		for (const history of stage.oracle.histories) {
			const wrong = this.wrongOf(history);
			if (wrong !== undefined) {
				const servers = history.operations.map((operation) => operation.actor.number);
				return { text: `${history.pool}.${history.key}: ${wrong}`, servers: [...new Set(servers)] };
			}
		}
		for (const name of ["State", "Kept"] as const) {
			for (const { key } of first.pools[name].pool.GetAllContributions()) {
				if (stage.oracle.has(name, key)) continue;
				return { text: `${name}.${key} was never contributed by a server`, servers: [first.number] };
			}
		}
		return undefined;
	}

	private viewOf(index: number): string {
		return this.stage.live()[index]!.view((id) => this.stage.nameOf(id));
	}

	private membersOf(numbers: number[]): string {
		numbers.sort((left, right) => left < right);
		return numbers.join(" ");
	}

	private difference(left: string, right: string): string {
		const [ours, theirs] = [new Set(left.split(" ")), new Set(right.split(" "))];
		const only = left.split(" ").filter((word) => !theirs.has(word));
		const others = right.split(" ").filter((word) => !ours.has(word));
		return `"${only.join(" ")}" there, "${others.join(" ")}" here`;
	}

	private wrongOf(history: History): string | undefined {
		const { pool, key } = history;
		// What is contributed before the state is here counts as contributed then.
		const operations = history.operations.map((operation) => ({
			...operation,
			atSeconds: math.max(operation.atSeconds, operation.actor.syncedAtSeconds),
		}));
		const order = new Map<Operation, number>();
		operations.forEach((operation, index) => order.set(operation, index));
		operations.sort((left, right) =>
			left.atSeconds === right.atSeconds
				? order.get(left)! < order.get(right)!
				: left.atSeconds < right.atSeconds,
		);
		const observer = this.stage.live()[0]!.pools[pool].pool;
		const value = observer.GetContribution(key)?.value;
		if (value === undefined) return this.whyNotGone(history, operations);
		return this.whyNot(history, operations, value, observer.GetOwner(key)!);
	}

	/** What speaks against a key being absent. */
	private whyNotGone({ pool }: History, operations: Operation[]): string | undefined {
		const last = operations[operations.size() - 1]!;
		const adopts = pool === "Kept";
		const before = operations[operations.size() - 2];
		const alone = !before || last.atSeconds - before.atSeconds > SAME_MOMENT_SECONDS;
		if (
			!this.stage.skewed &&
			alone &&
			last.value !== undefined &&
			last.actor.isLive() &&
			!(adopts && this.hadGone(operations))
		) {
			return `gone, though server ${last.actor.number} contributed it last`;
		}
		for (const { value, actor } of newestOf(operations))
			if (value === undefined || !actor.isLive()) return undefined;
		return "gone, though nobody removed what was contributed last, and nobody is gone who did";
	}

	/** Whether an owner is gone or could have been taken for gone: another may then have adopted the key, and removed nothing. */
	private hadGone(operations: Operation[]): boolean {
		for (const { value, actor } of operations) if (value === undefined || !actor.isLive()) return true;
		return false;
	}

	/** Who saw a value and contributed something else: that is newer, whatever the clocks say. */
	private replacerOf(operations: readonly Operation[], made: Operation): Actor | undefined {
		for (const { saw, value, actor } of operations) {
			if (saw !== made.value || value === undefined || value === made.value || !actor.isLive()) continue;
			let latest: Operation | undefined;
			for (const operation of operations) if (operation.actor === actor) latest = operation;
			// Where one of the two was given up, nobody may know any more what was removed again: then the other one's is still its own.
			const givenUp = actor.context.incarnation > 0 || made.actor.context.incarnation > 0;
			if (latest!.value !== undefined || !givenUp) return actor;
		}
		return undefined;
	}

	/** What speaks against a key having this value of this owner. */
	private whyNot({ pool }: History, operations: Operation[], value: string, ownerId: string): string | undefined {
		const adopts = pool === "Kept";
		const text = shortened(value);
		let made: Operation | undefined;
		for (const operation of operations) if (operation.value === value) made = operation;
		if (!made) return `nobody contributed ${text}`;
		const owner = this.stage.actorOf(ownerId);
		if (!owner?.isLive()) return `its owner ${this.stage.nameOf(ownerId)} is gone`;
		if (!adopts && made.actor !== owner) return `server ${owner.number} never contributed ${text}`;
		let latest = made;
		for (const operation of operations) if (operation.actor === made.actor) latest = operation;
		// What a gone server did last may not have been heard of; what a silent one removed, another may have adopted.
		const excused = adopts && (!made.actor.isLive() || latest.value === undefined);
		const replacer = this.replacerOf(operations, made);
		if (replacer) return `${text}, which server ${replacer.number} saw and replaced`;
		if (latest !== made && !excused) return `server ${made.actor.number} changed it after ${text}`;
		const last = operations[operations.size() - 1]!;
		// Without skew, stamps follow time.
		const later = last.atSeconds - made.atSeconds > SAME_MOMENT_SECONDS;
		if (!this.stage.skewed && later && last !== made && last.value !== undefined && last.actor.isLive()) {
			return `${text}, though server ${last.actor.number} contributed it last`;
		}
		return undefined;
	}
}

/** What nobody has replaced or removed who saw it, nor the server itself that did it: one of these is newest, whatever the clocks say. */
function newestOf(operations: readonly Operation[]): Operation[] {
	const seen = new Set<string>();
	const latest = new Map<Actor, Operation>();
	for (const operation of operations) {
		if (operation.saw !== undefined && operation.saw !== operation.value) seen.add(operation.saw);
		latest.set(operation.actor, operation);
	}
	return operations.filter(
		(operation) =>
			latest.get(operation.actor) === operation && (operation.value === undefined || !seen.has(operation.value)),
	);
}
