/// <reference types="@rbxts/testez/globals" />
import { Sent } from "../replication/author";
import { RecordsWriter } from "../../../src/wire/records-writer";
import { RecordsSection } from "../../../src/wire/frame";
import { readSections } from "../../../src/wire/frame-reader";
import { outgoing } from "../../../src/replication/outgoing";
import { Generator, property } from "../support/generators";
import { authorsOf, Copy, expectSameState, history, shuffled } from "./copies";

const CASES = 150;

/** Whatever was heard so far, the state taken at that moment, and after that everything, however it comes. */
function joinedAt(draw: Generator, sent: readonly Sent[], roomBytes?: number): Copy {
	const giver = new Copy();
	const instant = draw.integer(0, sent.size());
	giver.hear(
		shuffled(
			draw,
			sent.filter((_, index) => index < instant && !draw.oneIn(4)),
		),
	);
	return new Copy().join(giver, roomBytes);
}

export = () => {
	describe("the state of another server", () => {
		it("taken at any moment, with all that is said afterwards, is what was said from the beginning", () => {
			property(CASES, (draw) => {
				const sent = history(draw, authorsOf("aaaaaaaa", "bbbbbbbb", "cccccccc"), draw.integer(5, 50));
				const copy = joinedAt(draw, sent).hear(shuffled(draw, sent));
				const whole = new Copy().hear(sent);
				// What was removed or replaced before is not in the state: its versions count as received all the same.
				expect(copy.view()).to.equal(whole.view());
			});
		});

		it("once more on top of what a server has changes nothing", () => {
			property(CASES, (draw) => {
				const sent = history(draw, authorsOf("aaaaaaaa", "bbbbbbbb"), draw.integer(5, 40));
				const copy = new Copy().hear(sent);
				const before = copy.state();
				copy.join(
					new Copy().hear(
						shuffled(
							draw,
							sent.filter(() => !draw.oneIn(3)),
						),
					),
				);
				expect(copy.state()).to.equal(before);
			});
		});

		// How large a message may be is a constant of the library. What depends on it is where pages and sections are cut: that is varied here.
		it("is the same in pages of any size", () => {
			property(CASES, (draw) => {
				const authors = authorsOf("aaaaaaaa", "bbbbbbbb");
				const sent = history(draw, authors, draw.integer(5, 60)).filter(
					({ section }) => section.records[0]!.partIndex === undefined,
				);
				const giver = new Copy().hear(sent);
				const large = new Copy().join(giver, 925);
				expectSameState(large, new Copy().join(giver, draw.integer(120, 400)));
				expect(large.view()).to.equal(giver.view());
			});
		});
	});

	describe("a stream", () => {
		it("gives the same state in messages of any size", () => {
			property(CASES, (draw) => {
				const [author] = authorsOf("aaaaaaaa");
				const writers = [950, draw.integer(60, 200)].map((room) => ({
					room,
					sections: new Array<RecordsSection>(),
				}));
				const values = new Array<[key: string, value: string | undefined]>();
				for (const _ of $range(1, 40)) {
					const key = `key${draw.integer(1, 12)}`;
					values.push([key, draw.oneIn(4) ? undefined : draw.text(0, 12)]);
				}
				const { replica, sequencer, clock } = author!;
				let present = 1_763_870_000_000;
				const records = new Array<ReturnType<typeof outgoing>>();
				for (const [key, value] of values) {
					present += 1;
					const known = replica.pools.get("Pool")?.registers.get(key);
					if (value === undefined && (!known || known.value === undefined)) continue;
					const register =
						value === undefined
							? known!
							: replica.contribute("Pool", "remove", key, value, clock.now(present));
					if (value === undefined) replica.withdraw(register, clock.now(present));
					records.push(sequencer.preview(register, 0, 1));
					sequencer.sent(register, 0);
				}
				// A claim's stamp may be ahead of the clock.
				const baseStamp = present + 1000;
				for (const { room, sections } of writers) {
					let index = 0;
					while (index < records.size()) {
						const after = records[index]!.version - 1;
						const writer = new RecordsWriter(
							room,
							{ stream: undefined, after, complete: true, dense: true },
							baseStamp,
						);
						while (index < records.size() && writer.add(records[index]!)) index += 1;
						const read = readSections(writer.finish(), baseStamp);
						assert(read && writer.count() > 0, "a record fits, and can be read");
						sections.push(read.sections[0] as RecordsSection);
					}
				}
				const copies = writers.map(({ sections }) => {
					const copy = new Copy();
					for (const section of shuffled(draw, sections)) copy.apply("aaaaaaaa", section);
					return copy;
				});
				if (records.size() > 20)
					expect(writers[1]!.sections.size() > writers[0]!.sections.size()).to.equal(true);
				expectSameState(copies[0]!, copies[1]!);
			});
		});
	});
};
