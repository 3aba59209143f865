/// <reference types="@rbxts/testez/globals" />
import { orderStamp, Register } from "../../../src/replication/register";
import { Author, POOL, PRESENT, Sent } from "../replication/author";

const NAMES = ["aaaaaaaa", "bbbbbbbb", "cccccccc"] as const;
const SERVERS = NAMES.size();

/** What one server does; one without a value removes what it has. */
interface Operation {
	readonly server: number;
	readonly key: string;
	readonly value: string | undefined;
}

/** When a message arrives at one server: after so many operations. Empty if it gets lost. */
type Arrival = readonly number[];

/** What came of all operations in the end, as those who made them stamped them. */
interface Claim {
	readonly owner: string;
	readonly order: number;
	readonly value: string | undefined;
}

function wins(left: Claim, right: Claim): boolean {
	if (left.order !== right.order) return left.order > right.order;
	if (left.owner !== right.owner) return left.owner > right.owner;
	return left.value === undefined;
}

/** Every way in which three servers may act in turn, a first one always claiming. */
function eachCourse(keys: readonly string[], count: number, visit: (deeds: Operation[]) => void): void {
	const deeds = new Array<Operation>();
	const extend = (): void => {
		if (deeds.size() === count) return visit(deeds);
		for (const server of $range(0, SERVERS - 1)) {
			for (const key of keys) {
				for (const removes of deeds.isEmpty() ? [false] : [false, true]) {
					deeds.push({ server, key, value: removes ? undefined : `v${deeds.size()}` });
					extend();
					deeds.pop();
				}
			}
		}
	};
	extend();
}

/** Every choice of arrivals, of each message at each of the two others. Of the last one, one of them gets it at once, and the other has to ask. */
function eachWeather(count: number, visit: (weather: Arrival[]) => void): void {
	const weather = new Array<Arrival>();
	const extend = (): void => {
		if (weather.size() === 2 * count - 2) return visit([...weather, [count], []]);
		const message = weather.size().idiv(2) + 1;
		// After its operation, after each later one, or never.
		for (const after of $range(message, count)) {
			weather.push([after]);
			extend();
			weather.pop();
		}
		weather.push([]);
		extend();
		weather.pop();
	};
	extend();
}

/** Runs operations and deliveries; then what was lost is asked for. Fails unless all servers have what wins. */
function run(deeds: readonly Operation[], weather: readonly Arrival[], twice: boolean): void {
	const servers = NAMES.map((name) => new Author(name));
	const messages = new Array<{ readonly sent: Sent; readonly from: number }>();
	/** Of each operation, the index of its message, if it needed one. */
	const messageOf = new Array<number>();
	const claims = new Map<string, Claim>();
	const forgotten = new Set<string>();

	const claim = (register: Register, owner: string): void => {
		const made = { owner, order: orderStamp(register), value: register.value };
		const former = claims.get(register.key);
		if (!former || wins(made, former)) claims.set(register.key, made);
	};
	const lookForGhosts = (server: Author): void => {
		for (const [key, value] of server.shown) {
			if (forgotten.has(`${server.shortId} ${key}=${value}`))
				error(`${server.shortId} shows ${key}=${value} again`);
		}
	};
	const deliver = (to: number, { sent, from }: { readonly sent: Sent; readonly from: number }): void => {
		if (to === from) return;
		const server = servers[to]!;
		const before = new Map<string, string>();
		for (const [key, value] of server.shown) before.set(key, value);
		server.receive(sent, PRESENT);
		// What a server has seen replaced or removed, it never shows again.
		for (const [key, value] of before) {
			if (server.shown.get(key) !== value) forgotten.add(`${server.shortId} ${key}=${value}`);
		}
		lookForGhosts(server);
	};

	deeds.forEach(({ server: index, key, value }, step) => {
		const server = servers[index]!;
		// The clocks hardly move: many stamps are equal.
		const present = PRESENT + step.idiv(2);
		if (value !== undefined) server.put(key, value, present);
		else if (!server.remove(key, present)) messageOf.push(-1);
		const sent = server.send(present);
		if (messageOf.size() === step) messageOf.push(sent.isEmpty() ? -1 : messages.size());
		for (const message of sent) messages.push({ sent: message, from: index });
		const register = server.replica.pools.get(POOL)?.registers.get(key);
		if (register && !sent.isEmpty()) claim(register, server.shortId);
		weather.forEach((arrivals, slot) => {
			const from = messageOf[slot.idiv(2)] ?? -1;
			if (from < 0 || !arrivals.includes(step + 1)) return;
			const message = messages[from]!;
			const to = (message.from + 1 + (slot % 2)) % SERVERS;
			deliver(to, message);
			if (twice) deliver(to, message);
		});
	});
	// Late copies of everything that arrived at all, in the opposite order.
	for (let slot = weather.size() - 1; slot >= 0; slot--) {
		const index = messageOf[slot.idiv(2)] ?? -1;
		if (index < 0 || weather[slot]!.isEmpty()) continue;
		deliver((messages[index]!.from + 1 + (slot % 2)) % SERVERS, messages[index]!);
	}
	for (const to of $range(0, SERVERS - 1)) {
		for (const from of $range(0, SERVERS - 1)) {
			if (to === from) continue;
			const stream = servers[to]!.streamOf(servers[from]!);
			stream.extend(servers[from]!.sequencer.upTo());
			for (const { after, upTo } of [...stream.gaps]) {
				deliver(to, { sent: servers[from]!.answer(after, upTo, PRESENT + 1000), from });
			}
			if (!stream.gaps.isEmpty()) error("something is still missing");
		}
	}
	const expected = new Array<string>();
	for (const key of ["a", "b"]) {
		const claimed = claims.get(key);
		if (claimed?.value !== undefined) expected.push(`${key}=${claimed.value}@${claimed.owner}`);
	}
	const view = expected.join(" ");
	for (const server of servers) {
		if (server.view() !== view) error(`${server.shortId} sees "${server.view()}", not "${view}"`);
	}
}

function told(deeds: readonly Operation[], weather: readonly Arrival[]): string {
	const operations = deeds.map(({ server, key, value }) => `${server}:${key}=${value ?? "-"}`);
	const arrivals = weather.map((list) => (list.isEmpty() ? "lost" : `${list[0]}`));
	return `operations ${operations.join(" ")}, arrivals ${arrivals.join(" ")}`;
}

function tryAll(keys: readonly string[], count: number): number {
	let runs = 0;
	eachCourse(keys, count, (deeds) =>
		eachWeather(count, (weather) => {
			runs += 1;
			const [success, problem] = pcall(run, deeds, weather, runs % 2 === 0);
			if (!success) error(`${told(deeds, weather)}: ${problem}`, 0);
		}),
	);
	return runs;
}

export = () => {
	describe("three servers, whatever they do and whatever becomes of their messages, agree on what wins", () => {
		it("after two operations on one key", () => {
			expect(tryAll(["a"], 2)).to.equal(18 * 9);
		});

		it("after two operations on two keys", () => {
			expect(tryAll(["a", "b"], 2)).to.equal(72 * 9);
		});

		it("after three operations on one key", () => {
			expect(tryAll(["a"], 3)).to.equal(108 * 144);
		});
	});
};
