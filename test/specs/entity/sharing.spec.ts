/// <reference types="@rbxts/testez/globals" />
import { inArena } from "../support/entity-arena";

export = () => {
	describe("An entity", () => {
		it("is seen by every server, with what it was created with", () => {
			inArena({ seed: 1 }, (arena) => {
				const [first, second] = arena.start(2);
				first!.create("door", { open: false, colour: "red" });
				arena.run(5);
				expect(second!.view()).to.equal("door{colour=red open=false}");
				expect(second!.story.join(" ")).to.equal("+door");
				expect(first!.story.join(" ")).to.equal("+door");
			});
		});

		it("tells of changes on every server, with the new and the previous value", () => {
			inArena({ seed: 2 }, (arena) => {
				const [first, second] = arena.start(2);
				first!.create("door", { open: false });
				arena.run(5);
				const heard = [first!.watch("door", "open"), second!.watch("door", "open")];
				second!.set("door", "open", true);
				arena.run(5);
				expect(heard[0]!.join(" ")).to.equal("true<false");
				expect(heard[1]!.join(" ")).to.equal("true<false");
				expect(arena.agreed()).to.equal("door{open=true}");
			});
		});

		it("is gone everywhere once it is destroyed", () => {
			inArena({ seed: 3 }, (arena) => {
				const [first, second] = arena.start(2);
				first!.create("door", { open: false });
				arena.run(5);
				second!.do(() => second!.entity("door")!.Destroy());
				arena.run(5);
				expect(arena.agreed()).to.equal("");
				expect(first!.story.join(" ")).to.equal("+door -door");
			});
		});
	});
};
