import { createSignal, FiringSignal } from "../../cluster/signal";
import type { ReplicatedEntity } from "../entity";
import { Owner } from "../runtime/owner";
import { ScriptError } from "../runtime/failures";
import { ScriptStatus } from "../script-types";
import { createContext } from "./context";
import type { Scripts } from "./scripts";
import { Program, programOf } from "./source";

/** By name, of the messages that a script gets. */
export type MessageGuards = { readonly [name: string]: (value: unknown) => boolean };

/** The script of one entity on this server, from one source to the next. */
export class ScriptInstance {
	public status: ScriptStatus = "none";
	/** Whose all is that the present script has registered. */
	public owner: Owner;
	public program: Program | undefined;
	/** Of the program's messages; undefined where everything is open. */
	public guards: MessageGuards | undefined;
	public exports: unknown;
	public readonly StatusChanged: FiringSignal<[status: ScriptStatus]>;
	public readonly Failed: FiringSignal<[failure: ScriptError]>;
	/** Whether it has been told that all are set up. */
	public isLoaded = false;
	/** The term of the leadership in which it took over. */
	public ledTerm = 0;
	private problem = "";
	private listening = true;

	constructor(
		public readonly entity: ReplicatedEntity,
		private readonly scripts: Scripts,
	) {
		const { platform } = scripts.space.cluster.context;
		this.StatusChanged = createSignal(platform);
		this.Failed = createSignal(platform);
		this.owner = scripts.runtime.createOwner(entity.Id, entity.Name, "none");
	}

	/** Ends what there is; what the entity's source stands for waits to be set up. */
	public reset(): void {
		const { entity, scripts } = this;
		const source = entity.isPresent ? entity.source() : undefined;
		this.owner.die();
		this.exports = undefined;
		this.isLoaded = false;
		this.ledTerm = 0;
		this.problem = "";
		const { platform } = scripts.space.cluster.context;
		const program = programOf(source, platform);
		this.program = typeIs(program, "string") ? undefined : program;
		this.guards = this.program?.definition?.Messages as MessageGuards | undefined;
		this.owner = scripts.runtime.createOwner(entity.Id, entity.Name, this.program?.name ?? "none");
		if (!this.listening) this.owner.setListening(false);
		if (!typeIs(program, "string")) this.become("waiting");
		else if (source === undefined || source === "") {
			this.problem = program;
			this.become("none");
		} else this.fail(program);
	}

	/** The entity is gone. */
	public end(): void {
		this.owner.die();
		this.program = undefined;
		this.exports = undefined;
		this.isLoaded = false;
		this.become("none");
		this.StatusChanged.DisconnectAll();
		this.Failed.DisconnectAll();
	}

	/** Runs the setup. */
	public setUp(): void {
		const { program, owner, scripts } = this;
		assert(this.status === "waiting" && program, "only who waits is set up");
		const context = createContext(this, owner, scripts);
		// Who is used by others in the meantime is in the path of modules. A setup within another one's may end that one, too.
		const [success, problem] = pcall(() =>
			scripts.modules.within(this, () => this.runSetup(program, owner, context)),
		);
		if (!success && this.owner === owner) this.give(tostring(problem));
		scripts.modules.changed(this);
		if (!success) error(problem, 0);
	}

	private runSetup(program: Program, owner: Owner, context: unknown): void {
		const job = this.scripts.runtime.callOnce("setup", owner, () => program.setup(context as never), undefined);
		if (this.owner !== owner) return;
		const { failure, entry } = job;
		if (failure) this.give(failure.Message);
		else if (entry.exhausted) this.give(entry.describe());
		else {
			this.exports = job.answers!.Get(0);
			this.become("running");
		}
	}

	/** The setup has failed. What it has registered so far would be half a script. */
	private give(problem: string): void {
		this.owner.die();
		this.owner = this.scripts.runtime.createOwner(this.entity.Id, this.entity.Name, this.program!.name);
		this.problem = problem;
		this.become("failed");
	}

	public errorText(): string {
		return this.problem;
	}

	/** Something of it has failed. */
	public noteFailure(failure: ScriptError): void {
		this.problem = failure.Message;
		this.Failed.Fire(failure);
	}

	public setListening(listening: boolean): void {
		this.listening = listening;
		this.owner.setListening(listening);
	}

	/** It cannot be begun. */
	private fail(problem: string): void {
		this.become("failed");
		this.scripts.runtime.failures.addFor(this.owner, "setup", problem);
		this.problem = problem;
	}

	private become(status: ScriptStatus): void {
		if (this.status === status) return;
		this.status = status;
		this.StatusChanged.Fire(status);
	}
}
