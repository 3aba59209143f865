import { CloudFaults, CloudRules } from "../../../src/testing/cloud-options";
import { MessagingCloud } from "../../../src/testing/messaging-cloud";
import { MemoryStoreCloud } from "../../../src/testing/memory-store/memory-store-cloud";
import { Scheduler } from "../../../src/testing/scheduler";
import { VirtualClock } from "../../../src/testing/virtual-clock";
import { VirtualPlatform } from "../../../src/testing/virtual-platform";
import { DEFAULT_OPTIONS, ProbeOptions } from "../../probe/src/options";
import { runProbe } from "../../probe/src/probe";
import { Row } from "../../probe/src/rows";

export interface ProbeFixtureOptions {
	/** How far servers' clocks are ahead; there are as many servers. Default: three, right. */
	readonly skews?: readonly number[];
	readonly players?: number;
	readonly probe?: Partial<ProbeOptions>;
	readonly environment?: "live" | "studio";
	readonly messaging?: boolean;
}

/** Servers that run the probe, and nothing else, on an emulated cloud. */
export class ProbeFixture {
	readonly scheduler = new Scheduler((failure) => error(failure, 0));
	readonly cloud: MessagingCloud;
	readonly servers = new Array<VirtualPlatform>();
	readonly failures = new Array<string>();
	/** What each server printed. */
	readonly printed = new Array<string[]>();
	/** What the server that led found out. */
	rows: readonly Row[] = [];
	/** Servers whose part is over. */
	finished = 0;

	constructor(
		cloudOptions: CloudFaults & CloudRules = {},
		private readonly options: ProbeFixtureOptions = {},
	) {
		this.cloud = new MessagingCloud(this.scheduler, 1, cloudOptions);
		this.cloud.setFaults(cloudOptions);
		const all = options.skews ?? [0, 0, 0];
		for (const skew of all) this.addServer(skew, { ...DEFAULT_OPTIONS, servers: all.size(), ...options.probe });
	}

	addServer(skewSeconds: number, probe: ProbeOptions): void {
		const number = this.servers.size();
		const { scheduler, cloud } = this;
		const memoryStore = new MemoryStoreCloud(scheduler, 1);
		const server = new VirtualPlatform({
			world: { scheduler, cloud, memoryStore, seed: 1, signalBehavior: "immediate" },
			clock: new VirtualClock(scheduler.now(), 100 * number, skewSeconds, 0, number / 10),
			serverId: string.format("%08x-1111-4111-8111-111111111111", 16 - number),
			environment: this.options.environment ?? "live",
			placeVersion: 7,
			messaging: this.options.messaging ?? true,
			report: (failure) => this.failures.push(failure),
		});
		for (const index of $range(1, this.options.players ?? 1)) server.engine.Players.add(`Player${number}x${index}`);
		this.servers.push(server);
		const lines = new Array<string>();
		this.printed.push(lines);
		server.engine.task.spawn(() => {
			const rows = runProbe(server.engine, probe, (text) => lines.push(text));
			this.finished += 1;
			if (rows) this.rows = rows;
		});
	}

	/** Runs until every server's part is over, an hour and a half at most; returns whether that came. */
	finish(): boolean {
		const endSeconds = this.scheduler.now() + 5400;
		while (this.finished < this.servers.size() && this.scheduler.now() < endSeconds) {
			this.scheduler.runUntil(this.scheduler.now() + 10);
		}
		return this.finished === this.servers.size();
	}

	row(rule: string): Row {
		for (const row of this.rows) if (row.rule === rule) return row;
		error(`the probe has no row "${rule}"`, 2);
	}

	/** Values of a knob as the probe would set it, by the knob's name: the numbers in its text. */
	numbers(rule: string, knob: string): number[] {
		const [text] = string.match(this.row(rule).knob, `${knob}: ([^a-zA-Z]+)`);
		const values = new Array<number>();
		for (const [value] of string.gmatch((text as string | undefined) ?? "", "%-?[%d.]+")) {
			values.push(tonumber(value)!);
		}
		return values;
	}
}
