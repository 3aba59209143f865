import { BORROW_SPACING_SECONDS, BroadcastKind } from "../../../src/outbox/allowance";
import { Budget } from "../../../src/outbox/budget";
import { capsFor } from "../../../src/outbox/caps";
import { BROADCAST_TOPICS, WINDOW_SECONDS } from "../../../src/outbox/use-window";
import { Generator, property } from "../support/generators";

const KINDS: ReadonlyArray<BroadcastKind> = ["control", "data", "echo"];
/** An own id that sorts first: its home is the first topic. */
const SELF = "a";
/** By then everything is known of the game that was sent before. */
const LATER = 100;

function otherIds(servers: number): string[] {
	const ids = new Array<string>();
	for (const index of $range(2, servers)) ids.push(`s${100 + index}`);
	return ids;
}

/** A budget that has listened for long. */
function budgetOf(servers: number, share = 0.5): Budget {
	const budget = new Budget({ selfId: SELF, budgetShare: share });
	budget.setMembers(otherIds(servers), 0);
	budget.setSynced();
	budget.use(LATER);
	return budget;
}

/** The others have used all of the share: nothing is left to borrow. */
function exhaust(budget: Budget, servers: number, now: number): void {
	const ids = otherIds(servers);
	let turn = 0;
	while (budget.use(now).deliveries <= 1.3 * budget.use(now).deliveriesCap) {
		budget.noteHeard(now, ids[turn % ids.size()]!, turn % BROADCAST_TOPICS);
		turn += 1;
	}
}

function broadcastAll(budget: Budget, now: number, kind: BroadcastKind): number {
	let count = 0;
	while (budget.mayBroadcast(now, kind)) {
		budget.noteBroadcast(now, budget.pickTopic(now));
		count += 1;
	}
	return count;
}

interface Sent {
	readonly at: number;
	readonly own: boolean;
	readonly deliveries: number;
	readonly topic: number | undefined;
}

function sumOf(sent: ReadonlyArray<Sent>, own: boolean | undefined, topic: number | undefined, since: number): number {
	let sum = 0;
	for (const item of sent) {
		if (item.at <= since || (own !== undefined && item.own !== own)) continue;
		if (topic === undefined || item.topic === topic) sum += item.deliveries;
	}
	return sum;
}

/** Compares a budget with lists of all that ever happened. */
function playAgainstLists(generate: Generator): void {
	const servers = generate.integer(1, 14);
	const budget = budgetOf(servers, generate.pick([0.3, 0.5, 1]));
	const ids = otherIds(servers);
	const sent = new Array<Sent>();
	let sends = new Array<number>();
	let now = LATER;
	for (const _ of $range(1, generate.integer(1, 100))) {
		now += generate.pick([0, 0.1, 0.5, 3, 61]);
		const operation = generate.integer(1, 6);
		if (operation <= 2) {
			const kind = generate.pick(KINDS);
			if (budget.mayBroadcast(now, kind)) {
				assert(budget.nextBroadcastAt(now, kind) === now, "what is allowed is allowed now");
				const topic = budget.pickTopic(now);
				budget.noteBroadcast(now, topic);
				sent.push({ at: now, own: true, deliveries: servers, topic });
				sends.push(now);
			} else {
				const again = budget.nextBroadcastAt(now, kind);
				assert(again >= now + 0.05 && again <= now + WINDOW_SECONDS + 1, `asks again in ${again - now} s`);
			}
		} else if (operation === 3 && !ids.isEmpty()) {
			const topic = generate.integer(0, 2);
			budget.noteHeard(now, generate.pick(ids), topic);
			sent.push({ at: now, own: false, deliveries: servers, topic });
		} else if (operation === 4 && !ids.isEmpty()) {
			const count = generate.integer(1, 5);
			budget.noteReportedUnicasts(now, generate.pick(ids), count);
			sent.push({ at: now, own: false, deliveries: count, topic: undefined });
		} else if (operation === 5 && !ids.isEmpty()) {
			const addressee = generate.pick(ids);
			if (!budget.mayUnicast(now, addressee, 1)) continue;
			budget.noteUnicast(now, addressee);
			sent.push({ at: now, own: true, deliveries: 1, topic: undefined });
			sends.push(now);
		} else budget.noteHeard(now, SELF, generate.integer(0, 2));

		const use = budget.use(now);
		const late = now - WINDOW_SECONDS - 1;
		const between = (value: number, own: boolean | undefined, topic: number | undefined) => {
			assert(value >= sumOf(sent, own, topic, now - 60) - 1e-6, "nothing of the last minute is missing");
			assert(value <= sumOf(sent, own, topic, late) + 1e-6, "nothing is counted twice, or for long");
		};
		between(use.deliveries, undefined, undefined);
		between(use.ownDeliveries, true, undefined);
		for (const topic of $range(0, BROADCAST_TOPICS - 1)) between(use.topics[topic]!.deliveries, undefined, topic);
		sends = sends.filter((at) => at > late);
		assert(use.ownSends <= sends.size(), "messages are counted once");
	}
	// Whatever happened, following nextBroadcastAt leads to a broadcast.
	const latest = now + WINDOW_SECONDS + 1.1;
	const kind = generate.pick(KINDS);
	let asked = 0;
	while (!budget.mayBroadcast(now, kind)) {
		asked += 1;
		now = budget.nextBroadcastAt(now, kind);
		assert(now <= latest, "a broadcast is allowed once everything is forgotten");
		assert(asked < 2000, "asking again is worth while");
	}
}

