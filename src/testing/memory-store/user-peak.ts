import { MEMORY_LOOK_BACK_SECONDS } from "../../platform/limits";

interface Peak {
	atSeconds: number;
	readonly users: number;
}

/** The most users within the look-back period: the memory quota grows at once and shrinks late. */
export class UserPeak {
	/** Falling numbers of users, each with the last time at which there were so many. */
	private readonly peaks = new Array<Peak>();

	/** To be called after users came and before they leave. */
	note(nowSeconds: number, users: number): void {
		const { peaks } = this;
		while (!peaks.isEmpty() && peaks[peaks.size() - 1]!.users < users) peaks.pop();
		const last = peaks[peaks.size() - 1];
		if (last?.users === users) last.atSeconds = nowSeconds;
		else peaks.push({ atSeconds: nowSeconds, users });
		while (peaks[0]!.atSeconds < nowSeconds - MEMORY_LOOK_BACK_SECONDS) peaks.shift();
	}

	/** The highest number that still counts. */
	users(): number {
		return this.peaks[0]?.users ?? 0;
	}
}
