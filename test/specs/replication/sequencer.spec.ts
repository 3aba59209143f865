/// <reference types="@rbxts/testez/globals" />
import { Register } from "../../../src/replication/register";
import { Replica } from "../../../src/replication/replica";
import { Sequencer } from "../../../src/replication/sequencer";
import { Stream } from "../../../src/replication/stream";
import { Generator, property } from "../support/generators";

/** A stream of its own, and everything that was sent on it, by version. */
class Sending {
	public readonly stream = new Stream("aaaaaaaa", 0);
	public readonly replica = new Replica(this.stream);
	public readonly sequencer = new Sequencer(this.stream);
	/** What each key's current version is. */
	public readonly current = new Map<string, { version: number; value: string | undefined }>();
	private stamp = 1000;

	public put(key: string, value: string, nowSeconds = 0): Register {
		this.stamp += 1;
		const register = this.replica.contribute("Pool", "remove", key, value, this.stamp);
		this.sequencer.sent(register, nowSeconds);
		this.current.set(key, { version: register.version, value });
		return register;
	}

	public remove(key: string): void {
		const register = this.replica.pool("Pool").registers.get(key);
		if (!register || register.value === undefined) return;
		this.stamp += 1;
		this.replica.withdraw(register, this.stamp);
		this.sequencer.sent(register, 0);
		this.current.set(key, { version: register.version, value: undefined });
	}
}

function anySending(generate: Generator, steps: number): Sending {
	const sending = new Sending();
	for (const step of $range(1, steps)) {
		const key = `k${generate.integer(1, 12)}`;
		if (generate.oneIn(5)) sending.remove(key);
		else sending.put(key, tostring(step), step);
	}
	return sending;
}

export = () => {
	describe("a sequencer", () => {
		it("numbers what it sends without gaps", () => {
			const sending = new Sending();
			for (const index of $range(1, 300)) expect(sending.put(`k${index % 7}`, "v").version).to.equal(index);
			expect(sending.sequencer.upTo()).to.equal(300);
			expect(sending.stream.gaps.size()).to.equal(0);
		});

		it("finds the current records of any range, and only those", () => {
			property(150, (generate) => {
				const sending = anySending(generate, 200);
				const { current, sequencer } = sending;
				for (const _ of $range(1, 10)) {
					const after = generate.integer(0, sequencer.upTo());
					const upTo = generate.integer(after, sequencer.upTo());
					const expected = new Array<number>();
					for (const [, { version }] of current)
						if (version > after && version <= upTo) expected.push(version);
					expected.sort();
					const found = sequencer.range(after, upTo);
					if (found.map((record) => record.version).join() !== expected.join()) {
						error(
							`(${after}, ${upTo}]: ${found.map((record) => record.version).join()}, not ${expected.join()}`,
						);
					}
					for (const { key, version, value } of found) {
						const known = current.get(key)!;
						if (known.version !== version || known.value !== value)
							error(`${key} is ${value}, not ${known.value}`);
					}
				}
			});
		});

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

		it("says where the newest records it gives begin to be all there are", () => {
			property(150, (generate) => {
				const sending = anySending(generate, 120);
				const { current, sequencer } = sending;
				const upTo = generate.integer(1, sequencer.upTo());
				let room = generate.integer(0, 15);
				const { after, records } = sequencer.tail(1000, generate.integer(0, 120), upTo, () => {
					room -= 1;
					return room >= 0;
				});
				const given = new Set(records.map((record) => record.version));
				for (const [key, { version }] of current) {
					if (version > after && version <= upTo && !given.has(version))
						error(`${key} at ${version} is missing`);
				}
				let before = after;
				for (const { version } of records) {
					if (version <= before || version > upTo) error(`${version} after ${before}`);
					before = version;
				}
			});
		});

		it("gives each key a reference when it is first sent, and another one after it was removed", () => {
			const sending = new Sending();
			const first = sending.put("a", "1").reference;
			expect(sending.put("a", "2").reference).to.equal(first);
			expect(sending.put("b", "1").reference === first).to.equal(false);
			sending.remove("a");
			expect(sending.put("a", "3").reference === first).to.equal(false);
		});

		it("sends the key with the reference until that is ten seconds old", () => {
			const sending = new Sending();
			const register = sending.put("a", "1", 100);
			expect(sending.sequencer.preview(register, 105, 1).defining).to.equal(true);
			expect(sending.sequencer.preview(register, 110, 1).defining).to.equal(false);
		});

		it("does not keep what was overwritten: its memory is that of the keys", () => {
			const sending = new Sending();
			for (const index of $range(1, 5000)) sending.put(`k${index % 5}`, "v");
			const { log } = sending.sequencer as unknown as { log: unknown[] };
			expect(log.size() <= 64).to.equal(true);
			expect(sending.sequencer.range(0, 5000).size()).to.equal(5);
		});

		it("begins again with a new stream", () => {
			const sending = new Sending();
			sending.put("a", "1");
			const stream = new Stream("aaaaaaaa", 1);
			sending.sequencer.restart(stream);
			expect(sending.sequencer.upTo()).to.equal(0);
			expect(sending.sequencer.range(0, 10).size()).to.equal(0);
		});
	});
};
