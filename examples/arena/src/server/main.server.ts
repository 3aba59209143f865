import { CallError, System } from "@rbxts/net-server-sync";
import { Players } from "@rbxts/services";
import { Display, Referee } from "shared/arena-modules";

/** The very first servers of a game have to find each other before a module runs. */
const DEADLINE_SECONDS = 30;

const arena = System("arena");
arena.SetModules([
	{ id: "north", module: Display },
	{ id: "south", module: Display },
	{ id: "referee", module: Referee },
]);

for (const display of [1, 2]) {
	arena.Module(Display, display).Subscribe("text", (text) => print(`[display ${display}] ${text}`));
}
const referee = arena.Module(Referee);
referee.Subscribe("red", (points) => print(`[red] ${points}`));
referee.Subscribe("blue", (points) => print(`[blue] ${points}`));

/** Names with an even number of letters play for red. Whoever comes scores. */
function welcome(player: Player) {
	const team = player.Name.size() % 2 === 0 ? "red" : "blue";
	const options = { deadlineSeconds: DEADLINE_SECONDS };
	referee
		.Call("score", { team }, options)
		.then((points) => arena.Module(Display, 1).Call("show", [`${player.Name}: ${points} for ${team}`], options))
		.catch((problem: CallError) => warn(problem));
}
Players.PlayerAdded.Connect(welcome);
Players.GetPlayers().forEach(welcome);