export = () => {
	describe("Budget", () => {
		it("counts what a list of everything counts", () => {
			property(600, playAgainstLists);
		});

		it("charges a broadcast for every server, and an addressed message once", () => {
			const budget = budgetOf(7);
			budget.noteBroadcast(LATER, 0);
			budget.noteUnicast(LATER, "s102");
			budget.noteHeard(LATER, "s103", 1);
			budget.noteReportedUnicasts(LATER, "s103", 4);
			const use = budget.use(LATER);
			expect(use.ownDeliveries).to.equal(8);
			expect(use.deliveries).to.equal(8 + 11);
			expect(use.ownSends).to.equal(2);
			expect(use.topics[0]!.deliveries).to.equal(7);
			expect(use.topics[1]!.deliveries).to.equal(7);
			expect(use.deliveriesCap).to.equal(900);
			expect(use.deliveriesDocumented).to.equal(1800);
		});

		it("allows the guarantee, whatever the others have used", () => {
			for (const servers of [2, 5, 10, 13]) {
				const budget = budgetOf(servers);
				exhaust(budget, servers, LATER);
				const guaranteed = math.floor(capsFor(servers, 0, 0.5, 1).guaranteed / servers);
				const count = broadcastAll(budget, LATER, "control");
				// Others have broken their word on this topic as well; otherwise it would be all of the guarantee.
				assert(count <= guaranteed, `${count} of ${guaranteed}`);
			}
			const budget = budgetOf(10);
			const ids = otherIds(10);
			for (const index of $range(0, 60)) budget.noteHeard(LATER, ids[index % 9]!, 1 + (index % 2));
			for (const index of $range(0, 59)) budget.noteHeard(LATER, ids[index % 9]!, 1 + (index % 2));
			expect(broadcastAll(budget, LATER, "control")).to.equal(6);
		});

		it("keeps a part of the guarantee for control, and room for echoes that are owed", () => {
			const counts = (owedEchoes: number, kinds: ReadonlyArray<BroadcastKind>) => {
				const budget = budgetOf(10, 1);
				const ids = otherIds(10);
				// All of the cap, but none of it just now: the pace is no reason to wait.
				for (const index of $range(0, 239)) {
					budget.noteHeard(LATER - 60 + index * 0.2, ids[index % 9]!, 1 + (index % 2));
				}
				budget.setOwedEchoes(owedEchoes);
				return kinds.map((kind) => broadcastAll(budget, LATER, kind));
			};
			// Twelve broadcasts are guaranteed; control's part is 1.8 of them.
			const [data, echoes, control] = counts(2, ["data", "echo", "control"]);
			expect(data).to.equal(8);
			expect(echoes).to.equal(2);
			expect(control).to.equal(2);
		});

		it("spaces what it borrows", () => {
			const budget = budgetOf(10);
			broadcastAll(budget, LATER, "control");
			let now = LATER;
			let last = LATER;
			let borrowed = 0;
			while (now < LATER + 30) {
				now = math.max(now + 0.01, budget.nextBroadcastAt(now, "data"));
				if (!budget.mayBroadcast(now, "data")) continue;
				budget.noteBroadcast(now, budget.pickTopic(now));
				assert(now - last >= BORROW_SPACING_SECONDS - 1e-9, `${now - last} s apart`);
				last = now;
				borrowed += 1;
			}
			assert(borrowed >= 20, `borrows ${borrowed} in 30 s`);
		});

		it("allows two broadcasts before it knows the others", () => {
			const budget = new Budget({ selfId: SELF, budgetShare: 0.5 });
			expect(broadcastAll(budget, 0, "control")).to.equal(2);
			expect(budget.mayBroadcast(500, "control")).to.equal(false);
			budget.setMembers(otherIds(3), 500);
			budget.setSynced();
			expect(budget.mayBroadcast(500, "control")).to.equal(true);
		});

		it("takes what it heard at first for typical", () => {
			const young = new Budget({ selfId: SELF, budgetShare: 0.5 });
			young.setMembers(otherIds(5), 0);
			young.setSynced();
			for (const second of $range(1, 50)) young.noteHeard(second, "s102", 0);
			const deliveries = young.use(50).deliveries;
			assert(deliveries > 300 && deliveries < 320, `${deliveries} instead of about 310`);
			expect(young.use(WINDOW_SECONDS).deliveries).to.equal(250);
		});

		it("reckons with what it did not hear, given the loss", () => {
			const budget = budgetOf(4);
			for (const _ of $range(1, 20)) budget.noteHeard(LATER, "s102", 0);
			budget.setLoss(0.2);
			const deliveries = budget.use(LATER + 1).deliveries;
			assert(math.abs(deliveries - 100) < 3, `${deliveries} instead of about 100`);
		});

		it("spreads homes over the topics, the same for all", () => {
			const ids = ["d", "a", "c", "b", "f", "e"];
			const homes = new Map<number, number>();
			for (const selfId of ids) {
				const budget = new Budget({ selfId, budgetShare: 0.5 });
				budget.setMembers(ids, 0);
				budget.setSynced();
				const home = budget.pickTopic(LATER);
				homes.set(home, (homes.get(home) ?? 0) + 1);
			}
			for (const topic of $range(0, BROADCAST_TOPICS - 1)) expect(homes.get(topic)).to.equal(2);
		});

		it("limits what goes to one inbox", () => {
			const budget = budgetOf(10, 1);
			let count = 0;
			let now = LATER;
			while (budget.mayUnicast(now, "s102", 1) && count < 1000) {
				budget.noteUnicast(now, "s102");
				budget.takeUnicastReport();
				budget.noteBroadcast(now, 0);
				count += 1;
				now += 0.06;
			}
			assert(count <= capsFor(10, 0, 1, 1).inbox, `${count} messages to one inbox`);
			expect(budget.mayUnicast(now, "s102", 1000)).to.equal(false);
		});

		it("limits the messages of one server, more with players", () => {
			const budget = budgetOf(10, 0.1);
			budget.setPlayers(0);
			expect(budget.use(LATER).ownSendsCap).to.equal(60);
			budget.setPlayers(10);
			expect(budget.use(LATER).ownSendsCap).to.equal(300);
		});

		it("reports each addressed message once, and says when a report would help", () => {
			const budget = budgetOf(10);
			let sent = 0;
			while (budget.mayUnicast(LATER, `s${102 + (sent % 9)}`, 1)) {
				budget.noteUnicast(LATER, `s${102 + (sent % 9)}`);
				sent += 1;
			}
			assert(sent >= 50, `${sent} addressed messages at once`);
			expect(budget.unreportedUnicasts()).to.equal(sent);
			expect(budget.wantsReport()).to.equal(true);
			expect(budget.takeUnicastReport()).to.equal(sent);
			budget.noteBroadcast(LATER + 1, 0);
			expect(budget.takeUnicastReport()).to.equal(0);
			expect(budget.mayUnicast(LATER + 2, "s102", 1)).to.equal(false);
			expect(budget.mayUnicast(LATER + 4, "s102", 1)).to.equal(true);
		});

		it("is not silenced for good by a forged report", () => {
			const budget = budgetOf(10);
			budget.noteReportedUnicasts(LATER, "s102", 1e12);
			budget.noteReportedUnicasts(LATER, "forger", 1e12);
			expect(budget.mayBroadcast(LATER, "data")).to.equal(true);
			const use = budget.use(LATER + WINDOW_SECONDS + 1);
			expect(use.deliveries).to.equal(0);
		});

		it("keeps counting what a server has used that left", () => {
			const budget = budgetOf(3);
			for (const _ of $range(1, 10)) budget.noteHeard(LATER, "s102", 1);
			budget.setMembers(["s103"], LATER + 1);
			expect(budget.use(LATER + 1).deliveries).to.equal(30);
			expect(budget.use(LATER + WINDOW_SECONDS + 2).deliveries).to.equal(0);
		});

		it("shrinks with the factor", () => {
			const budget = budgetOf(10);
			budget.setFactor(0.5);
			const use = budget.use(LATER);
			expect(use.deliveriesCap).to.equal(600);
			expect(use.ownGuaranteed).to.equal(30);
			// Without the part for control, that is for two broadcasts; congestion leaves control all of the guarantee.
			expect(broadcastAll(budget, LATER, "data")).to.equal(2);
			expect(broadcastAll(budget, LATER, "control")).to.equal(4);
		});

		it("gives everybody a turn where guarantees buy no broadcast", () => {
			const budget = budgetOf(100, 0.5);
			expect(capsFor(100, 0, 0.5, 1).scarce).to.equal(true);
			expect(budget.mayBroadcast(LATER, "control")).to.equal(true);
			budget.noteBroadcast(LATER, budget.pickTopic(LATER));
			const { turnSeconds } = capsFor(100, 0, 0.5, 1);
			expect(budget.mayBroadcast(LATER + turnSeconds + 0.01, "data")).to.equal(true);
		});
	});

	describe("capsFor", () => {
		it("stays within the documented limits for every share and factor", () => {
			property(2000, (generate) => {
				const servers = generate.pick([1, 2, 3, 7, 12, 50, 1000, 20_000]);
				const share = generate.integer(1, 100) / 100;
				const factor = generate.integer(1, 100) / 100;
				const caps = capsFor(servers, generate.integer(0, 100), share, factor);
				assert(caps.gameWide <= share * factor * caps.documentedGame + 1e-6, "the share of the game");
				assert(caps.gameWideNever < caps.documentedGame, "below the documented limit");
				assert(caps.topicNever < 40 + 80 * servers, "below the documented limit of a topic");
				// What is guaranteed together fits into what is never exceeded: the proof at Budget begins there.
				assert(servers * caps.guaranteed <= caps.gameWideNever, "guarantees fit into the game");
				const housemates = math.ceil(servers / BROADCAST_TOPICS);
				assert(housemates * caps.guaranteedAtHome <= caps.topicNever + 1e-6, "guarantees fit into a topic");
			});
		});

		it("lets all servers expect the same of each other, whatever their congestion", () => {
			for (const servers of $range(1, 40)) {
				for (const share of [0.1, 0.5, 0.9, 1]) {
					const whole = capsFor(servers, 0, share, 1);
					const reduced = capsFor(servers, 0, share, 0.3);
					expect(math.abs(whole.eagerFrom - reduced.eagerFrom) < 1e-6).to.equal(true);
					expect(math.abs(whole.roamFrom - reduced.roamFrom) < 1e-6).to.equal(true);
					assert(reduced.unheard <= whole.unheard, "less is unheard with less guarantee");
					assert(reduced.unheardOnTopic <= whole.unheardOnTopic, "less is unheard with less on a topic");
				}
			}
		});
	});

	describe("the budget of a leaf", () => {
		it("leaves a server its own part, however much state it has given", () => {
			const servers = 16;
			const budget = budgetOf(servers);
			const part = math.floor((0.55 * budget.capPerMinute()) / servers);
			for (const index of $range(1, 2 * part)) {
				budget.noteUnicast(LATER, `s${100 + (index % servers)}`, true);
			}
			expect(budget.mayAddress(LATER)).to.equal(false);
			for (const _ of $range(1, part)) {
				expect(budget.mayUplink(LATER)).to.equal(true);
				budget.noteUnicast(LATER, "s102");
			}
			expect(budget.mayUplink(LATER)).to.equal(false);
			// All of it is forgotten together.
			const later = LATER + WINDOW_SECONDS + 1;
			expect(budget.mayAddress(later)).to.equal(true);
			expect(budget.mayUplink(later)).to.equal(true);
		});

		it("keeps to what the cloud takes of one server, state included", () => {
			const budget = budgetOf(16);
			for (const _ of $range(1, 299)) budget.noteUnicast(LATER, "s102", true);
			expect(budget.mayUplink(LATER)).to.equal(true);
			budget.noteUnicast(LATER, "s102", true);
			expect(budget.mayUplink(LATER)).to.equal(false);
		});
	});

	describe("the budget of a hub", () => {
		/** The others have used 1.3 times the cap, and congestion leaves half of it. */
		function afterBusyMinute(): Budget {
			const budget = budgetOf(5);
			exhaust(budget, 5, LATER);
			budget.setFactor(0.5);
			budget.setServers(5, LATER);
			return budget;
		}

		it("casts now and then however busy the others were before it", () => {
			const budget = afterBusyMinute();
			let casts = 0;
			for (const step of $range(1, 40)) {
				const now = LATER + step / 4;
				if (!budget.mayCast(now)) continue;
				budget.noteBroadcast(now, budget.pickCastTopic(now));
				casts += 1;
			}
			expect(casts >= 4).to.equal(true);
		});

		it("never plans its casts further apart than it may make them", () => {
			const budget = afterBusyMinute();
			budget.noteBroadcast(LATER, budget.pickCastTopic(LATER));
			const planned = LATER + 60 / budget.castsPerMinute(LATER);
			expect(budget.mayCast(planned)).to.equal(true);
			expect(planned < LATER + 3).to.equal(true);
		});

		it("says from when on it may, and not a moment later", () => {
			const budget = afterBusyMinute();
			budget.noteBroadcast(LATER, budget.pickCastTopic(LATER));
			const soonest = budget.seldomCastAt();
			expect(soonest > LATER).to.equal(true);
			expect(budget.mayCast(soonest - 0.01)).to.equal(false);
			expect(budget.mayCast(soonest)).to.equal(true);
		});
	});
};
