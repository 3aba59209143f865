import { DefineScript } from "@rbxts/net-server-sync";

const isBoolean = (value: unknown): value is boolean => typeIs(value, "boolean");
const isNumber = (value: unknown): value is number => typeIs(value, "number");
const isText = (value: unknown): value is string => typeIs(value, "string");
const isScores = (value: unknown): value is { readonly [name: string]: string } => typeIs(value, "table");
const isGoal = (value: unknown): value is { readonly by: string; readonly points: number } =>
	typeIs(value, "table") &&
	isText((value as { by?: unknown }).by) &&
	isNumber((value as { points?: unknown }).points);

const WAYPOINT_SECONDS = 5;
const WAYPOINTS = 4;

/** A door that anybody can toggle by a message; how it sounds is for the game's code. */
export const Door = DefineScript(
	"Door",
	{ properties: { open: isBoolean }, messages: { toggle: isText }, actions: { creak: isText } },
	(context) => {
		context.OnMessage("toggle", (by) => {
			context.Properties.open = !context.Properties.open;
			context.InvokeAction("creak", by);
		});
		return { isOpen: () => context.Properties.open };
	},
);

/** A button is part of the door that it toggles. */
export const Button = DefineScript(
	"Button",
	{ properties: { presses: isNumber }, messages: { press: isText } },
	(context) => {
		context.OnMessage("press", (by) => {
			context.Properties.presses += 1;
			const door = context.Entity.GetParent();
			if (door) context.Space.GetEntityByName(door.Name, Door)?.GetScript().PostMessage("toggle", by);
		});
	},
);

/** Goes from waypoint to waypoint, on whichever server leads. What it has to remember is in its properties. */
export const Patrol = DefineScript("Patrol", { properties: { waypoint: isNumber, rounds: isNumber } }, (context) => {
	let elapsedSeconds = 0;
	context.OnTakeover(() => {
		print("[guard] is driven here");
		elapsedSeconds = 0;
	});
	context.OnTick((deltaSeconds) => {
		elapsedSeconds += deltaSeconds;
		if (elapsedSeconds < WAYPOINT_SECONDS) return;
		elapsedSeconds = 0;
		const waypoint = (context.Properties.waypoint + 1) % WAYPOINTS;
		if (waypoint === 0) context.Properties.rounds += 1;
		context.Properties.waypoint = waypoint;
	});
});

/** Adds up what is scored on all servers: since it is handled once, nothing is counted twice. */
export const ScoreBoard = DefineScript(
	"ScoreBoard",
	{ properties: { scores: isScores }, messages: { scored: isGoal } },
	(context) => {
		context.OnMessage("scored", ({ by, points }) => {
			const { scores } = context.Properties;
			context.Properties.scores = { ...scores, [by]: tostring((tonumber(scores[by]) ?? 0) + points) };
		});
	},
);
