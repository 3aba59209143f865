import { Account, NO_TOPIC, UseWindow, WINDOW_SECONDS } from "../../../src/outbox/use-window";
import { Generator, property } from "../support/generators";

interface Added {
	readonly atSeconds: number;
	readonly account: Account;
	readonly topic: number;
	readonly amount: number;
}

function sum(added: ReadonlyArray<Added>, account: Account, topic: number | undefined, sinceSeconds: number): number {
	let total = 0;
	for (const item of added) {
		if (item.account !== account || item.atSeconds <= sinceSeconds) continue;
		if (topic === undefined || item.topic === topic) total += item.amount;
	}
	return total;
}

function playAgainstList(generate: Generator): void {
	const window = new UseWindow<Account>();
	const accounts = [new Account("a"), new Account("b"), new Account("c")];
	const added = new Array<Added>();
	let now = generate.integer(-100, 100000) / 8;
	const pauses = generate.pick([
		[0, 0.125],
		[0.5, 1],
		[0, 0.1, 30],
		[1, 59, 61, 62, 63, 64, 200],
	]);
	for (const _ of $range(1, generate.integer(1, 80))) {
		now += generate.pick(pauses);
		const before = accounts.map((account) => account.total);
		const touched = window.advance(now);
		accounts.forEach((account, index) => {
			const changed = account.total !== before[index];
			assert(changed === touched.includes(account), "who lost something is returned");
		});
		if (generate.oneIn(2)) {
			const account = generate.pick(accounts);
			const topic = generate.pick([NO_TOPIC, 0, 1, 2]);
			const amount = generate.integer(1, 16);
			window.add(account, topic, amount);
			added.push({ atSeconds: now, account, topic, amount });
		}
		for (const account of accounts) {
			const least = sum(added, account, undefined, now - WINDOW_SECONDS);
			const most = sum(added, account, undefined, now - WINDOW_SECONDS - 1);
			assert(account.total >= least, "nothing is forgotten early");
			assert(account.total <= most, "nothing is forgotten more than a second late");
			let onTopics = 0;
			for (const topic of $range(0, 2)) {
				onTopics += account.onTopic[topic]!;
				assert(account.onTopic[topic]! >= sum(added, account, topic, now - WINDOW_SECONDS), "topics are kept");
			}
			assert(onTopics === account.broadcasts, "broadcasts are what went to topics");
		}
		const expiry = window.nextExpiryAt();
		const empty = accounts.every((account) => account.total === 0);
		assert((expiry === undefined) === empty, "something expires if there is something");
		assert(expiry === undefined || (expiry > now && expiry <= now + WINDOW_SECONDS + 1), "it expires soon");
	}
}

export = () => {
	describe("UseWindow", () => {
		it("counts the last minute and a little more, like a list that is searched", () => {
			property(1500, playAgainstList);
		});
	});
};
