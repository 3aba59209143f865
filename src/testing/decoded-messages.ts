import { DecodedMessages } from "../platform/platform";

/** More than are on their way at once in a large game, of a few kilobytes each. */
const MOST_KEPT = 100;

/** The latest messages as some server of the game has decoded them. */
export class LatestDecoded implements DecodedMessages {
	private kept = new Map<string, defined>();
	private former = new Map<string, defined>();
	private count = 0;

	public get(message: string): defined | undefined {
		return this.kept.get(message) ?? this.former.get(message);
	}

	public set(message: string, decoded: defined): void {
		if (this.count >= MOST_KEPT) {
			this.former = this.kept;
			this.kept = new Map();
			this.count = 0;
		}
		this.kept.set(message, decoded);
		this.count += 1;
	}
}
