import { getServerCluster } from "../cluster/current-cluster";
import { ServerCluster, serverClusterOf } from "../cluster/server-cluster";
import { described } from "../diagnostics/errors";
import { isUtf8 } from "../wire/text";
import { addScripts, settleEnergy } from "./scripts";
import { SettledSpaceOptions, Space } from "./space";
import { EntitySpaceOptions } from "./types";

const NAME_BYTES_MOST = 30;
const OPTIONS = ["election", "cluster", "edits", "verdictSeconds", "noVerdict", "energy"];
const VERDICT_SECONDS = 30;
const ELECTIONS = ["lease", "bully", "local"];

/** The space of this name, made if need be; or why there can be none. */
export function findSpace(name: unknown, options: EntitySpaceOptions | undefined): Space | string {
	const wrong = checkArguments(name, options);
	if (wrong !== undefined) return wrong;
	const label = `EntitySpace "${name}"`;
	const cluster = options?.cluster === undefined ? getServerCluster() : serverClusterOf(options.cluster);
	if (typeIs(cluster, "string")) return `${label}: ${cluster}`;
	if (cluster.hasLeft()) return `${label}: this server has left the cluster; call EntitySpace before Close()`;
	const isStudio = cluster.context.platform.environment === "studio";
	const settled: SettledSpaceOptions = {
		election: options?.election ?? (isStudio ? "local" : "lease"),
		edits: options?.edits ?? "immediate",
		verdictSeconds: options?.verdictSeconds ?? VERDICT_SECONDS,
		noVerdict: options?.noVerdict ?? "revert",
	};
	const spaces = spacesOf(cluster);
	const known = spaces.get(name as string);
	if (known) {
		if (options !== undefined && !isSettledAlike(known.options, settled)) {
			cluster.context.log.warnOnce(
				`space ${name}`,
				`${label} exists already with other options; those of its first call stay in use. Create it once and share it.`,
			);
		}
		return known.space;
	}
	const limits = settleEnergy(options?.energy);
	assert(!typeIs(limits, "string"), limits as string);
	const space = new Space(name as string, cluster, settled);
	spaces.set(name as string, { space, options: settled });
	addScripts(space, limits);
	space.start();
	return space;
}

function isSettledAlike(one: SettledSpaceOptions, other: SettledSpaceOptions): boolean {
	return (
		one.election === other.election &&
		one.edits === other.edits &&
		one.verdictSeconds === other.verdictSeconds &&
		one.noVerdict === other.noVerdict
	);
}

interface Known {
	readonly space: Space;
	readonly options: SettledSpaceOptions;
}

function spacesOf(cluster: ServerCluster): Map<string, Known> {
	const attachments = cluster.context.platform.attachments as { spaces?: Map<string, Known> };
	return (attachments.spaces ??= new Map());
}

function checkArguments(name: unknown, options: unknown): string | undefined {
	if (!typeIs(name, "string")) return `EntitySpace: the name must be a string, but is ${described(name)}`;
	if (name.size() < 1 || name.size() > NAME_BYTES_MOST) {
		return `EntitySpace: the name is ${name.size()} bytes, names are 1 to ${NAME_BYTES_MOST}; choose another one`;
	}
	if (!isUtf8(name)) return "EntitySpace: the name is not valid UTF-8; use plain letters and digits";
	if (options === undefined) return undefined;
	if (!typeIs(options, "table"))
		return `EntitySpace "${name}": options must be a table, but are ${described(options)}`;
	for (const [key, value] of pairs(options as Record<string, unknown>)) {
		if (!OPTIONS.includes(key))
			return `EntitySpace "${name}": there is no option "${key}"; the options are ${OPTIONS.join(", ")}`;
		if (key === "energy") {
			const limits = settleEnergy(value);
			if (typeIs(limits, "string")) return `EntitySpace "${name}": ${limits}`;
		}
		if (key === "election" && !ELECTIONS.includes(value as string))
			return `EntitySpace "${name}": election must be "lease", "bully" or "local", but is ${described(value)}`;
		if (key === "edits" && value !== "immediate" && value !== "delayed")
			return `EntitySpace "${name}": edits must be "immediate" or "delayed", but is ${described(value)}`;
		if (key === "noVerdict" && value !== "revert" && value !== "keep")
			return `EntitySpace "${name}": noVerdict must be "revert" or "keep", but is ${described(value)}`;
		if (key === "verdictSeconds" && !(typeIs(value, "number") && value >= 1 && value <= 600))
			return `EntitySpace "${name}": verdictSeconds must be a number from 1 to 600, but is ${described(value)}`;
	}
	return undefined;
}
