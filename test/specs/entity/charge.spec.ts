import { charge, charged, chargedFile, describeUncharged, RequireCharged, useMeter } from "../../../src/entity/charge";

export = () => {
	describe("charge", () => {
		afterEach(() => {
			useMeter(undefined);
		});

		it("does nothing without a meter", () => {
			charge(5);
		});

		it("gives points to the meter that is used, and only to that one", () => {
			let [first, second] = [0, 0];
			const former = useMeter((points) => (first += points));
			expect(former).to.equal(undefined);
			charge(5);
			const outer = useMeter((points) => (second += points));
			charge(7);
			useMeter(outer);
			charge(11);
			expect(first).to.equal(16);
			expect(second).to.equal(7);
		});

		it("lets a meter end the code that is charged", () => {
			useMeter(() => error("out of energy", 0));
			const [success, problem] = pcall((): void => {
				while (true) charge(1);
			});
			expect(success).to.equal(false);
			expect(problem).to.equal("out of energy");
		});
	});

	// In this order: a file that was once said to be charged stays so.
	describe("a file that has to be charged", () => {
		const isNamed = (text: string): boolean =>
			string.find(text, "charge.spec is not charged", 1, true)[0] !== undefined;

		it("is missed at the caller's line while nobody said so, with the way out", () => {
			const [success, problem] = pcall(() => RequireCharged());
			expect(success).to.equal(false);
			const text = tostring(problem);
			expect(string.match(text, "^[^ ]*charge%.spec:%d+: %[net%-server%-sync%] ")[0]).to.be.ok();
			expect(isNamed(text)).to.equal(true);
			expect(string.find(text, '"@rbxts/net-server-sync/transformer"', 1, true)[0]).to.be.ok();
		});

		it("is missed by a function that comes from it", () => {
			const setUp = (): void => {};
			expect(chargedFile(setUp)).to.equal(undefined);
			expect(isNamed(describeUncharged(setUp)!)).to.equal(true);
		});

		it("is known once it said so, by the path it has in the project", () => {
			charged("test/specs/entity/charge.spec.ts");
			RequireCharged();
			const setUp = (): void => {};
			expect(chargedFile(setUp)).to.equal("test/specs/entity/charge.spec.ts");
			expect(describeUncharged(setUp)).to.equal(undefined);
		});

		it("does not make others known", () => {
			expect(chargedFile(useMeter)).to.equal(undefined);
			expect(describeUncharged(useMeter)).to.be.ok();
		});
	});
};
