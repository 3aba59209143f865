/** What a call of MemoryStoreService can end with: the closed set of names that Roblox documents, those of the service first. */
export type MemoryStatus = (typeof STATUSES)[number];

const STATUSES = [
	"Success",
	"NoItemFound",
	"DataUpdateConflict",
	"AccessDenied",
	"InternalError",
	"InvalidRequest",
	"ItemValueSizeTooLarge",
	"DataStructureItemsOverLimit",
	"DataStructureMemoryOverLimit",
	"DataStructureRequestsOverLimit",
	"PartitionRequestsOverLimit",
	"TotalRequestsOverLimit",
	"TotalMemoryOverLimit",
	// The rest never reaches the service.
	"UnpublishedPlace",
	"InvalidClientAccess",
	"InvalidExpirationTime",
	"TransformCallbackFailed",
	"RequestThrottled",
	"UpdateConflict",
] as const;

/** As error texts name the calls. */
export type MemoryApi =
	| "HashMap.Get"
	| "HashMap.Set"
	| "HashMap.Remove"
	| "HashMap.Update"
	| "HashMap.ListItems"
	| "SortedMap.Get"
	| "SortedMap.Set"
	| "SortedMap.Remove"
	| "SortedMap.Update"
	| "SortedMap.GetRange"
	| "SortedMap.GetSize"
	| "Queue.Add"
	| "Queue.Read"
	| "Queue.Remove"
	| "Queue.GetSize";

const numberByStatus = new Map<MemoryStatus, number>();
STATUSES.forEach((status, index) => numberByStatus.set(status, index));

/** A number for the trace. */
export function statusNumber(status: MemoryStatus): number {
	return numberByStatus.get(status)!;
}

/** Whether the service did what it was asked: an empty answer is one, too. */
export function isFailure(status: MemoryStatus): boolean {
	return status !== "Success" && status !== "NoItemFound";
}

/** Whether the service was asked too much, so that the next calls may not even be sent. */
export function isOverRequests(status: MemoryStatus): boolean {
	return (
		status === "TotalRequestsOverLimit" ||
		status === "PartitionRequestsOverLimit" ||
		status === "DataStructureRequestsOverLimit"
	);
}

/** The text that the engine throws, as it was seen: only the status in it is worth looking at. */
export function failureText(status: MemoryStatus, api: MemoryApi): string | undefined {
	return isFailure(status) ? `MemoryStoreService: ${status}. API: ${api}` : undefined;
}
