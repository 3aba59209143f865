/// <reference types="@rbxts/testez/globals" />
import { CastLog } from "../../../src/replication/cast-log";
import { Stream } from "../../../src/replication/stream";

export = () => {
	describe("the log of casts", () => {
		it("says what some casts brought, each stream and each server once", () => {
			const log = new CastLog("hub00000", 1);
			const stream = new Stream("leaf0000", 0);
			log.noteRange(0, 1, { stream, after: 0, upTo: 3 }, 1);
			log.noteRange(1, 2, { stream, after: 3, upTo: 5 }, 2);
			log.noteServer(0, 1, "leaf0000", 1);
			log.noteServer(1, 2, "leaf0000", 2);
			log.casts.close(0, 2);
			const content = log.content(0, 2)!;
			expect(content.ranges.size()).to.equal(1);
			expect(content.ranges[0]!.upTo).to.equal(5);
			expect(content.servers.size()).to.equal(1);
		});

		it("takes casts for received when all parts of one answer are here", () => {
			const log = new CastLog("hub00000", 1);
			const cover = { epoch: 1, after: 0, upTo: 3, parts: 3 };
			log.casts.extend(3);
			for (const [answer, part] of [
				["one", 0],
				["one", 1],
				["other", 2],
				["other", 1],
				["other", 1],
			] as const) {
				log.noteCover({ ...cover, part }, answer);
				expect(log.casts.hasAll(0, 3)).to.equal(false);
			}
			log.noteCover({ ...cover, part: 0 }, "other");
			expect(log.casts.hasAll(0, 3)).to.equal(true);
		});

		it("gives a state that lacks a value in parts as one without the casts that brought some of them", () => {
			const log = new CastLog("hub00000", 1);
			const stream = new Stream("leaf0000", 0);
			log.casts.close(0, 5);
			stream.close(0, 9);
			log.noteRange(3, 4, { stream, after: 6, upTo: 9 }, 1);
			expect(log.givableUpTo()).to.equal(5);
			stream.notGivable = 8;
			expect(log.givableUpTo()).to.equal(3);
			stream.live = false;
			expect(log.givableUpTo()).to.equal(5);
		});

		it("does not answer for casts whose content came by other means", () => {
			const log = new CastLog("hub00000", 1);
			log.skip(7);
			log.casts.close(7, 8);
			log.noteServer(7, 8, "leaf0000", 1);
			expect(log.casts.gaps.isEmpty()).to.equal(true);
			expect(log.content(3, 5)).never.to.be.ok();
			expect(log.content(6, 8)).never.to.be.ok();
			expect(log.content(7, 8)).to.be.ok();
		});
	});
};
