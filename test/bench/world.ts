import { currentPlatform } from "../../src/platform/current";
import { VirtualGame, VirtualPlatform, VirtualServer } from "../../src/testing";

/** Limits on what a server sends depend on its players; the same for all contenders. */
export const PLAYERS_PER_SERVER = 10;

/** A server on which this package stays off, which it does where it believes to be on a client: it is the other contenders' server. */
export function addForeignServer(world: VirtualGame): { server: VirtualServer; platform: VirtualPlatform } {
	const server = world.AddServer({ players: PLAYERS_PER_SERVER, environment: "client" });
	return { server, platform: server.Do(() => currentPlatform()) as VirtualPlatform };
}
