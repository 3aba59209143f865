import { described } from "../diagnostics/errors";
import { charge } from "./charge";
import { Batch } from "./batch";
import { EntityComponent } from "./component";
import { checkValue, guardsOf, Plan, planProperties, unknownProblem, Values } from "./checks";
import { Cell } from "./data/cell";
import { componentKey, HEAD, nameProblem, OWN, PARENT, propertyKey, SOURCE } from "./data/keys";
import { isSame, kept, problemOf } from "./data/values";
import { describedEntity, ReplicatedEntity } from "./entity";
import { isPlayer } from "./player-id";
import { findComponent } from "./registry";
import { AnyScript } from "./script-types";
import type { Space } from "./space";
import { AnyComponent, Entity, EntityAction, EntityOptions, PropertyValue } from "./types";
import { Label, labelled } from "../platform/labels";

/** Checks what the game wants to edit, shows it, and has it leave with the turn's batch. What is wrong comes back as a text, and nothing has changed then. */
export class Editor {
	private readonly batch = new Batch();
	private lastSeq = 0;
	private lastGroup = 0;
	/** The group that edits are put into now; 0 for none. */
	private group = 0;
	private isScheduled = false;

	constructor(private readonly space: Space) {}

	// -- what the game edits -----------------------------------------------------------------------------------------------------------------

	public create(
		name: unknown,
		definition: AnyScript | undefined,
		properties: unknown,
		options: EntityOptions,
	): ReplicatedEntity | string {
		charge(1);
		const { space } = this;
		const label = `${space.label()}: CreateEntity`;
		if (!typeIs(name, "string")) return `${label}: the name must be a string, but is ${described(name)}`;
		const wrongName = nameProblem(name);
		if (wrongName !== undefined && name.size() > 50) return `${label}: the name ${wrongName}`;
		const residence = space.residences.get(options.partition ?? "replicated");
		if (!residence)
			return `${label} "${name}": there is no partition "${options.partition}"; add it with AddPartition first`;
		if (residence.mode() === "frozen")
			return `${label} "${name}": partition "${residence.name}" is frozen; nothing can be edited there`;
		const problem = residence.problem();
		if (problem !== undefined) return `${label} "${name}": ${problem}`;
		const plan: Plan = [];
		if (definition) plan.push({ key: SOURCE, value: definition.Name });
		if (options.parent !== undefined) {
			if (!(options.parent instanceof ReplicatedEntity) || options.parent.space !== space)
				return `${label} "${name}": the parent must be an entity of this space, but is ${describedEntity(options.parent)}`;
			plan.push({ key: PARENT, value: options.parent.Id });
		}
		const values = planProperties(OWN, properties, definition?.Properties, plan);
		if (values !== undefined) return `${label} "${name}": ${values}`;
		for (const [property, value] of pairs((options.overlays ?? {}) as Values)) {
			const wrong = nameProblem(property) ?? unknownProblem(definition?.Properties, property as string);
			const problem = wrong ?? (value === undefined ? undefined : problemOf(value));
			if (problem !== undefined) return `${label} "${name}": the overlay of "${property}" ${problem}`;
		}
		const entity = new ReplicatedEntity(space, space.newId(), residence);
		entity.Name = name;
		space.adopt(entity, options.overlays);
		plan.push({ key: HEAD, value: name });
		this.carryOut(entity, plan);
		return entity;
	}

	/** A player comes: the entity that stands for him. */
	public admit(id: string, name: string): ReplicatedEntity {
		const { space } = this;
		const entity = new ReplicatedEntity(space, id, space.replicated);
		entity.Name = name;
		space.adopt(entity, undefined);
		this.edit(entity.head, name);
		return entity;
	}

	/** A player goes. */
	public dismiss(entity: ReplicatedEntity): void {
		this.edit(entity.head, undefined);
	}

	public setProperty(entity: ReplicatedEntity, component: string, name: unknown, value: unknown): string | undefined {
		charge(1);
		const label = component === OWN ? entity.label() : `${entity.label()}, component "${component}"`;
		const wrong =
			this.refusal(entity) ??
			this.propertyProblem(entity, component, name) ??
			this.valueProblem(entity, component, name as string, value);
		if (wrong !== undefined) return `${label}: ${wrong}`;
		if (component !== OWN && entity.kindOf(component) === undefined)
			return `${label}: the entity no longer has this component`;
		this.edit(entity.cell(propertyKey(component, name as string)), value as PropertyValue | undefined);
		return undefined;
	}

