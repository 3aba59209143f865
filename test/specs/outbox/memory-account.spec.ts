/// <reference types="@rbxts/testez/globals" />
import { MemoryAccount } from "../../../src/outbox/memory-account";
import { memoryUnitsPerMinute } from "../../../src/platform/limits";

export = () => {
	describe("a server's part of what MemoryStoreService takes", () => {
		it("is a quarter of the game's request units, all servers together", () => {
			for (const servers of [2, 12, 100]) {
				for (const players of [1, 10, 50]) {
					let units = MemoryAccount.unitsPerMinute(players, true);
					units += (servers - 1) * MemoryAccount.unitsPerMinute(players, false);
					expect(units).to.equal(memoryUnitsPerMinute(players * servers) / 4);
				}
			}
		});

		it("is at least what one player brings", () => {
			expect(MemoryAccount.unitsPerMinute(0, false)).to.equal(30);
			expect(MemoryAccount.unitsPerMinute(0, true)).to.equal(280);
		});

		it("is a quarter of the memory that as many players on all servers bring", () => {
			expect(MemoryAccount.bytes(10, 100)).to.equal((64 + 1.2 * 1000) * 250);
			expect(MemoryAccount.bytes(0, 2)).to.equal((64 + 1.2 * 2) * 250);
		});
	});

	describe("request units", () => {
		it("are counted over any minute", () => {
			const account = new MemoryAccount();
			expect(account.allows(0, 30, 30)).to.equal(true);
			expect(account.allows(0, 31, 30)).to.equal(false);
			for (const second of $range(0, 29)) account.note(second, 1);
			expect(account.used(29)).to.equal(30);
			expect(account.allows(60, 1, 30)).to.equal(false);
			expect(account.allows(62, 1, 30)).to.equal(true);
			expect(account.allows(62, 2, 30)).to.equal(false);
			expect(account.used(91)).to.equal(0);
		});
	});
};
