import { memoryUnitsPerMinute } from "../../platform/limits";
import { LimitMeter } from "../cloud-statistics";
import { MinuteWindow } from "../minute-window";
import { SettledMemoryRules } from "./memory-options";
import { MemoryStatus } from "./status";
import { Structure } from "./structure";

/** Requests to one partition in the last minute. */
interface Partition {
	/** As statistics show it. */
	readonly label: string;
	readonly requests: MinuteWindow;
}

/** Counts requests and request units of the last minute, and says what is too much. */
export class RequestLimits {
	private readonly units: MinuteWindow;
	private readonly partitions = new Map<number, Partition>();

	constructor(
		private readonly rules: SettledMemoryRules,
		private readonly meter: LimitMeter,
	) {
		this.units = new MinuteWindow(rules.minute);
	}

	/** Which limit is used up, if one is. The last request before may go beyond a limit: what it costs is known afterwards. */
	refuse(structure: Structure, partition: number, users: number, nowSeconds: number): MemoryStatus | undefined {
		const { rules } = this;
		if (this.units.used(nowSeconds) >= memoryUnitsPerMinute(users)) return "TotalRequestsOverLimit";
		if (structure.units.used(nowSeconds) >= rules.memoryStructureUnits) return "DataStructureRequestsOverLimit";
		return this.refusePartition(partition, nowSeconds);
	}

	refusePartition(partition: number, nowSeconds: number): MemoryStatus | undefined {
		const { memoryPartitionRequests } = this.rules;
		if (this.partition(partition).requests.used(nowSeconds) < memoryPartitionRequests) return undefined;
		return "PartitionRequestsOverLimit";
	}

	charge(structure: Structure, units: number, users: number, nowSeconds: number): void {
		const { meter, rules } = this;
		this.units.add(nowSeconds, units);
		structure.units.add(nowSeconds, units);
		meter.note("memory request units", "", this.units.lastMinute(nowSeconds), memoryUnitsPerMinute(users));
		meter.note(
			"request units of a memory structure",
			structure.label,
			structure.units.lastMinute(nowSeconds),
			rules.memoryStructureUnits,
		);
	}

	countRequest(partition: number, nowSeconds: number): void {
		const { label, requests } = this.partition(partition);
		requests.add(nowSeconds, 1);
		const limit = this.rules.memoryPartitionRequests;
		this.meter.note("requests of a memory partition", label, requests.lastMinute(nowSeconds), limit);
	}

	/** Request units of the last minute. */
	lastMinute(nowSeconds: number): number {
		return this.units.lastMinute(nowSeconds);
	}

	private partition(number: number): Partition {
		let partition = this.partitions.get(number);
		if (!partition) {
			partition = { label: `${number}`, requests: new MinuteWindow(this.rules.minute) };
			this.partitions.set(number, partition);
		}
		return partition;
	}
}
