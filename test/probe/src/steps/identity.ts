import type { Member } from "../member";
import { Row } from "../rows";

/** What one server says of itself. */
export interface Identity {
	readonly jobId: string;
	readonly bare: string;
	readonly wrapped: string;
	readonly plain: string;
	readonly players: number;
	readonly placeVersion: number;
}

const UUID = "^%x%x%x%x%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$";

export function performIdentity({ engine }: Member): Identity {
	const { DataModel, HttpService, Players } = engine;
	return {
		jobId: DataModel.JobId,
		bare: HttpService.GenerateGUID(false),
		wrapped: HttpService.GenerateGUID(true),
		plain: HttpService.GenerateGUID(),
		players: Players.GetPlayers().size(),
		placeVersion: DataModel.PlaceVersion,
	};
}

function isUuid(text: string): boolean {
	return string.match(text, UUID)[0] !== undefined;
}

function isWrapped(text: string): boolean {
	return string.sub(text, 1, 1) === "{" && string.sub(text, -1) === "}" && isUuid(string.sub(text, 2, -2));
}

export function identityRows(identities: readonly Identity[]): Row[] {
	const first = identities[0]!;
	const different = new Set(identities.map(({ jobId }) => jobId)).size();
	const uuids = identities.filter(({ jobId }) => isUuid(jobId)).size();
	const jobIds = `${uuids} of ${identities.size()} are UUIDs, ${different} different`;
	return [
		{
			rule: "`JobId`",
			finding: first.jobId === "" ? "is empty" : jobIds,
			evidence: `such as "${first.jobId}"; place versions ${identities.map((one) => one.placeVersion).join(", ")}`,
			knob: first.jobId === "" ? 'environment: "studio"' : "",
		},
		{
			rule: "`GenerateGUID`",
			finding:
				isUuid(first.bare) && isWrapped(first.wrapped) && isWrapped(first.plain)
					? "a UUID, in braces unless told not to"
					: "not as documented",
			evidence: `false: ${first.bare}, true: ${first.wrapped}, nothing: ${first.plain}`,
			knob: "",
		},
	];
}
