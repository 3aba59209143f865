import { EntitySpace, LeaderElection } from "@rbxts/net-server-sync";
import { Players } from "@rbxts/services";
import { Button, Door, Patrol, ScoreBoard } from "shared/village-scripts";

/** The same door, patrol and score board on all servers. */
const Village = EntitySpace("Village");

/** Makes what has to be there once. */
function build() {
	if (Village.GetEntityByName("gate")) return;
	const gate = Village.CreateEntity("gate", Door, { open: false });
	Village.CreateEntity("bell", Button, { presses: 0 }, { parent: gate });
	Village.CreateEntity("guard", Patrol, { waypoint: 0, rounds: 0 });
	Village.CreateEntity("board", ScoreBoard, { scores: {} });
}

// One server does so, when it has seen what is there already.
Village.WaitUntilSynced().then(() => LeaderElection("village", { mode: "lease" }).Run(build));

Village.EntityAdded.Connect((entity) => {
	if (entity.Name === "guard") {
		const guard = Village.GetEntityByName("guard", Patrol)!;
		guard
			.GetPropertyChangedSignal("waypoint")
			.Connect((waypoint) => print(`[guard] at ${waypoint} of round ${guard.Get("rounds")}`));
	}
	if (entity.Name === "gate") {
		const gate = Village.GetEntityByName("gate", Door)!;
		gate.RegisterActionHandler("creak", (by) => print(`[gate] creaks for ${by}`));
		gate.GetPropertyChangedSignal("open").Connect((open) => print(`[gate] ${open ? "open" : "closed"}`));
	}
	if (entity.Name === "board") {
		const board = Village.GetEntityByName("board", ScoreBoard)!;
		board.GetPropertyChangedSignal("scores").Connect((scores) => {
			for (const [name, points] of pairs(scores)) print(`[board] ${name} ${points}`);
		});
	}
});

/** Whoever comes rings the bell, which is a button of the gate, and gets a point for it. */
function welcome(player: Player) {
	Village.GetEntityByName("bell", Button)?.GetScript().PostMessage("press", player.Name);
	Village.GetEntityByName("board", ScoreBoard)?.GetScript().PostMessage("scored", { by: player.Name, points: 1 });
}
Players.PlayerAdded.Connect(welcome);
