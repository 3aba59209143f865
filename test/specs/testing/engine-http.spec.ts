import { decodeJson, encodeJson } from "../../../src/testing/engine/json";
import { VirtualGame } from "../../../src/testing";
import { EngineFixture } from "./engine-fixture";

const GUID = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-4%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$";

export = () => {
	function refuses(body: () => void, text: string): void {
		const [success, failure] = pcall(body);
		expect(success).to.equal(false);
		expect(string.find(tostring(failure), text, 1, true)[0]).to.be.ok();
	}

	describe("HttpService.JSONEncode", () => {
		it("lets an array's elements win over its string keys", () => {
			const mixed = new Map<unknown, unknown>([
				[1, "a"],
				[2, "b"],
				["name", "c"],
			]);
			expect(encodeJson(mixed)).to.equal('["a","b"]');
		});

		it("writes an empty table as an array", () => {
			expect(encodeJson({})).to.equal("[]");
			expect(encodeJson({ inner: [] })).to.equal('{"inner":[]}');
		});

		it("refuses cycles, not tables that come twice", () => {
			const inner = { a: 1 };
			expect(encodeJson([inner, inner])).to.equal('[{"a":1},{"a":1}]');
			const cycle: { self?: unknown } = {};
			cycle.self = { back: cycle };
			refuses(() => encodeJson(cycle), "cyclic");
		});

		it("accepts infinity and NaN, which are read back", () => {
			const text = encodeJson([math.huge, -math.huge, 0 / 0]);
			const [plus, minus, nan] = decodeJson(text) as number[];
			expect(plus).to.equal(math.huge);
			expect(minus).to.equal(-math.huge);
			expect(nan !== nan).to.equal(true);
		});

		it("writes null for what JSON has no word for", () => {
			expect(encodeJson([print, 1])).to.equal("[null,1]");
			expect(encodeJson(undefined)).to.equal("null");
		});

		it("refuses text that is not UTF-8, and tables with other keys and no element 1", () => {
			refuses(() => encodeJson("\xff"), "UTF-8");
			refuses(() => encodeJson(new Map([[5, "five"]])), "number key");
			refuses(() => encodeJson(new Map([[true, "yes"]])), "boolean key");
		});

		it("escapes quotes, backslashes and control characters, and nothing else", () => {
			expect(encodeJson('"\\/\b\f\n\r\t\x01\x7fé')).to.equal('"\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7fé"');
		});
	});

	describe("HttpService.JSONDecode", () => {
		it("reads back what was written, to the last digit", () => {
			const value = { list: [1, -2.5, 1e300, 0.1], text: 'a"b\\c\n€', yes: true, no: false, empty: [] };
			expect(encodeJson(decodeJson(encodeJson(value)))).to.equal(encodeJson(value));
			expect(decodeJson(encodeJson(0.1))).to.equal(0.1);
		});

		it("reads space, escapes and pairs of surrogates", () => {
			expect(decodeJson(' [ "\\u00e9\\/" ] ') as string[]).to.be.ok();
			expect((decodeJson('["\\u00e9\\/"]') as string[])[0]).to.equal("é/");
			expect(decodeJson('"\\ud83d\\ude00"')).to.equal("😀");
			expect((decodeJson('{"a" : null, "b":[ ]}') as { a?: unknown }).a).to.equal(undefined);
		});

		it("refuses what is not JSON", () => {
			for (const text of ["", "[1,]", '{"a"}', '"open', "[1", "1 2", "nul", '"\n"', "{1:2}"]) {
				refuses(() => decodeJson(text), "Can't parse JSON");
			}
		});
	});

	describe("HttpService.GenerateGUID", () => {
		it("puts a version 4 GUID in braces, unless told not to", () => {
			const { HttpService } = new EngineFixture().addServer().engine;
			const bare = HttpService.GenerateGUID(false);
			expect(bare.match(GUID)[0]).to.equal(bare);
			for (const wrapped of [HttpService.GenerateGUID(), HttpService.GenerateGUID(true)]) {
				expect(wrapped.size()).to.equal(38);
				expect(wrapped.sub(2, -2).match(GUID)[0]).to.be.ok();
				expect(`{${wrapped.sub(2, -2)}}`).to.equal(wrapped);
			}
		});

		it("gives each server others, the same ones in each run of a seed, without a trace in the library's", () => {
			const guidsOf = (seed: number): string => {
				const world = VirtualGame({ seed });
				const guids = [world.AddServer(), world.AddServer()].map((server) => {
					const { HttpService } = server.Engine;
					return `${HttpService.GenerateGUID()} ${HttpService.GenerateGUID()}`;
				});
				world.Run(10);
				const hash = world.GetTraceHash();
				world.Destroy();
				expect(guids[0] !== guids[1]).to.equal(true);
				return `${guids.join(" ")} ${hash}`;
			};
			expect(guidsOf(1)).to.equal(guidsOf(1));
			expect(guidsOf(1) !== guidsOf(2)).to.equal(true);
		});
	});
};
