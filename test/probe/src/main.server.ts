import { DEFAULT_OPTIONS, ProbeOptions } from "./options";
import { runProbe } from "./probe";

// Attributes of this script change the options: `servers`, for one, to how many there are.
const options: { [name: string]: number } = {};
for (const [name, value] of pairs(DEFAULT_OPTIONS as unknown as { [name: string]: number })) {
	const attribute = script.GetAttribute(tostring(name));
	options[name] = typeIs(attribute, "number") ? attribute : value;
}
runProbe(
	{
		MessagingService: game.GetService("MessagingService"),
		HttpService: game.GetService("HttpService"),
		Players: game.GetService("Players"),
		DataModel: game,
		DateTime,
		os,
		task,
	},
	options as unknown as ProbeOptions,
	(text) => print(`[probe] ${text}`),
);
