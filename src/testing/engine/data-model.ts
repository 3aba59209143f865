import type { VirtualPlatform } from "../virtual-platform";

/** What of the DataModel, `game`, exists; `game` itself has this type too, but for its many other services. No method throws or yields. */
export interface EngineDataModel {
	/** The server's id; empty in Studio. */
	readonly JobId: string;
	/** The version of the place, a number that grows. */
	readonly PlaceVersion: number;
	/** What is bound runs when the server closes, all of it at once; after 30 s in total the server is gone. A crash runs nothing. */
	BindToClose(callback: (reason: Enum.CloseReason) => void): void;
}

/** The DataModel of one virtual server. */
export class EmulatedDataModel implements EngineDataModel {
	readonly JobId: string;
	readonly PlaceVersion: number;

	constructor(private readonly platform: VirtualPlatform) {
		this.JobId = platform.environment === "studio" ? "" : platform.serverId;
		this.PlaceVersion = platform.placeVersion;
	}

	BindToClose(callback: (reason: Enum.CloseReason) => void): void {
		const { platform } = this;
		platform.onClosing((done) => {
			callback(platform.getCloseReason() ?? Enum.CloseReason.Unknown);
			done();
		});
	}
}