	/** Takes or gives an entity its script. */
	public setSource(entity: ReplicatedEntity, source: string | undefined): string | undefined {
		charge(1);
		const wrong = this.refusal(entity) ?? (source === undefined ? undefined : problemOf(source));
		if (wrong !== undefined) return `${entity.label()}: the script ${wrong}`;
		this.edit(entity.cell(SOURCE), source);
		return undefined;
	}

	public addComponent(
		entity: ReplicatedEntity,
		kind: AnyComponent | string,
		properties: unknown,
		name: unknown,
	): EntityComponent | string {
		charge(1);
		const kindName = typeIs(kind, "string") ? kind : typeIs(kind, "table") ? kind.Kind : undefined;
		const wrongKind = nameProblem(kindName);
		if (wrongKind !== undefined) return `${entity.label()}: AddComponent: the kind ${wrongKind}`;
		const component = name ?? kindName;
		const wrongName = nameProblem(component);
		if (wrongName !== undefined) return `${entity.label()}: AddComponent: the name ${wrongName}`;
		const label = `${entity.label()}: AddComponent "${component}"`;
		const refusal = this.refusal(entity);
		if (refusal !== undefined) return `${label}: ${refusal}`;
		if (entity.kindOf(component as string) !== undefined)
			return `${label}: the entity has a component of this name; choose another name, or remove that one`;
		const definition = typeIs(kind, "string") ? findComponent(kind) : kind;
		const plan: Plan = [];
		const wrong = planProperties(component as string, properties, definition?.Properties, plan);
		if (wrong !== undefined) return `${label}: ${wrong}`;
		// What is left of an earlier one of this name must not come back with it.
		for (const property of entity.propertyNames(component as string)) {
			const key = propertyKey(component as string, property);
			if (!plan.some((entry) => entry.key === key)) plan.push({ key, value: undefined });
		}
		plan.push({ key: componentKey(component as string), value: kindName! });
		this.carryOut(entity, plan);
		return entity.componentOf(component as string) ?? new EntityComponent(entity, component as string, kindName!);
	}

	public removeComponent(component: EntityComponent): string | undefined {
		charge(1);
		const { Entity: entity, Name } = component;
		const refusal = this.refusal(entity);
		if (refusal !== undefined) return `${component.label()}: ${refusal}`;
		if (!component.Exists()) return undefined;
		const plan: Plan = [{ key: componentKey(Name), value: undefined }];
		for (const property of entity.propertyNames(Name))
			plan.push({ key: propertyKey(Name, property), value: undefined });
		this.carryOut(entity, plan);
		return undefined;
	}

	public setParent(entity: ReplicatedEntity, parent: Entity | undefined): string | undefined {
		charge(1);
		if (parent !== undefined && (!(parent instanceof ReplicatedEntity) || parent.space !== this.space))
			return `${entity.label()}: the parent must be an entity of this space, but is ${describedEntity(parent)}`;
		const refusal = this.refusal(entity);
		if (refusal !== undefined) return `${entity.label()}: ${refusal}`;
		// Others may have closed a circle above it meanwhile.
		const seen = new Set<Entity>();
		for (let above: Entity | undefined = parent; above && !seen.has(above); above = above.GetParent()) {
			if (above === entity)
				return `${entity.label()}: "${parent!.Name}" is part of it, or is itself; choose another parent`;
			seen.add(above);
		}
		this.edit(entity.cell(PARENT), parent?.Id);
		return undefined;
	}

	public destroy(entity: ReplicatedEntity): string | undefined {
		charge(1);
		// As for Roblox's instances, twice is as good as once.
		if (entity.head.intended() === undefined) return undefined;
		const refusal = isPlayer(entity) ? "it is a player's, and goes when the player leaves" : this.refusal(entity);
		if (refusal !== undefined) return `${entity.label()}: ${refusal}`;
		const doomed = [entity];
		const seen = new Set<ReplicatedEntity>(doomed);
		let looked = 0;
		while (looked < doomed.size()) {
			for (const child of doomed[looked]!.GetChildren() as ReplicatedEntity[]) {
				if (seen.has(child)) continue;
				seen.add(child);
				if (!isPlayer(child) && this.refusal(child) === undefined) doomed.push(child);
			}
			looked += 1;
		}
		for (const gone of doomed) this.edit(gone.head, undefined);
		return undefined;
	}

