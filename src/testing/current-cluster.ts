/** The only place where the emulation meets what it is made for: everything else here knows nothing of the library above the platform. */
export type Cluster = unknown;

/** The cluster of the server whose code is running. */
export function currentCluster(): Cluster {
	return undefined;
}
