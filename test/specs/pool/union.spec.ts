/// <reference types="@rbxts/testez/globals" />
import { StringPool } from "../../../src/pool/pools";
import { VirtualGame } from "../../../src/testing";

export = () => {
	describe("a pool", () => {
		it("shows every server the union of what all servers contribute", () => {
			const world = VirtualGame({ seed: 1 });
			const first = world.AddServer({ players: 5 });
			const second = world.AddServer({ players: 5 });
			const poolOf = (server: typeof first) => server.Do(() => StringPool("Players"));
			first.Do(() => poolOf(first).ReplaceContribution("Ann"));
			second.Do(() => poolOf(second).ReplaceContribution("Bob"));
			world.Run(20);
			expect(poolOf(first).GetAllContributions().join(",")).to.equal("Ann,Bob");
			expect(poolOf(second).GetAllContributions().join(",")).to.equal("Ann,Bob");
			world.Destroy();
		});
	});
};