	// -- what is wrong -----------------------------------------------------------------------------------------------------------------------

	/** Why an entity cannot be edited, if so. */
	private refusal(entity: ReplicatedEntity): string | undefined {
		const { residence } = entity;
		const mode = residence.mode();
		if (mode === "frozen") return `partition "${residence.name}" is frozen; nothing can be edited there`;
		if (mode === "appendOnly")
			return `partition "${residence.name}" is append-only; entities there stay as they were created`;
		if (entity.head.intended() === undefined) return "the entity has been destroyed; ask Exists() before";
		return residence.problem();
	}

	/** What is wrong with the name of a property, if anything. */
	public propertyProblem(entity: ReplicatedEntity, component: string, name: unknown): string | undefined {
		const wrong = nameProblem(name);
		if (wrong !== undefined) return `the name of a property ${wrong}`;
		return unknownProblem(guardsOf(entity, component), name as string);
	}

	private valueProblem(
		entity: ReplicatedEntity,
		component: string,
		name: string,
		value: unknown,
	): string | undefined {
		return checkValue(guardsOf(entity, component), name, value);
	}

	// -- edits -------------------------------------------------------------------------------------------------------------------------------

	private carryOut(entity: ReplicatedEntity, plan: Plan): void {
		for (const { key, value } of plan) this.edit(entity.cell(key), value);
	}

	/** Puts an edit on top of what a cell has, unless it is the same already. Hot: once per edit. */
	private edit(cell: Cell, value: PropertyValue | undefined): void {
		if (isSame(value, cell.intended())) return;
		this.lastSeq += 1;
		this.space.records.edits += 1;
		const taken = value === undefined ? undefined : kept(value);
		const isShown = cell.entity.residence.mode() !== "delayed";
		cell.add(this.lastSeq, taken, isShown, this.group);
		const atSeconds = this.space.now();
		this.batch.addEdit({ seq: this.lastSeq, cell, value: taken, group: this.group, atSeconds });
		this.schedule();
		if (isShown) this.space.teller.tell(cell);
	}

	/** Puts an action into the turn's batch. */
	public act(action: EntityAction): void {
		charge(1);
		this.lastSeq += 1;
		this.batch.addAction(this.lastSeq, action);
		this.schedule();
	}

	/** Runs `body`; the edits it makes are accepted or refused together. Within another group they are part of that. */
	public atomically(body: () => void): void {
		const former = this.group;
		if (former === 0) {
			this.lastGroup += 1;
			this.group = this.lastGroup;
		}
		const [success, problem] = pcall(body);
		this.group = former;
		if (!success) error(problem, 0);
	}

	/** Where the batch stands now, for {@link rollBack}. */
	public mark(): number {
		return this.lastSeq;
	}

	/** Takes back what was edited and done since a mark and has not left yet. Returns how many edits that were. */
	public rollBack(mark: number): number {
		const taken = this.batch.takeBack(mark);
		for (const { cell, seq } of taken) cell.drop(seq);
		for (const { cell } of taken) this.space.settled(cell);
		return taken.size();
	}

	private schedule(): void {
		if (this.isScheduled) return;
		this.isScheduled = true;
		const { platform } = this.space.cluster.context;
		platform.schedule(0, () => labelled(platform, Label.Turn, () => this.flush()));
	}

	/** Lets the turn's batch leave: actions first, then one update for each entity. */
	public flush(): void {
		this.isScheduled = false;
		const { space } = this;
		// What handlers of actions edit leaves with them.
		const actions = space.interceptors.pass(this.batch.takeActions());
		if (!actions.isEmpty()) space.host.perform(actions);
		const { residences, updateCount } = this.batch.takeMerged();
		if (!actions.isEmpty() || updateCount > 0) space.records.noteBatch(actions, residences, updateCount);
		for (const { residence, updates } of residences) residence.apply(updates);
		if (!this.batch.isEmpty()) this.schedule();
	}
}
