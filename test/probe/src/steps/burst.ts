import { Bits } from "../bits";
import { publish } from "../engine";
import { TOPICS, subscribe } from "../line";
import type { Member } from "../member";

/** What a server is told to do. */
export interface BurstArgs {
	readonly label: string;
	readonly topics: number;
	/** How many servers listen: the last ones of the roster. If not all do, the others send. */
	readonly hearers: number;
	/** Messages of each server that sends. */
	readonly count: number;
}

/** What one server found out. */
export interface BurstResult {
	/** Which messages came, as {@link Bits}: those of the first server, of the second and so on. Empty if it did not listen. */
	readonly got: string;
	/** Which of the messages came that follow, one a second. */
	readonly after: string;
	readonly failed: number;
	readonly errors: readonly string[];
}

/** Who sends in a burst of which so many of the servers hear. */
export function sendersOf(servers: number, hearers: number): number {
	return hearers < servers ? servers - hearers : servers;
}

/** Sends more than a limit allows within a fraction of a minute, then one message a second until the limit lets them through again. */
export function performBurst(member: Member, given: unknown, startsIn: number): BurstResult {
	const { label, topics, hearers, count } = given as BurstArgs;
	const { engine, index, options, roster } = member;
	const servers = roster.members.size();
	const senders = sendersOf(servers, hearers);
	const begins = engine.os.clock() + startsIn;
	const topicOf = (number: number): string => `${TOPICS}/${roster.run}/${label}/${number % topics}`;
	const got = new Bits(senders * count);
	const after = new Bits(options.recoverySeconds);
	const isHearer = index >= servers - hearers;
	const connections = new Array<RBXScriptConnection>();
	const take = (data: unknown): void => {
		const [kind, number] = string.match(tostring(data), "^(%a)(%d+)$");
		if (kind === "b") got.add(tonumber(number)!);
		else if (kind === "a") after.add(tonumber(number)!);
	};
	if (isHearer) {
		for (const topic of $range(0, topics - 1)) {
			const connection = subscribe(engine, topicOf(topic), take);
			if (connection) connections.push(connection);
		}
	}
	engine.task.wait(math.max(0, begins - engine.os.clock()));

	let [failed, sent] = [0, 0];
	const errors = new Array<string>();
	const send = (topic: string, message: string): void => {
		engine.task.spawn(() => {
			const { failure } = publish(engine, topic, message);
			if (failure === undefined) return;
			failed += 1;
			if (errors.size() < 2 && !errors.includes(failure)) errors.push(failure);
		});
	};
	const own = index < senders ? count : 0;
	while (sent < own) {
		const due = math.ceil(((engine.os.clock() - begins) / options.burstSeconds) * own);
		while (sent < math.min(own, due)) {
			send(topicOf(sent), `b${index * count + sent}`);
			sent += 1;
		}
		engine.task.wait();
	}
	engine.task.wait(math.max(0, begins + options.burstSeconds - engine.os.clock()));
	const failedInBurst = failed;
	for (const second of $range(0, options.recoverySeconds - 1)) {
		if (index === 0) send(topicOf(0), `a${second}`);
		engine.task.wait(1);
	}
	engine.task.wait(options.drainSeconds);
	for (const connection of connections) connection.Disconnect();
	return { got: isHearer ? got.text() : "", after: after.text(), failed: failedInBurst, errors };
}
