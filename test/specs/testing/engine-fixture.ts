import { CloudFaults, CloudRules } from "../../../src/testing/cloud-options";
import { SignalBehavior } from "../../../src/testing/engine/signal";
import { MessagingCloud } from "../../../src/testing/messaging-cloud";
import { MemoryStoreCloud } from "../../../src/testing/memory-store/memory-store-cloud";
import { Scheduler } from "../../../src/testing/scheduler";
import { VirtualClock } from "../../../src/testing/virtual-clock";
import { VirtualPlatform, VirtualPlatformParts, VirtualWorld } from "../../../src/testing/virtual-platform";

/** Both values of the knob, for specs that hold at either. */
export const SIGNAL_BEHAVIORS: readonly SignalBehavior[] = ["immediate", "deferred"];

/** Virtual servers with their emulated engines, without a game and without the library. */
export class EngineFixture {
	readonly scheduler = new Scheduler((failure) => error(failure, 0));
	readonly cloud: MessagingCloud;
	private readonly world: VirtualWorld;
	/** Errors that no code of a server caught. */
	readonly failures = new Array<string>();
	/** What the servers' code has noted, with {@link EngineFixture.note}. */
	readonly notes = new Array<string>();

	constructor(signalBehavior: SignalBehavior = "immediate", options: CloudFaults & CloudRules = {}) {
		this.cloud = new MessagingCloud(this.scheduler, 1, options);
		this.cloud.setFaults(options);
		const { scheduler, cloud } = this;
		const memoryStore = new MemoryStoreCloud(scheduler, 1);
		this.world = { scheduler, cloud, memoryStore, seed: 1, signalBehavior };
	}

	addServer(parts: Partial<VirtualPlatformParts> = {}): VirtualPlatform {
		return new VirtualPlatform({
			world: this.world,
			clock: new VirtualClock(this.scheduler.now(), 100, 0, 0, 0),
			serverId: "A",
			environment: "live",
			placeVersion: 3,
			messaging: true,
			report: (failure) => this.failures.push(failure),
			...parts,
		});
	}

	/** Notes something, with the virtual time in hundredths of a second. */
	note(what: string): void {
		this.notes.push(`${what} ${math.floor(this.scheduler.now() * 100 + 0.5) / 100}`);
	}

	run(seconds: number): void {
		this.scheduler.runUntil(this.scheduler.now() + seconds);
	}

	/** All notes so far, which are forgotten. */
	takeNotes(): string {
		const text = this.notes.join(", ");
		this.notes.clear();
		return text;
	}
}
