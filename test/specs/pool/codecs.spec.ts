/// <reference types="@rbxts/testez/globals" />
import { GeneralPool, NumberPool, StringPool } from "../../../src/pool/pools";
import { NUMBER_CODEC } from "../../../src/pool/codec";
import { Generator } from "../support/generators";
import { inWorld } from "../support/world";

/** Whose versions of the deserializer differ: the second server's cannot read everything. */
function poolOf(readsAll: boolean) {
	return GeneralPool<string>(
		"Names",
		(value) => value,
		(value) => value,
		(text) => {
			if (!readsAll && text === "odd") error("cannot read that", 0);
			if (!readsAll && text === "empty") return undefined as unknown as string;
			return text;
		},
	);
}

export = () => {
	describe("a deserializer that fails on one contribution", () => {
		it("leaves that one out on that server, counted and warned of once; the rest live on", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second, third] = world.start(3);
				const [writer, reader] = [first!.server.Do(() => poolOf(true)), second!.server.Do(() => poolOf(false))];
				const other = third!.server.Do(() => poolOf(true));
				first!.server.Do(() => {
					for (const name of ["even", "odd", "empty", "plain"]) writer.ReplaceContribution(name);
				});
				world.run(10);
				expect(reader.GetAllContributions().join(",")).to.equal("even,plain");
				expect(reader.Size()).to.equal(2);
				expect(other.GetAllContributions().join(",")).to.equal("empty,even,odd,plain");
				expect(second!.server.Cluster.GetStatistics().Received.DeserializeFailures).to.equal(2);
				const warnings = second!.server.GetOutput().filter((line) => line.level === "warn");
				expect(warnings.size()).to.equal(1);
				expect(
					string.find(warnings[0]!.text, "the deserialize function failed for key", 1, true)[0],
				).to.be.ok();
			});
		});

		it("does not keep later values of that key, or its removal, from working", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				let readable = false;
				const make = (reads: () => boolean) =>
					GeneralPool<string>(
						"One",
						() => "key",
						(value) => value,
						(text) => (reads() ? text : error("cannot read that", 0)),
					);
				const writer = first!.server.Do(() => make(() => true));
				const reader = second!.server.Do(() => make(() => readable));
				const story = new Array<string>();
				reader.ContributionAdded.Connect((value) => story.push(`added ${value}`));
				reader.ContributionUpdated.Connect((value) => story.push(`updated ${value}`));
				reader.ContributionRemoved.Connect((previous) => story.push(`removed ${previous}`));
				const steps: ReadonlyArray<[boolean, string]> = [
					[false, "one"],
					[true, "two"],
					[false, "three"],
					[true, "four"],
				];
				for (const [reads, value] of steps) {
					readable = reads;
					first!.server.Do(() => writer.ReplaceContribution(value));
					world.run(10);
				}
				first!.server.Do(() => writer.RemoveContribution("key"));
				world.run(10);
				expect(story.join(", ")).to.equal("added two, removed two, added four, removed four");
			});
		});
	});

	describe("a NumberPool", () => {
		it("shares every number but NaN, exactly", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				const numbers = [
					0,
					1,
					-1,
					0.1,
					1 / 3,
					2 ** 53,
					-(2 ** 31),
					1e300,
					1e-10,
					math.pi,
					math.huge,
					-math.huge,
				];
				const pool = first!.server.Do(() => NumberPool("Numbers"));
				first!.server.Do(() => {
					for (const number of numbers) pool.ReplaceContribution(number);
				});
				world.run(15);
				const other = second!.server.Do(() => NumberPool("Numbers"));
				expect(other.Size()).to.equal(numbers.size());
				const found = new Set(other.GetAllContributions());
				for (const number of numbers) expect(found.has(number)).to.equal(true);
			});
		});

		it("writes every number so that it is read back as the same", () => {
			const generate = new Generator(1);
			for (const _ of $range(1, 5000)) {
				const number = (generate.word() - 2 ** 31) * 2 ** generate.integer(-1050, 990);
				const text = NUMBER_CODEC.serialize(number);
				if (NUMBER_CODEC.deserialize(text) !== number) error(`${number} is written as ${text}`);
				if (NUMBER_CODEC.hash(number) !== text) error(`${text} is not its own key`);
			}
		});

		it("has one contribution for zero and minus zero, and keys that are what tostring says", () => {
			inWorld({ seed: 1 }, (world) => {
				const [peer] = world.start(1);
				const pool = peer!.server.Do(() => NumberPool("Numbers"));
				peer!.server.Do(() => {
					pool.ReplaceContribution(0);
					pool.ReplaceContribution(-0);
					pool.ReplaceContribution(5);
					expect(pool.Size()).to.equal(2);
					expect(pool.GetContribution("5")).to.equal(5);
					expect(pool.RemoveContribution(tostring(5))).to.equal(true);
					expect(pool.Size()).to.equal(1);
				});
			});
		});
	});

	describe("a StringPool", () => {
		it("shares every string of UTF-8, byte by byte", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				const texts = [
					"a",
					'"quoted"',
					"\\back\\",
					"~`",
					"line\nbreak\t\0",
					"äöü €",
					"日本",
					"\u{1F600}",
					"\x7f",
					"&'<>",
				];
				const pool = first!.server.Do(() => StringPool("Texts"));
				first!.server.Do(() => {
					for (const text of texts) pool.ReplaceContribution(text);
				});
				world.run(15);
				const other = second!.server.Do(() => StringPool("Texts"));
				for (const text of texts) expect(other.GetContribution(text)).to.equal(text);
				expect(other.Size()).to.equal(texts.size());
			});
		});

		it("lists its contributions ascending, whoever made them", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				const poolOn = (peer: typeof first) => peer!.server.Do(() => StringPool("Names"));
				for (const name of ["pear", "apple", "quince"])
					first!.server.Do(() => poolOn(first).ReplaceContribution(name));
				for (const name of ["fig", "plum"]) second!.server.Do(() => poolOn(second).ReplaceContribution(name));
				world.run(10);
				expect(poolOn(first).GetAllContributions().join()).to.equal("apple, fig, pear, plum, quince");
				expect(poolOn(second).GetAllContributions().join()).to.equal("apple, fig, pear, plum, quince");
			});
		});
	});
};
