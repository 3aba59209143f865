import { VirtualGame } from "../../../src/testing";
import { Contender, Member, RBX_NET, Sharing, Shown } from "../contender";
import { Host } from "../host";
import { keysOf } from "../values";
import { addForeignServer } from "../world";

/** The package does something once a minute in its frames; a step this often is as good as sixty a second. */
const STEP_SECONDS = 0.25;

/** The npm package `@rbxts/net`: one `ExperienceBroadcastEvent` that carries each update. It has no state to give to servers that join. */
export function rbxNet(host: Host): Contender {
	return {
		name: RBX_NET,
		join: (world: VirtualGame, sharing: Sharing, shown: Shown): Member => {
			const { server, platform } = addForeignServer(world);
			const keyOf = keysOf(sharing);
			const values = new Map<string, string>();
			let connected = false;
			const net = host.loadNet({
				cloud: platform.world.cloud,
				link: platform.link,
				serverId: platform.serverId,
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
