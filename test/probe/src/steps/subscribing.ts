import { Attempt, ProbeEngine, attempt, publish } from "../engine";
import { TOPICS } from "../line";
import { quantile, rounded } from "../numbers";
import { DOCUMENTED_SUBSCRIBE_REQUESTS, documentedSubscriptions } from "../options";
import { Row, textsOf } from "../rows";

const TIMED = 10;
const ARRIVAL_SECONDS = 8;
/** How far the limits are exceeded. */
const BEYOND = 20;
const REQUEST_SECONDS = 0.1;
const MINUTE_SECONDS = 65;
/** Connections that the probe itself has. */
const OWN_SUBSCRIPTIONS = 2;

interface Subscribed extends Attempt {
	readonly connection: RBXScriptConnection | undefined;
}

function trySubscribe(engine: ProbeEngine, topic: string, received: (data: unknown) => void): Subscribed {
	let connection: RBXScriptConnection | undefined;
	const outcome = attempt(engine, () => {
		connection = engine.MessagingService.SubscribeAsync(topic, ({ Data }) => received(Data));
	});
	return { ...outcome, connection };
}

/** How long subscribing takes, and whether what is published right after it arrives. */
function latencyRow(engine: ProbeEngine, topic: string): Row {
	const seconds = new Array<number>();
	const failures = new Array<string>();
	const connections = new Array<RBXScriptConnection>();
	let arrived = 0;
	for (const index of $range(1, TIMED)) {
		const outcome = trySubscribe(engine, `${topic}/t${index}`, () => (arrived += 1));
		if (!outcome.connection) {
			failures.push(outcome.failure!);
			continue;
		}
		connections.push(outcome.connection);
		seconds.push(outcome.seconds);
		publish(engine, `${topic}/t${index}`, "first");
	}
	engine.task.wait(ARRIVAL_SECONDS);
	for (const connection of connections) connection.Disconnect();
	const failed = failures.isEmpty() ? "" : `; ${failures.size()} failed: ${textsOf(failures)}`;
	if (seconds.isEmpty()) {
		return {
			rule: "How long subscribing takes",
			finding: "it fails",
			evidence: failed,
			knob: "subscribeErrors: 1",
		};
	}
	const [least, most] = [rounded(quantile(seconds, 0), 2), rounded(quantile(seconds, 1), 2)];
	return {
		rule: "How long subscribing takes",
		finding: `${least} to ${most} s, half of them at most ${rounded(quantile(seconds, 0.5), 2)} s`,
		evidence: `${arrived} of ${seconds.size()} messages that followed at once arrived${failed}`,
		knob: `subscribeSeconds: [${least}, ${most}], subscribeErrors: ${rounded(failures.size() / TIMED, 2)}`,
	};
}

/** How many subscriptions a server may hold. */
function heldRow(engine: ProbeEngine, topic: string): Row {
	const documented = documentedSubscriptions(engine.Players.GetPlayers().size());
	const connections = new Array<RBXScriptConnection>();
	const failures = new Array<string>();
	for (const index of $range(1, documented + BEYOND)) {
		const { connection, failure } = trySubscribe(engine, `${topic}/h${index}`, () => {});
		if (connection) connections.push(connection);
		else failures.push(failure!);
	}
	const held = connections.size() + OWN_SUBSCRIPTIONS;
	for (const connection of connections) connection.Disconnect();
	const isLimited = !failures.isEmpty();
	return {
		rule: "Subscriptions of a server",
		finding: isLimited ? `${held}, then an error` : `no limit up to ${held}`,
		evidence: `documented ${documented}${isLimited ? `; ${textsOf(failures)}` : ""}`,
		knob: "",
	};
}

/** How many subscribe requests a server may make in a minute, and when it may again. */
function requestsRow(engine: ProbeEngine, topic: string): Row {
	engine.task.wait(MINUTE_SECONDS);
	let [taken, pending] = [0, 0];
	const failures = new Array<string>();
	const began = engine.os.clock();
	for (const index of $range(1, DOCUMENTED_SUBSCRIBE_REQUESTS + BEYOND)) {
		pending += 1;
		engine.task.spawn(() => {
			const { connection, failure } = trySubscribe(engine, `${topic}/r${index % 10}`, () => {});
			connection?.Disconnect();
			if (connection) taken += 1;
			else failures.push(failure!);
			pending -= 1;
		});
		engine.task.wait(REQUEST_SECONDS);
	}
	while (pending > 0 && engine.os.clock() - began < 2 * MINUTE_SECONDS) engine.task.wait(0.5);
	const documented = `documented ${DOCUMENTED_SUBSCRIBE_REQUESTS}`;
	if (failures.isEmpty()) {
		return { rule: "Subscribe requests", finding: `no limit up to ${taken}`, evidence: documented, knob: "" };
	}
	let again: number | undefined;
	while (again === undefined && engine.os.clock() - began < 2 * MINUTE_SECONDS) {
		const { connection } = trySubscribe(engine, `${topic}/again`, () => {});
		connection?.Disconnect();
		if (connection) again = engine.os.clock() - began;
		else engine.task.wait(3);
	}
	const recovery =
		again === undefined ? "not again within two minutes" : `again ${math.round(again)} s after the first`;
	return {
		rule: "Subscribe requests",
		finding: `${taken} in a minute, then an error`,
		evidence: `${documented}; ${recovery}; ${textsOf(failures)}`,
		knob: "",
	};
}

/** Yields for some three minutes. */
export function subscribingRows(engine: ProbeEngine, run: string): Row[] {
	const topic = `${TOPICS}/${run}`;
	return [latencyRow(engine, topic), heldRow(engine, topic), requestsRow(engine, topic)];
}
