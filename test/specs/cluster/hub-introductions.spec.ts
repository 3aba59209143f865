/// <reference types="@rbxts/testez/globals" />
import { isDropReason, readFrame } from "../../../src/wire/frame-reader";
import { PREFIX_BYTES } from "../../../src/wire/layout";
import { shortIdOf } from "../../../src/wire/short-id";
import { inWorld } from "../support/world";

const start = (shortId: string): string => string.sub(shortId, 1, PREFIX_BYTES);

export = () => {
	describe("servers that start while a hub broadcasts for all", () => {
		it("are introduced before anything of them is passed on", () => {
			inWorld({ seed: 1 }, (world) => {
				world.start(14);
				world.run(20);
				const newcomers = new Set<string>();
				const introduced = new Set<string>();
				const early = new Array<string>();
				let passedOn = 0;
				world.emulated.SetWatcher({
					Published(_id, _sender, topic, message) {
						const frame = readFrame(message, 0);
						if (isDropReason(frame) || string.match(topic, "/all/%d+$")[0] === undefined) return;
						for (const section of frame.sections) {
							if (section.kind === "members") {
								for (const { shortId } of section.members) introduced.add(start(shortId));
							} else if (section.kind === "relayed") {
								for (const { stream } of section.groups) {
									const name = start(stream.shortId);
									if (!newcomers.has(name)) continue;
									passedOn += 1;
									if (!introduced.has(name)) early.push(name);
								}
							}
						}
					},
					Delivered() {},
					Lost() {},
				});
				// So many that not all of them fit into one cast.
				for (const peer of world.add(20)) {
					newcomers.add(start(shortIdOf(peer.id)));
					peer.put(`k${peer.number}`);
				}
				world.run(60);
				world.emulated.SetWatcher(undefined);
				expect(early.join(" ")).to.equal("");
				expect(passedOn >= 20).to.equal(true);
				for (const peer of world.live()) expect(peer.pool.Size()).to.equal(20);
			});
		});
	});
};
