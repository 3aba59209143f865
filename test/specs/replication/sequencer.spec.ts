/// <reference types="@rbxts/testez/globals" />
import { Replica } from "../../../src/replication/replica";
import { Register } from "../../../src/replication/register";
import { Sequencer } from "../../../src/replication/sequencer";
import { Stream } from "../../../src/replication/stream";
import { property } from "../support/generators";

export = () => {
	describe("the sequencer", () => {
		it("finds every current record again, however often its log was compacted", () => {
			property(50, (random) => {
				const replica = new Replica(new Stream("aaaaaaaa", 0));
				const sequencer = new Sequencer(replica.own);
				const latest = new Map<string, Register>();
				for (const step of $range(1, random.integer(1, 600))) {
					const key = `key ${random.integer(1, 80)}`;
					const register = replica.contribute("pool", "remove", key, `${step}`, step);
					sequencer.sent(register, step);
					latest.set(key, register);
				}
				const after = random.integer(0, replica.own.highest);
				const upTo = random.integer(after, replica.own.highest);
				const found = new Set<number>();
				for (const record of sequencer.range(after, upTo)) found.add(record.version);
				for (const [, register] of latest) {
					assert(found.has(register.version) === (register.version > after && register.version <= upTo));
				}
			});
		});
	});
};
