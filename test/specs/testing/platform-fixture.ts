import { MessagingCloud } from "../../../src/testing/messaging-cloud";
import { MemoryStoreCloud } from "../../../src/testing/memory-store/memory-store-cloud";
import { Scheduler } from "../../../src/testing/scheduler";
import { VirtualClock } from "../../../src/testing/virtual-clock";
import { VirtualPlatform, VirtualWorld } from "../../../src/testing/virtual-platform";

/** Virtual servers' engines and their cloud, without a game and without the library. */
export class PlatformFixture {
	readonly scheduler = new Scheduler((failure) => error(failure, 0));
	readonly cloud = new MessagingCloud(this.scheduler, 1);
	readonly failures = new Array<string>();
	private readonly world: VirtualWorld = {
		scheduler: this.scheduler,
		cloud: this.cloud,
		memoryStore: new MemoryStoreCloud(this.scheduler, 1),
		seed: 1,
		signalBehavior: "immediate",
	};

	addServer(serverId: string, clock = new VirtualClock(this.scheduler.now(), 100, 0, 0, 0)): VirtualPlatform {
		return new VirtualPlatform({
			world: this.world,
			clock,
			serverId,
			environment: "live",
			placeVersion: 3,
			messaging: true,
			report: (failure) => this.failures.push(failure),
		});
	}

	run(seconds: number): void {
		this.scheduler.runUntil(this.scheduler.now() + seconds);
	}
}
