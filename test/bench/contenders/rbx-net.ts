import { VirtualGame } from "../../../src/testing";
import { Contender, Member, RBX_NET, Shown } from "../contender";
import { Host } from "../host";
import { keyOf } from "../values";
import { addForeignServer } from "../world";

/** The package does something once a minute in its frames; a step this often is as good as sixty a second. */
const STEP_SECONDS = 0.25;

/** The npm package `@rbxts/net`: one `ExperienceBroadcastEvent` that carries each update. It has no state to give to servers that join. */
export function rbxNet(host: Host): Contender {
	return {
		name: RBX_NET,
		join: (world: VirtualGame, shown: Shown): Member => {
			const { server, platform } = addForeignServer(world);
			const values = new Map<string, string>();
			let connected = false;
			const net = host.loadNet({
				serverId: platform.serverId,
				publish: (topic, message, done) => platform.publish(topic, message as string, done),
				subscribe: (topic, received, done) => platform.subscribe(topic, received, done),
				unixSeconds: () => platform.unixMilliseconds() / 1000,
				playerCount: () => platform.playerCount(),
				warn: (text) => platform.warn(text),
			});
			const event = net.event("updates");
			const show = (value: string): void => {
				values.set(keyOf(value), value);
				shown(keyOf(value), value);
			};
			const step = (): void => {
				net.step();
				platform.schedule(STEP_SECONDS, step);
			};
			platform.spawn(() => {
				step();
				event.connect((message) => show(message as string));
				connected = true;
			});
			return {
				server,
				contribute: (value) =>
					platform.spawn(() => {
						show(value);
						event.send(value);
					}),
				size: () => values.size(),
				isReady: () => connected,
			};
		},
	};
}
