import { getServerCluster } from "../cluster/current-cluster";
import { ServerCluster, serverClusterOf } from "../cluster/server-cluster";
import { described } from "../diagnostics/errors";
import { isUtf8 } from "../wire/text";
import { Space } from "./space";
import { EntitySpaceOptions } from "./types";

const NAME_BYTES_MOST = 30;
const OPTIONS = ["election", "cluster"];
const ELECTIONS = ["lease", "bully", "local"];

/** The space of this name, made if need be; or why there can be none. `furnish` is called with a new one. */
export function findSpace(
	name: unknown,
	options: EntitySpaceOptions | undefined,
	furnish: (space: Space, election: "lease" | "bully" | "local") => void,
): Space | string {
	const wrong = checkArguments(name, options);
	if (wrong !== undefined) return wrong;
	const label = `EntitySpace "${name}"`;
	const cluster = options?.cluster === undefined ? getServerCluster() : serverClusterOf(options.cluster);
	if (typeIs(cluster, "string")) return `${label}: ${cluster}`;
	if (cluster.hasLeft()) return `${label}: this server has left the cluster; call EntitySpace before Close()`;
	const isStudio = cluster.context.platform.environment === "studio";
	const election = options?.election ?? (isStudio ? "local" : "lease");
	const spaces = spacesOf(cluster);
	const known = spaces.get(name as string);
	if (known) {
		if (options?.election !== undefined && known.election !== options.election) {
			cluster.context.log.warnOnce(
				`space ${name}`,
				`${label} exists already with other options; those of its first call stay in use. Create it once and share it.`,
			);
		}
		return known.space;
	}
	const space = new Space(name as string, cluster);
	spaces.set(name as string, { space, election });
	furnish(space, election);
	return space;
}

interface Known {
	readonly space: Space;
	readonly election: string;
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
			return `EntitySpace "${name}": there is no option "${key}"; the options are ${OPTIONS.join(" and ")}`;
		if (key === "election" && !ELECTIONS.includes(value as string))
			return `EntitySpace "${name}": election must be "lease", "bully" or "local", but is ${described(value)}`;
	}
	return undefined;
}
