export = () => {
	describe("toolchain", () => {
		it("adds", () => {
			expect(1 + 1).to.equal(2);
		});
	});
};
