import { DefineModule, Fn, Parameter } from "@rbxts/net-server-sync";

const isText = (value: unknown): value is string => typeIs(value, "string");
const isNumber = (value: unknown): value is number => typeIs(value, "number");

/** Shows a text. There are two in the arena, and each runs on one server of the game. */
export const Display = DefineModule(
	"Display",
	{
		status: { text: isText },
		functions: { show: Fn([Parameter("text", isText)]) },
	},
	(module) => {
		module.Status.Set("text", "welcome");
		return { show: ({ text }) => module.Status.Set("text", text) };
	},
);

/** Counts the points of two teams. Since it runs on one server, no point is counted twice. */
export const Referee = DefineModule(
	"Referee",
	{
		status: { red: isNumber, blue: isNumber },
		functions: { score: Fn([Parameter("team", isText), Parameter("points", isNumber, 1)], isNumber) },
	},
	(module) => {
		module.Status.Set("red", 0);
		module.Status.Set("blue", 0);
		return {
			score: ({ team, points }) => {
				if (team !== "red" && team !== "blue") throw `there is no team ${team}`;
				const sum = module.Status.Get(team) + points;
				module.Status.Set(team, sum);
				return sum;
			},
		};
	},
);
