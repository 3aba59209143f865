/// <reference types="@rbxts/testez/globals" />
import { readFrame } from "../../../src/wire/frame-reader";
import { writeFrame } from "../../../src/wire/frame-writer";
import { Reader } from "../../../src/wire/reader";
import { writeIdentity, writeMembers } from "../../../src/wire/section-writers";
import { IdForm, idFormOf, idText, readId } from "../../../src/wire/server-ids";
import { shortIdOf } from "../../../src/wire/short-id";
import { BASE_STAMP } from "./samples";

const GUID = "01234567-89ab-cdef-fedc-ba9876543210";

function thereAndBack(id: string): string {
	const form = idFormOf(id);
	const reader = new Reader(idText(id, form));
	const read = readId(reader, form);
	return reader.done() ? read : "failed";
}

function frameWith(section: string): unknown {
	const header = {
		addressee: undefined,
		sender: shortIdOf("x"),
		incarnation: 0,
		counter: 0,
		baseStamp: BASE_STAMP,
		unicasts: 0,
	};
	return readFrame(writeFrame(header, [section], 0), 0);
}

export = () => {
	describe("server ids", () => {
		it("a GUID takes twenty characters, in lower and in upper case", () => {
			for (const id of [GUID, string.upper(GUID)]) {
				expect(idText(id, idFormOf(id)).size()).to.equal(20);
				expect(thereAndBack(id)).to.equal(id);
			}
		});

		it("what is not quite a GUID travels as text", () => {
			const others = [
				"",
				`${GUID}0`,
				string.sub(GUID, 1, 35),
				"01234567-89AB-cdef-fedc-ba9876543210",
				"g1234567-89ab-cdef-fedc-ba9876543210",
				"0123456789ab-cdef-fedc-ba98-76543210",
			];
			for (const id of others) {
				expect(idFormOf(id)).to.equal(IdForm.Text);
				if (id !== "") expect(thereAndBack(id)).to.equal(id);
			}
		});

		it("there is one way to write an id", () => {
			const reader = new Reader(idText(GUID, IdForm.Text));
			readId(reader, IdForm.Text);
			expect(reader.failed).to.equal(true);
			const digits = "11111111-2222-4333-8444-555555555555";
			const upper = new Reader(idText(digits, IdForm.UpperGuid));
			readId(upper, IdForm.UpperGuid);
			expect(upper.failed).to.equal(true);
		});

		it("a form that is not known makes a message malformed", () => {
			const identity = writeIdentity({ serverId: GUID, startedAtSeconds: 1_763_869_000, placeVersion: 3 });
			expect(typeIs(frameWith(identity), "table")).to.equal(true);
			// Kind and length take one character each: the third is the form.
			expect(frameWith(`${string.sub(identity, 1, 2)}%${string.sub(identity, 4)}`)).to.equal("malformed");
		});

		it("word of a server that has just started takes at most 28 characters", () => {
			const entry = {
				shortId: shortIdOf(GUID),
				incarnation: 0,
				state: "live" as const,
				applied: 0,
				appliedFloor: 0,
				serverId: GUID,
				startedAtSeconds: BASE_STAMP.idiv(1000) - 20,
				placeVersion: 1000,
			};
			const one = writeMembers([entry], 1000, BASE_STAMP).text.size();
			const two = writeMembers([entry, entry], 1000, BASE_STAMP).text.size();
			expect(two - one <= 28).to.equal(true);
		});
	});
};
