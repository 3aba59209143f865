/// <reference types="@rbxts/testez/globals" />
import { Pool } from "../../../src/pool/pool";
import { GeneralPool, NumberPool, StringPool } from "../../../src/pool/pools";
import { expectBlame } from "../support/blame";
import { Peer, inWorld } from "../support/world";

/** How a pool's functions misbehave for a value. */
interface Trick {
	readonly key: unknown;
	readonly text: unknown;
	readonly fails?: "hash" | "serialize" | "deserialize";
	readonly yields?: "hash" | "serialize" | "deserialize";
}

/** A pool whose functions do what the value says. A text is read as its key, a colon and anything. */
function trickyPool(peer: Peer): Pool<Trick> {
	let latest: Trick | undefined;
	return peer.server.Do(() =>
		GeneralPool<Trick>(
			"Tricky",
			(trick) => {
				if (trick.fails !== undefined || trick.yields !== undefined) latest = trick;
				if (trick.fails === "hash") error("no hash today", 0);
				if (trick.yields === "hash") task.wait(1);
				return trick.key as string;
			},
			(trick) => {
				if (trick.fails === "serialize") error("no text today", 0);
				if (trick.yields === "serialize") task.wait(1);
				return trick.text as string;
			},
			(text) => {
				if (latest?.fails === "deserialize") error("cannot read that", 0);
				if (latest?.yields === "deserialize") task.wait(1);
				return { key: string.match(text, "^[^:]*")[0], text };
			},
		),
	);
}

const POOL = 'GeneralPool "Tricky"';

