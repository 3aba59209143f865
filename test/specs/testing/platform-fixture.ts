import { MessagingCloud } from "../../../src/testing/messaging-cloud";
import { Scheduler } from "../../../src/testing/scheduler";
import { VirtualClock } from "../../../src/testing/virtual-clock";
import { VirtualPlatform } from "../../../src/testing/virtual-platform";

/** Virtual servers' engines and their cloud, without a game and without the library. */
export class PlatformFixture {
	readonly scheduler = new Scheduler((failure) => error(failure, 0));
	readonly cloud = new MessagingCloud(this.scheduler, 1);
	readonly failures = new Array<string>();

	addServer(serverId: string, clock = new VirtualClock(this.scheduler.now(), 100, 0, 0, 0)): VirtualPlatform {
		return new VirtualPlatform({
			scheduler: this.scheduler,
			cloud: this.cloud,
			clock,
			serverId,
			seed: 1,
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
