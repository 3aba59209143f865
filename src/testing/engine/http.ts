import { RandomStream } from "../random";
import { decodeJson, encodeJson } from "./json";

/** What of HttpService exists: no requests. No method yields; methods throw for arguments of a wrong type, and where they say so. */
export interface EngineHttp {
	/** Throws for cycles and for strings that are not UTF-8. */
	JSONEncode(value: unknown): string;
	/** As the engine's. Throws for what is no JSON. */
	JSONDecode(text: string): unknown;
	/** In braces, unless told not to. */
	GenerateGUID(wrapInCurlyBraces?: boolean): string;
}

/** The HttpService of one virtual server: its GUIDs come from the game's seed. */
export class EmulatedHttp implements EngineHttp {
	private readonly guids: RandomStream;

	constructor(seed: number, serverId: string) {
		this.guids = new RandomStream(seed, `GUIDs of ${serverId}`);
	}

	JSONEncode(value: unknown): string {
		return encodeJson(value);
	}

	JSONDecode(text: string): unknown {
		return decodeJson(text);
	}

	GenerateGUID(wrapInCurlyBraces = true): string {
		const guid = this.guids.nextGuid();
		return wrapInCurlyBraces ? `{${guid}}` : guid;
	}
}
