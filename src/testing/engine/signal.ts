import { FailureReport } from "../thread";
import { EngineThreads } from "./threads";

/** When handlers of events run, as `Workspace.SignalBehavior` says: while the event fires, or at the end of the resumption cycle. */
export type SignalBehavior = "immediate" | "deferred";

/** How deep handlers of deferred events may fire events (the creator docs, scripting/events/deferred). */
const DEFERRED_REENTRANCY_LIMIT = 10;

/** What one call of a deferred handler needs. */
interface Invocation {
	readonly connection: EngineConnection;
	readonly values: readonly unknown[];
	readonly depth: number;
	readonly signals: EngineSignals;
}

function invoke({ connection, values, depth, signals }: Invocation): void {
	// Disconnecting drops what was fired before and has not run yet.
	if (connection.Connected) signals.runAtDepth(depth, connection.handler, values);
}

/** What connecting returns. */
export class EngineConnection {
	Connected = true;

	constructor(
		readonly handler: Callback,
		private readonly disconnected: (connection: EngineConnection) => void,
	) {}

	Disconnect(): void {
		if (!this.Connected) return;
		this.Connected = false;
		this.disconnected(this);
	}
}

/** How the events of one server reach their handlers. */
export class EngineSignals {
	/** How deep in handlers of deferred events the code is that runs now. */
	private depth = 0;

	constructor(
		readonly threads: EngineThreads,
		private readonly behavior: SignalBehavior,
		private readonly report: FailureReport,
	) {}

	/** Calls the handler of a connection, now or later. */
	call(connection: EngineConnection, values: readonly unknown[], eventName: string): void {
		if (this.behavior === "immediate") {
			this.threads.start(this.threads.make(connection.handler, eventName), values);
			return;
		}
		const depth = this.depth + 1;
		if (depth > DEFERRED_REENTRANCY_LIMIT) {
			this.report(`Maximum event re-entrancy depth exceeded for ${eventName}`);
			return;
		}
		this.threads.deferCall(invoke, { connection, values, depth, signals: this });
	}

	/** What the handler fires before it yields counts as one level deeper; what it does later is of another cycle. */
	runAtDepth(depth: number, handler: Callback, values: readonly unknown[]): void {
		const outer = this.depth;
		this.depth = depth;
		this.threads.start(this.threads.make(handler, "event"), values);
		this.depth = outer;
	}
}

/** An event, with what an RBXScriptSignal has. */
export class EngineSignal<T extends Callback> {
	/** Never changed, only replaced: firing goes on over the list it began with. */
	private connections: readonly EngineConnection[] = [];

	/** @param connected is told of every new connection */
	constructor(
		private readonly signals: EngineSignals,
		private readonly eventName: string,
		private readonly connected?: () => void,
	) {}

	Connect(handler: T): EngineConnection {
		const connection = new EngineConnection(handler, (gone) => {
			this.connections = this.connections.filter((other) => other !== gone);
		});
		this.connections = [...this.connections, connection];
		this.connected?.();
		return connection;
	}

	Once(handler: T): EngineConnection {
		const connection: EngineConnection = this.Connect(((...values: unknown[]) => {
			connection.Disconnect();
			handler(...values);
		}) as T);
		return connection;
	}

	/** Yields until the event fires; returns what it was fired with. */
	Wait() {
		return this.signals.threads.suspend(`${this.eventName}.Wait`, (resume) => {
			this.Once(resume as unknown as T);
		});
	}

	fire(...values: unknown[]): void {
		for (const connection of this.connections) {
			if (connection.Connected) this.signals.call(connection, values, this.eventName);
		}
	}

	/** How many handlers are connected. */
	size(): number {
		return this.connections.size();
	}

	/** As the type that game code knows it by. */
	asEvent(): RBXScriptSignal<T> {
		return this as unknown as RBXScriptSignal<T>;
	}
}
