import { ProbeEngine, publish } from "../engine";
import { TOPICS } from "../line";
import { documentedSends } from "../options";
import { Row, textsOf } from "../rows";

/** How far the limit is exceeded, and in what time: less than a minute. */
const TIMES_DOCUMENTED = 1.25;
const SECONDS = 20;
/** If limits begin anew each full minute, one try may have had two of them. */
const TRIES = 3;
/** Several, for the case that what nobody receives counts as received nevertheless. */
const TOPIC_COUNT = 20;
const MOST_SECONDS = 130;

/** One try, and whether the limit showed. */
function trySends(engine: ProbeEngine, run: string): { readonly row: Row; readonly isLimited: boolean } {
	const documented = documentedSends(engine.Players.GetPlayers().size());
	const count = math.floor(documented * TIMES_DOCUMENTED);
	const began = engine.os.clock();
	const failures = new Array<string>();
	let [taken, pending, sent] = [0, 0, 0];
	const topicOf = (index: number): string => `${TOPICS}/${run}/sends${index % TOPIC_COUNT}`;
	while (sent < count) {
		const due = math.min(count, math.ceil(((engine.os.clock() - began) / SECONDS) * count));
		while (sent < due) {
			sent += 1;
			pending += 1;
			const index = sent;
			engine.task.spawn(() => {
				const { failure } = publish(engine, topicOf(index), tostring(index));
				if (failure === undefined) taken += 1;
				else failures.push(failure);
				pending -= 1;
			});
		}
		engine.task.wait();
	}
	while (pending > 0 && engine.os.clock() - began < MOST_SECONDS) engine.task.wait(0.5);
	const isLimited = failures.size() > 0.05 * count;
	let recovery = "";
	if (isLimited) {
		let again: number | undefined;
		while (again === undefined && engine.os.clock() - began < MOST_SECONDS) {
			if (publish(engine, topicOf(0), "again").failure === undefined) again = engine.os.clock() - began;
			else engine.task.wait(1);
		}
		recovery =
			again === undefined ? "; not again within two minutes" : `; again ${math.round(again)} s after the first`;
	}
	return {
		isLimited,
		row: {
			rule: "Messages sent by a server",
			finding: isLimited ? `${taken} in a minute, then an error` : `no limit up to ${taken}`,
			evidence: `documented ${documented}${recovery}${failures.isEmpty() ? "" : `; ${textsOf(failures)}`}`,
			knob: "",
		},
	};
}

/** How many messages one server may send in a minute, and what happens then. Nobody listens. Yields. */
export function sendsRows(engine: ProbeEngine, run: string, quietSeconds: number): Row[] {
	let outcome = trySends(engine, run);
	for (const _ of $range(2, TRIES)) {
		if (outcome.isLimited) break;
		engine.task.wait(quietSeconds);
		outcome = trySends(engine, run);
	}
	return [outcome.row];
}