export = () => {
	/** Contributes something wrong to a pool that has one contribution, and sees that nothing has changed. */
	function refused(trick: Trick, text: string): void {
		inWorld({ seed: 1 }, (world) => {
			const [first, second] = world.start(2);
			const pool = trickyPool(first!);
			const other = trickyPool(second!);
			first!.server.Do(() => pool.ReplaceContribution({ key: "good", text: "good" }));
			world.run(10);
			let signals = 0;
			pool.ContributionAdded.Connect(() => (signals += 1));
			pool.ContributionUpdated.Connect(() => (signals += 1));
			pool.ContributionRemoved.Connect(() => (signals += 1));
			const sent = first!.server.Cluster.GetStatistics().Sent.Records;
			first!.server.Do(() => expectBlame(() => pool.ReplaceContribution(trick), `[net-server-sync] ${text}`));
			expect(pool.Size()).to.equal(1);
			expect(first!.server.Cluster.GetStatistics().QueueDepth).to.equal(0);
			world.run(10);
			expect(signals).to.equal(0);
			expect(other.Size()).to.equal(1);
			expect(first!.server.Cluster.GetStatistics().Sent.Records).to.equal(sent);
		});
	}

	describe("ReplaceContribution refuses, at the caller's line and without changing anything,", () => {
		it("a hash function that throws", () => {
			refused({ key: "k", text: "v", fails: "hash" }, `${POOL}: the hash function failed: no hash today`);
		});

		it("a hash that is no string", () => {
			refused(
				{ key: 5, text: "v" },
				`${POOL}: the hash function returned 5; return a string, such as tostring(id)`,
			);
			refused(
				{ key: undefined, text: "v" },
				`${POOL}: the hash function returned nil; return a string, such as tostring(id)`,
			);
		});

		it("an empty hash", () => {
			refused(
				{ key: "", text: "v" },
				`${POOL}: the key is 0 bytes, keys are 1 to 200; use an id or a short name as the key`,
			);
		});

		it("a hash that is too long", () => {
			refused(
				{ key: string.rep("k", 201), text: "v" },
				`${POOL}: the key is 201 bytes, keys are 1 to 200; use an id or a short name as the key`,
			);
		});

		it("a hash that is not UTF-8", () => {
			refused(
				{ key: "\xff\xfe", text: "v" },
				`${POOL}: the key is not valid UTF-8; encode it, for instance as hexadecimal digits`,
			);
		});

		it("a serializer that throws", () => {
			refused(
				{ key: "k", text: "v", fails: "serialize" },
				`${POOL}: the serialize function failed for key "k": no text today`,
			);
		});

		it("a serializer that returns no string", () => {
			refused(
				{ key: "k", text: { a: 1 } },
				`${POOL}: the serialize function returned a table for key "k"; ` +
					"return a string, such as HttpService.JSONEncode(value)",
			);
		});

		it("a value that is too large, with the sizes", () => {
			refused(
				{ key: "k", text: string.rep("v", 9412) },
				`${POOL}: the value of key "k" is 9,412 bytes serialized, the most is 8,192; ` +
					"contribute a shorter value or split it over several keys",
			);
		});

		it("a value that is not UTF-8 when serialized", () => {
			refused(
				{ key: "k", text: "\x80" },
				`${POOL}: the value of key "k" is not valid UTF-8 when serialized; encode binary data as text`,
			);
		});

		it("a deserializer that does not fit", () => {
			refused(
				{ key: "k", text: "v", fails: "deserialize" },
				`${POOL}: the deserialize function failed (cannot read that) for what the ` +
					'serialize function made of key "k"; the two must fit',
			);
		});

		it("functions that yield", () => {
			for (const yields of ["hash", "serialize", "deserialize"] as const) {
				refused(
					{ key: "v", text: "v", yields },
					`${POOL}: the ${yields} function yielded; it must return at once, ` +
						"so look up what it needs before you contribute",
				);
			}
		});

		it("a deserializer whose result has another key", () => {
			refused(
				{ key: "k", text: "other:v" },
				`${POOL}: what the deserialize function makes of key "k" has another key ("other"); ` +
					"serialize everything that the hash function needs",
			);
		});

		it("nil", () => {
			inWorld({ seed: 1 }, (world) => {
				const [peer] = world.start(1);
				const pool = trickyPool(peer!);
				peer!.server.Do(() =>
					expectBlame(
						() => pool.ReplaceContribution(undefined as unknown as Trick),
						`[net-server-sync] ${POOL}: nil cannot be contributed; use RemoveContribution`,
					),
				);
			});
		});

		it("what is no string, in a StringPool", () => {
			inWorld({ seed: 1 }, (world) => {
				const [peer] = world.start(1);
				const pool = peer!.server.Do(() => StringPool("Names"));
				peer!.server.Do(() =>
					expectBlame(
						() => pool.ReplaceContribution(5 as unknown as string),
						'[net-server-sync] StringPool "Names": contributions are strings, but got 5; ' +
							"contribute a name or an id, or use a GeneralPool",
					),
				);
				peer!.server.Do(() =>
					expectBlame(
						() => pool.ReplaceContribution(string.rep("n", 300)),
						'[net-server-sync] StringPool "Names": the key is 300 bytes, keys are 1 to 200; ' +
							"use an id or a short name as the key",
					),
				);
				expect(pool.Size()).to.equal(0);
			});
		});

		it("NaN, and what is no number, in a NumberPool", () => {
			inWorld({ seed: 1 }, (world) => {
				const [peer] = world.start(1);
				const pool = peer!.server.Do(() => NumberPool("Scores"));
				peer!.server.Do(() =>
					expectBlame(
						() => pool.ReplaceContribution(0 / 0),
						'[net-server-sync] NumberPool "Scores": NaN cannot be contributed, ' +
							"because it equals nothing, not even itself; look for a division of 0 by 0",
					),
				);
				peer!.server.Do(() =>
					expectBlame(
						() => pool.ReplaceContribution("5" as unknown as number),
						'[net-server-sync] NumberPool "Scores": contributions are numbers, but got "5"; ' +
							"contribute a number, or use a GeneralPool",
					),
				);
				expect(pool.Size()).to.equal(0);
			});
		});
	});

	describe("ReplaceContribution accepts", () => {
		it("keys and values that are just short enough", () => {
			inWorld({ seed: 1 }, (world) => {
				const [first, second] = world.start(2);
				const pool = trickyPool(first!);
				const other = trickyPool(second!);
				const key = string.rep("k", 200);
				const text = `${key}:${string.rep("v", 8192 - 201)}`;
				first!.server.Do(() => pool.ReplaceContribution({ key, text }));
				world.run(30);
				expect(other.GetContribution(key)!.text).to.equal(text);
			});
		});
	});

	describe("RemoveContribution", () => {
		it("refuses what is no key", () => {
			inWorld({ seed: 1 }, (world) => {
				const [peer] = world.start(1);
				const pool = peer!.server.Do(() => NumberPool("Scores"));
				peer!.server.Do(() =>
					expectBlame(
						() => pool.RemoveContribution(5 as unknown as string),
						'[net-server-sync] NumberPool "Scores": RemoveContribution takes the key, a string, but got 5; pass tostring(5)',
					),
				);
			});
		});
	});

	describe("a server that has left the cluster", () => {
		it("cannot contribute any more", () => {
			inWorld({ seed: 1 }, (world) => {
				const [peer] = world.start(2);
				peer!.server.Do(() => peer!.server.Cluster.Close());
				world.run(10);
				peer!.server.Do(() =>
					expectBlame(
						() => peer!.pool.ReplaceContribution({ key: "k", value: "v" }),
						'[net-server-sync] GeneralPool "State": this server has left the cluster; contribute before Close()',
					),
				);
			});
		});
	});
};
