/// <reference types="@rbxts/testez/globals" />
import { Register } from "../../../src/replication/register";
import { Replica } from "../../../src/replication/replica";
import { Sequencer } from "../../../src/replication/sequencer";
import { Stream } from "../../../src/replication/stream";

/** What was sent so far, noted at the second it was. */
class Sending {
	public readonly replica = new Replica(new Stream("aaaaaaaa", 0));
	public readonly sequencer = new Sequencer(this.replica.own);
	public readonly recents = this.replica.recents;
	private stamp = 1000;

	public put(key: string, nowSeconds: number): Register {
		this.stamp += 1;
		const register = this.replica.contribute("Pool", "remove", key, "v", this.stamp);
		this.sequencer.sent(register, nowSeconds);
		this.recents.note(register, nowSeconds);
		return register;
	}

	/** As if the record of a key had been on the air so often. */
	public transmitted(register: Register, transmissions: number): void {
		for (const _ of $range(2, transmissions)) {
			this.recents.heardAgain(register.stream, register.reference, register.version);
		}
	}

	/** Keys that are offered, in order. */
	public offered(nowSeconds: number, goal = 4): string {
		const keys = new Array<string>();
		this.recents.offer(
			nowSeconds,
			(entry) => {
				keys.push(entry.register.key);
				return true;
			},
			goal,
		);
		return keys.join();
	}
}

export = () => {
	describe("recent records", () => {
		it("are offered least transmitted first, older first among equals", () => {
			const sending = new Sending();
			const [a, b] = [sending.put("a", 1), sending.put("b", 2)];
			sending.put("c", 3);
			sending.transmitted(a, 3);
			sending.transmitted(b, 2);
			expect(sending.offered(4)).to.equal("c, b, a");
		});

		it("are offered until they have been on the air as often as is the goal", () => {
			const sending = new Sending();
			sending.transmitted(sending.put("a", 1), 3);
			expect(sending.offered(2, 4)).to.equal("a");
			expect(sending.offered(2, 3)).to.equal("");
		});

		it("are not offered once they are overwritten, or a quarter of a minute old", () => {
			const sending = new Sending();
			sending.put("a", 1);
			sending.put("b", 2);
			sending.put("a", 3);
			expect(sending.offered(4)).to.equal("b, a");
			expect(sending.offered(17.5)).to.equal("a");
			expect(sending.offered(19)).to.equal("");
		});

		it("are not offered after they were collected", () => {
			const sending = new Sending();
			const register = sending.put("a", 1);
			sending.replica.drop(register);
			expect(sending.offered(2)).to.equal("");
		});

		it("are offered no further after three did not fit", () => {
			const sending = new Sending();
			for (const index of $range(1, 10)) sending.put(`k${index}`, 1);
			let asked = 0;
			sending.recents.offer(
				2,
				() => {
					asked += 1;
					return false;
				},
				4,
			);
			expect(asked).to.equal(3);
		});

		it("count what others repeat", () => {
			const sending = new Sending();
			const register = sending.put("a", 1);
			const { replica, recents } = sending;
			recents.heardAgain(replica.own, register.reference, register.version + 1);
			expect(sending.offered(2, 2)).to.equal("a");
			recents.heardAgain(replica.own, register.reference, register.version);
			expect(sending.offered(2, 2)).to.equal("");
			expect(sending.offered(2, 3)).to.equal("a");
		});

		it("do not grow without bound", () => {
			const sending = new Sending();
			for (const index of $range(1, 4000)) sending.put(`k${index}`, 1);
			const { entries } = sending.recents as unknown as { entries: unknown[] };
			expect(entries.size() <= 1501).to.equal(true);
		});
	});
};
