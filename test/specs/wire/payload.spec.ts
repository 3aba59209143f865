/// <reference types="@rbxts/testez/globals" />
import { decodePayload, encodePayload, PAYLOAD_BYTES_MOST } from "../../../src/wire/payload";
import { Generator, property } from "../support/generators";
import { expectSame } from "../support/same";

function textOf(payload: unknown): string {
	const { text, problem } = encodePayload(payload);
	if (text === undefined) error(`refused: ${problem}`, 2);
	return text;
}

function there(payload: unknown): defined {
	const back = decodePayload(textOf(payload));
	if (back === undefined) error(`does not come back: ${textOf(payload)}`, 2);
	return back;
}

/** Any payload without values of the engine. */
function anyPayload(generate: Generator, depth: number): defined {
	const kind = generate.integer(0, depth > 0 ? 5 : 3);
	if (kind === 0) return generate.oneIn(2);
	if (kind === 1) return generate.integer(-1_000_000, 1_000_000);
	if (kind === 2) return generate.integer(-1_000_000, 1_000_000) / 1024;
	if (kind === 3) return anyText(generate);
	const size = generate.integer(0, 4);
	if (kind === 4) {
		const list = new Array<defined>();
		for (const _ of $range(1, size)) list.push(anyPayload(generate, depth - 1));
		return list;
	}
	const entries = new Map<string | number, defined>();
	for (const _ of $range(1, size)) {
		const key = generate.oneIn(3) ? generate.integer(-50, 50) : anyText(generate);
		entries.set(key, anyPayload(generate, depth - 1));
	}
	return entries;
}

const TEXTS: ReadonlyArray<string> = ["", "a", '"', "\\", "`~", "\n\t\0", "ä€", "{[,:]}", "true", "1e5"];

function anyText(generate: Generator): string {
	let text = "";
	for (const _ of $range(1, generate.integer(0, 3))) text += TEXTS[generate.integer(0, TEXTS.size() - 1)]!;
	return text;
}

