import { described } from "../../diagnostics/errors";
import { DEFAULT_ENERGY, EnergyLimits } from "../runtime/energy";
import type { Space } from "../space";
import { Scripts } from "./scripts";

export { DefineScript } from "./define";

const MOST = { points: 1e9, milliseconds: 10_000, depth: 64 };

/** The limits of some options, or what is wrong with them. */
export function settleEnergy(options: unknown): EnergyLimits | string {
	if (options === undefined) return DEFAULT_ENERGY;
	if (!typeIs(options, "table")) return `energy must be a table, but is ${described(options)}`;
	let { points, depth, onExhausted } = DEFAULT_ENERGY;
	let milliseconds = DEFAULT_ENERGY.seconds * 1000;
	for (const [name, value] of pairs(options as { [name: string]: unknown })) {
		if (name === "onExhausted") {
			if (value !== "keep" && value !== "rollback")
				return `energy: onExhausted must be "keep" or "rollback", but is ${described(value)}`;
			onExhausted = value;
			continue;
		}
		const most = (MOST as { [name: string]: number | undefined })[name];
		if (most === undefined)
			return `energy: there is no option "${name}"; the options are points, milliseconds, depth and onExhausted`;
		if (!typeIs(value, "number") || !(value >= 1 && value <= most) || value % 1 !== 0)
			return `energy: ${name} must be a whole number from 1 to ${most}, but is ${described(value)}`;
		if (name === "points") points = value;
		else if (name === "depth") depth = value;
		else milliseconds = value;
	}
	return { points, seconds: milliseconds / 1000, depth, onExhausted };
}

/** Gives a new space its scripts. */
export function addScripts(space: Space, limits: EnergyLimits): void {
	const scripts = new Scripts(space, limits);
	space.host = scripts;
	space.Scripts = scripts;
}
