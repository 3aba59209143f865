/// <reference types="@rbxts/testez/globals" />
import { ScriptError } from "../../../src/entity/runtime/failures";
import { cleanedFrames } from "../../../src/entity/runtime/trace";
import { Stage } from "./runtime-fixture";

function third(): never {
	error("deep down");
}

function second(): number {
	third();
	return 1;
}

export = () => {
	describe("errors", () => {
		it("A-36: are handled once each, with entity, script, handler and message", () => {
			const stage = new Stage();
			const [a, b] = stage.owners("a", "b");
			const handled = new Array<ScriptError>();
			stage.on(b!, "error", (failure) => handled.push(failure as ScriptError));
			stage.on(a!, "go", () => error("wrong"));
			stage.runtime.shout("go", undefined, undefined);
			expect(handled.size()).to.equal(1);
			const { EntityId, Script, Handler, Message, Kind, Count } = handled[0]!;
			expect(`${Kind} ${EntityId} ${Script} ${Handler} ${Count}`).to.equal("error a Script go 1");
			expect(Message.find("wrong")[0]).to.be.ok();
			expect(stage.failures.size()).to.equal(1);
		});

		it("A-37: in the handling of errors are told, but not handled, nor are those that it sets off", () => {
			const stage = new Stage();
			const [a, b] = stage.owners("a", "b");
			let handled = 0;
			stage.on(b!, "error", () => {
				handled += 1;
				stage.runtime.shout("also wrong", undefined, "b");
				error("in the handler");
			});
			stage.on(a!, "also wrong", () => error("set off"));
			stage.on(a!, "go", () => error("wrong"));
			stage.runtime.shout("go", undefined, undefined);
			expect(handled).to.equal(1);
			expect(stage.failures.size()).to.equal(3);
			stage.runtime.shout("go", undefined, undefined);
			expect(handled).to.equal(2);
		});

		it("of one entry are handled together, with energy for all of them", () => {
			const stage = new Stage({ points: 10 });
			let handled = 0;
			for (const owner of stage.owners("a", "b", "c", "d")) stage.on(owner, "go", () => error("wrong"));
			const [z] = stage.owners("z");
			stage.on(z!, "error", () => {
				handled += 1;
				for (const _ of $range(1, 3)) stage.runtime.shout("busy", undefined, "z");
			});
			stage.on(z!, "busy", () => {});
			stage.runtime.shout("go", undefined, undefined);
			expect(handled).to.equal(3);
			expect(stage.failures.size()).to.equal(5);
			expect(stage.failures[4]!.Kind).to.equal("exhausted");
		});

		it("of one handler are no longer handled from a number on, until it has not failed for a while", () => {
			const stage = new Stage({}, 3);
			const [a, b] = stage.owners("a", "b");
			let handled = 0;
			stage.on(b!, "error", () => {
				handled += 1;
			});
			stage.on(a!, "go", () => error("wrong"));
			stage.on(a!, "other", () => error("wrong"));
			for (const _ of $range(1, 10)) stage.runtime.shout("go", undefined, undefined);
			expect(handled).to.equal(3);
			expect(stage.failures.size()).to.equal(10);
			expect(stage.failures[9]!.Count).to.equal(10);
			stage.runtime.shout("other", undefined, undefined);
			expect(handled).to.equal(4);
			stage.pass(61);
			stage.runtime.shout("go", undefined, undefined);
			expect(handled).to.equal(5);
		});

		it("A-39: have a stack of the game's own frames, with entity, script and handler in front, and the raw one", () => {
			const stage = new Stage();
			const [a, b] = stage.owners("a", "b");
			stage.on(a!, "outer", () => stage.runtime.shout("inner", undefined, "a"));
			stage.on(b!, "inner", () => second());
			stage.runtime.shout("outer", undefined, undefined);
			const { Stack, RawStack } = stage.failures[0]!;
			const lines = Stack.split("\n");
			expect(lines[0]!.find("^b/Script#inner %S*failures%.spec:%d+ function third$")[0]).to.be.ok();
			expect(lines[1]!.find("failures%.spec:%d+ function second$")[0]).to.be.ok();
			expect(lines[2]!.find("failures%.spec:%d+")[0]).to.be.ok();
			expect(lines[3]!.find("^a/Script#outer %S*failures%.spec:%d+")[0]).to.be.ok();
			expect(Stack.find("entity%.runtime")[0]).to.equal(undefined);
			expect(RawStack.find("entity%.runtime%.job")[0]).to.be.ok();
		});

		it("A-39: are told with the places of the sources where there is a map", () => {
			const stage = new Stage();
			stage.runtime.failures.sourceMap = (name, line) =>
				name.find("failures%.spec$")[0] !== undefined ? `test/failures.spec.ts:${line + 1000}` : undefined;
			const [a] = stage.owners("a");
			stage.on(a!, "go", () => second());
			stage.runtime.shout("go", undefined, undefined);
			const { Stack, Message } = stage.failures[0]!;
			expect(Message.find("^test/failures%.spec%.ts:10%d%d: deep down$")[0]).to.be.ok();
			expect(Stack.find("^a/Script#go test/failures%.spec%.ts:10%d%d function third\n")[0]).to.be.ok();
			stage.runtime.failures.sourceMap = () => error("a map that fails");
			stage.runtime.shout("go", undefined, undefined);
			expect(stage.failures[1]!.Message.find("deep down")[0]).to.be.ok();
		});

		it("A-40: of any type keep what they say", () => {
			const stage = new Stage();
			const [a] = stage.owners("a");
			const thrown: unknown[] = ["text", { message: "of a table" }, 17, false];
			stage.on(a!, "go", (argument) => error(thrown[argument as number], 0));
			for (const index of $range(0, 3)) stage.runtime.shout("go", index, undefined);
			expect(stage.failures.map(({ Message }) => Message).join(", ")).to.equal("text, of a table, 17, false");
		});

		it("keep frames that are not the library's, and leave out what is none", () => {
			const raw =
				"[C] in function error\nServer.Game.doors:12 function open\nno frame at all\nrbxts_include.RuntimeLib:9\nServer.main:3";
			expect(cleanedFrames(raw, undefined).join(" | ")).to.equal(
				"Server.Game.doors:12 function open | Server.main:3",
			);
		});

		it("of many handlers are not remembered forever", () => {
			const stage = new Stage();
			for (const index of $range(1, 200)) {
				const [owner] = stage.owners(`a${index}`);
				stage.on(owner!, "go", () => error("wrong"));
				stage.runtime.whisper([`a${index}`], "go", undefined, undefined);
				stage.pass(2);
			}
			expect(stage.runtime.failures.remembered() <= 62).to.equal(true);
		});
	});
};
