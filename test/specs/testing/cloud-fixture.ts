import { CloudLink } from "../../../src/testing/cloud-link";
import { CloudFaults, CloudRules } from "../../../src/testing/cloud-options";
import { MessagingCloud } from "../../../src/testing/messaging-cloud";
import { Scheduler } from "../../../src/testing/scheduler";

/** A cloud without servers' engines around it, where calls return at once and deliveries take a second unless told otherwise. */
export class CloudFixture {
	readonly scheduler = new Scheduler((failure) => error(failure, 0));
	readonly cloud: MessagingCloud;
	/** What each server got, by its ServerId. */
	readonly received = new Map<string, defined[]>();
	/** Failures of publishes and subscribe requests so far. */
	readonly failures = new Array<string>();

	constructor(options: CloudFaults & CloudRules = {}, seed = 1) {
		this.cloud = new MessagingCloud(this.scheduler, seed, options);
		this.cloud.setFaults({ publishSeconds: [0, 0], subscribeSeconds: [0, 0], delaySeconds: [1, 1] });
		this.cloud.setFaults(options);
	}

	addServer(serverId: string, players = 0): CloudLink {
		this.received.set(serverId, []);
		return this.cloud.attach(serverId, () => players);
	}

	/** Servers A, B, C and so on, all subscribed to `topic`. */
	addSubscribers(count: number, topic: string, players = 0): CloudLink[] {
		const links = new Array<CloudLink>();
		for (const index of $range(1, count)) {
			const link = this.addServer(count > 26 ? `S${index}` : string.char(64 + index), players);
			this.subscribe(link, topic);
			links.push(link);
		}
		this.run(0);
		return links;
	}

	subscribe(link: CloudLink, topic: string): () => void {
		return this.cloud.subscribe(
			link,
			topic,
			(message) => this.received.get(link.serverId)!.push(message as defined),
			(failure) => {
				if (failure !== undefined) this.failures.push(failure);
			},
		);
	}

	publish(link: CloudLink, topic: string, message: unknown, bytes?: number): void {
		this.cloud.publish(link, topic, message, bytes, (failure) => {
			if (failure !== undefined) this.failures.push(failure);
		});
	}

	/** Publishes that many short messages, `everySeconds` apart. */
	publishMany(link: CloudLink, topic: string, count: number, everySeconds = 0): void {
		for (const index of $range(1, count)) {
			this.publish(link, topic, `message ${index}`);
			this.run(everySeconds);
		}
	}

	run(seconds: number): void {
		this.scheduler.runUntil(this.scheduler.now() + seconds);
	}

	receivedBy(serverId: string): number {
		return this.received.get(serverId)!.size();
	}

	/** The most that was used of a limit, as a share of it; 0 if nothing counted. */
	share(limit: string): number {
		for (const use of this.cloud.getStatistics().limits) if (use.name === limit) return use.share;
		return 0;
	}
}
