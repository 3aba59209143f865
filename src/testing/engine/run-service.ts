import type { VirtualPlatform } from "../virtual-platform";
import { EngineSignal, EngineSignals } from "./signal";

/** What of RunService exists. No method throws or yields. */
export interface EngineRunService {
	/** Fires each frame, with the seconds since the one before. */
	readonly Heartbeat: RBXScriptSignal<(deltaSeconds: number) => void>;
	/** True, but for a virtual client. */
	IsServer(): boolean;
	/** False, but for a virtual client. */
	IsClient(): boolean;
	/** Whether the server is one in Studio. */
	IsStudio(): boolean;
}

/** The RunService of one virtual server. Its heart only beats while somebody listens: an idle server costs nothing. */
export class EmulatedRunService implements EngineRunService {
	readonly Heartbeat: RBXScriptSignal<(deltaSeconds: number) => void>;
	private readonly heartbeat: EngineSignal<(deltaSeconds: number) => void>;
	private beating = false;
	private lastBeat = 0;

	constructor(
		private readonly platform: VirtualPlatform,
		signals: EngineSignals,
	) {
		this.heartbeat = new EngineSignal(signals, "RunService.Heartbeat", () => this.start());
		this.Heartbeat = this.heartbeat.asEvent();
	}

	IsServer(): boolean {
		return this.platform.environment !== "client";
	}

	IsClient(): boolean {
		return this.platform.environment === "client";
	}

	IsStudio(): boolean {
		return this.platform.environment === "studio";
	}

	private start(): void {
		if (this.beating) return;
		this.beating = true;
		this.lastBeat = this.platform.clock();
		this.platform.schedule(0, this.beat);
	}

	private readonly beat = (): void => {
		if (this.heartbeat.size() === 0) {
			this.beating = false;
			return;
		}
		const now = this.platform.clock();
		const deltaSeconds = now - this.lastBeat;
		this.lastBeat = now;
		this.platform.schedule(0, this.beat);
		this.heartbeat.fire(deltaSeconds);
	};
}