export = () => {
	describe("a payload", () => {
		it("comes back as it was", () => {
			property(400, (generate) => {
				const payload = anyPayload(generate, 4);
				expectSame(there(payload), payload);
			});
		});

		it("is written the same whatever the order in which its tables were filled", () => {
			const [first, second] = [new Map<string, number>(), new Map<string, number>()];
			for (const index of $range(1, 50)) first.set(`k${index}`, index);
			for (const index of $range(1, 50)) second.set(`k${51 - index}`, 51 - index);
			expect(textOf(first)).to.equal(textOf(second));
		});

		it("may have any number but NaN", () => {
			for (const number of [0, -1, 0.1, 2 ** 53, 1e300, -1e-300, math.huge, -math.huge, math.pi]) {
				expect(there(number)).to.equal(number);
			}
			expect(encodePayload({ score: 0 / 0 }).problem).to.equal(
				"payload.score is NaN, which equals nothing, not even itself; send another number",
			);
		});

		it("may have numbers as keys, with and without gaps", () => {
			expectSame(there(new Map([[261, true]])), new Map([[261, true]]));
			expect(textOf(["a", "b"])).to.equal('["a","b"]');
			expect(
				textOf(
					new Map([
						[1, "a"],
						[3, "c"],
					]),
				),
			).to.equal('{1:"a",3:"c"}');
			expect(textOf({})).to.equal("[]");
		});

		it("may have plain values of the engine", () => {
			const values: ReadonlyArray<defined> = [
				new Vector3(1, 0.1, -2.5e7),
				new Vector2(0.3, 4),
				CFrame.Angles(0.1, 0.2, 0.3).add(new Vector3(1, 2, 3)),
				new Color3(0.2, 0.4, 1),
				new UDim(0.5, 10),
				new UDim2(0.5, 10, 0.25, -3),
				new Rect(1, 2, 3, 4),
				new NumberRange(1, 2.5),
				new BrickColor(21),
				Enum.KeyCode.A,
			];
			for (const value of values) {
				const back = there({ value }) as { value: defined };
				expect(typeOf(back.value)).to.equal(typeOf(value));
				expect(back.value).to.equal(value);
			}
			const moment = DateTime.fromUnixTimestampMillis(1_767_225_600_123);
			expect((there(moment) as DateTime).UnixTimestampMillis).to.equal(1_767_225_600_123);
		});

		it("takes few bytes where numbers have single precision", () => {
			expect(textOf(new Vector3(0.1, 0.2, 1234.5))).to.equal("v3(0.1,0.2,1234.5)");
		});

		it("cannot be changed by who gets it", () => {
			const back = there({ list: [1] }) as { list: number[] };
			expect(pcall(() => back.list.push(2))[0]).to.equal(false);
		});
	});

	describe("what cannot be sent is refused, with the place where it is:", () => {
		const cyclic: { next?: unknown } = {};
		cyclic.next = { back: cyclic };
		let deep: defined = 1;
		for (const _ of $range(1, 40)) deep = [deep];
		const cases: ReadonlyArray<{ name: string; payload: unknown; problem: string }> = [
			{ name: "nothing", payload: undefined, problem: "payload is nil, which cannot be sent; send plain values" },
			{
				name: "a function",
				payload: { handlers: [1, () => {}] },
				problem: "payload.handlers[2] is a function, which cannot be sent; send plain values",
			},
			{
				name: "a cycle",
				payload: cyclic,
				problem: "payload.next.back is a table that contains itself; send what can be written down",
			},
			{
				name: "a table as a key",
				payload: new Map([[{}, 1]]),
				problem: "payload has a table as a key; keys are strings or numbers",
			},
			{
				name: "bytes",
				payload: { "odd key": "\xff" },
				problem: 'payload["odd key"] is not valid UTF-8; encode binary data as text',
			},
			{
				name: "an object",
				payload: { pool: setmetatable({}, {}) },
				problem:
					"payload.pool is an object of a class (it has a metatable), which would arrive without its methods; send a plain table",
			},
			{
				name: "a vector with NaN",
				payload: new Vector3(0 / 0, 1, 2),
				problem: "payload has NaN in it; send other numbers",
			},
			{
				name: "too much",
				payload: string.rep("x", 9_410),
				problem: "the payload is 9,412 bytes serialized, the most is 8,192; send less, or in several pieces",
			},
			{
				name: "far too much",
				payload: string.rep("x", 2_000_000),
				problem:
					"the payload is more than 1,000,000 bytes serialized, the most is 8,192; send less, or in several pieces",
			},
		];
		for (const { name, payload, problem } of cases) {
			it(name, () => expect(encodePayload(payload).problem).to.equal(problem));
		}

		it("a table nested too deep", () => {
			expect(string.find(encodePayload(deep).problem!, "nested more than 32 tables deep", 1, true)[0]).to.be.ok();
		});

		it("a table that would be written down for ever, at once", () => {
			let shared: defined = [1, 2, 3, 4];
			for (const _ of $range(1, 30)) shared = [shared, shared, shared, shared];
			expect(encodePayload(shared).problem).to.be.ok();
		});

		it("an Instance", () => {
			expect(encodePayload([game]).problem).to.equal(
				"payload[1] is an Instance, which cannot be sent; send its name, or an id",
			);
		});
	});

	describe("a text that is no payload", () => {
		const texts: ReadonlyArray<string> = [
			"",
			"nil",
			"tru",
			"1 ",
			" 1",
			"--1",
			"0x10",
			"1.2.3",
			"nan",
			'"open',
			'"bad\\n"',
			"[1",
			"[1,]",
			"[,1]",
			"{",
			"{}",
			"{1}",
			'{"a":}',
			'{"a":1,}',
			"{true:1}",
			"v3(1,2)",
			"v3(1,2,3,4)",
			'v3("a",2,3)',
			"v9(1)",
			'en("Nothing","A")',
			'en("KeyCode","Nothing")',
			"[1]]",
			string.rep("[", 5_000),
			`[${string.rep("1,", 5_000)}1]`,
		];
		for (const text of texts) {
			it(`is none: ${string.sub(text, 1, 20)}`, () => expect(decodePayload(text)).to.equal(undefined));
		}

		it("never makes anything throw", () => {
			property(400, (generate) => {
				const text = textOf(anyPayload(generate, 3));
				const at = generate.integer(1, text.size());
				decodePayload(string.sub(text, 1, at));
				decodePayload(
					string.sub(text, 1, at - 1) + string.char(generate.integer(32, 126)) + string.sub(text, at + 1),
				);
			});
		});

		it("is read up to its largest size", () => {
			const most = string.rep("x", PAYLOAD_BYTES_MOST - 2);
			expect(there(most)).to.equal(most);
		});
	});
};
