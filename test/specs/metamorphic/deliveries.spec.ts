/// <reference types="@rbxts/testez/globals" />
import { CloudFaults } from "../../../src/testing";
import { Course, courseOf, Deed, ending } from "./courses";

const SERVERS = 3;
const SECONDS = 60;

const WEATHERS: ReadonlyArray<readonly [what: string, faults: CloudFaults]> = [
	["come at once", { delaySeconds: [0, 0.01] }],
	["take six seconds", { delaySeconds: [1, 6] }],
	["come in any order", { reorderSeconds: 15 }],
	["come twice", { duplication: 0.7, reorderSeconds: 5 }],
	["come minutes later", { lateDeliveries: 0.2, lateSeconds: 45 }],
	["get lost one by one", { loss: 0.4 }],
	["get lost for everybody", { publishLoss: 0.3 }],
	[
		"suffer all of that",
		{ loss: 0.2, publishLoss: 0.1, duplication: 0.3, reorderSeconds: 8, lateDeliveries: 0.1, lateSeconds: 30 },
	],
];

export = () => {
	describe("the same deeds at the same times end in the same state", () => {
		for (const seed of $range(1, 2)) {
			const course: Course = { servers: SERVERS, seconds: SECONDS, deeds: courseOf(seed, SERVERS, SECONDS, 60) };
			let calm = "";
			let calmPublishes = 0;

			it(`which is what was contributed last and not removed (course ${seed})`, () => {
				const { view, publishes } = ending({ seed }, course);
				const last = new Map<string, string>();
				const deeds = [...course.deeds];
				deeds.sort((left, right) => left.atSeconds < right.atSeconds);
				const owner = new Map<string, number>();
				for (const { key, value, server } of deeds) {
					if (value !== undefined) {
						owner.set(key, server);
						last.set(
							key,
							`${key}=${value.size() > 20 ? `${string.sub(value, 1, 6)}..${value.size()}` : value}@${server}`,
						);
					} else if (owner.get(key) === server) last.delete(key);
				}
				const words = new Array<string>();
				for (const [, word] of last) words.push(word);
				words.sort();
				expect(view).to.equal(words.join(" "));
				calm = view;
				calmPublishes = publishes;
			});

			for (const [what, faults] of WEATHERS) {
				it(`also where deliveries ${what} (course ${seed})`, () => {
					const { view, publishes } = ending({ seed }, course, faults);
					expect(view).to.equal(calm);
					// What is lost is paid for with messages.
					if (faults.loss !== undefined) expect(publishes > calmPublishes).to.equal(true);
				});
			}

			it(`whatever the cloud counts, and with other draws (course ${seed})`, () => {
				expect(ending({ seed: 900 + seed, reading: "publishes", minute: "fixed" }, course).view).to.equal(calm);
				expect(ending({ seed, selfDelivery: false }, course, { loss: 0.1 }).view).to.equal(calm);
			});
		}
	});

	describe("coalescing", () => {
		it("changes nothing but traffic: of updates of a key in one moment, all but the last can be left out", () => {
			for (const seed of $range(1, 3)) {
				const all = courseOf(40 + seed, SERVERS, SECONDS, 12).map((deed, index) => ({
					...deed,
					value: `end${index}`,
				}));
				const many = new Array<Deed>();
				for (const deed of all) {
					for (const early of [0.06, 0.04, 0.02]) {
						many.push({ ...deed, atSeconds: deed.atSeconds - early, value: `draft ${early}` });
					}
					many.push(deed);
				}
				const [last, whole] = [all, many].map((deeds) =>
					ending({ seed }, { servers: SERVERS, seconds: SECONDS, deeds }),
				);
				expect(whole!.view).to.equal(last!.view);
				// Beats are drawn anew after each message, which may move one of them.
				expect(whole!.publishes <= last!.publishes + 2).to.equal(true);
			}
		});
	});
};
