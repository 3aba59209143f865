import { createSignal, Signal } from "../cluster/signal";
import { beginWith } from "../diagnostics/begin-with";
import { described, fail } from "../diagnostics/errors";
import { EntityComponent } from "./component";
import { Cell } from "./data/cell";
import { componentKey, HEAD, OWN, PARENT, partsOf, propertyKey, SOURCE } from "./data/keys";
import { Residence } from "./edits";
import { EntityUpdate, PartitionEdit } from "./partition";
import { EntityScript } from "./script-types";
import type { Space } from "./space";
import { AnyComponent, Component, Entity, PropertyValue } from "./types";

type PropertySignal = Signal<[value: PropertyValue | undefined, previous: PropertyValue | undefined]>;

/** An entity as this server has it. The same object for as long as this server knows the entity. */
export class ReplicatedEntity implements Entity {
	public Name = "";
	public Partition: string;
	public readonly cells = new Map<string, Cell>();
	public readonly head: Cell;
	/** Whether the game knows it. */
	public isPresent!: boolean;
	/** How many contributions there are to it. */
	public records!: number;
	/** Those that are part of it, by id; undefined where there have been none. */
	public children: Map<string, ReplicatedEntity> | undefined;
	private components: Map<string, EntityComponent> | undefined;

	constructor(
		public readonly space: Space,
		public readonly Id: string,
		public readonly residence: Residence,
	) {
		this.Partition = residence.name;
		this.head = this.cell(HEAD);
	}

	// -- for games ---------------------------------------------------------------------------------------------------------------------------

	public Exists(): boolean {
		return this.isPresent;
	}

	public GetScript(): EntityScript {
		return this.space.host.scriptOf(this);
	}

	public Get(name: string): PropertyValue | undefined {
		return this.cells.get(propertyKey(OWN, name))?.value();
	}

	public Set(name: string, value: PropertyValue | undefined): void {
		const wrong = this.space.editor.setProperty(this, OWN, name, value);
		if (wrong !== undefined) fail(wrong);
	}

	public GetPropertyChangedSignal(name: string): PropertySignal {
		const wrong = this.space.editor.propertyProblem(this, OWN, name);
		if (wrong !== undefined) fail(`${this.label()}: ${wrong}`);
		return this.signalOf(OWN, name);
	}

	public GetPropertyNames(): string[] {
		return this.propertyNames(OWN);
	}

	public RegisterActionHandler(
		name: string,
		handler: (parameters: never, entity: never, component: string, action: never) => void,
	): void {
		const wrong = this.space.host.registerActionHandler(this, OWN, name, handler);
		if (wrong !== undefined) fail(wrong);
	}

	public UnregisterActionHandler(name: string): void {
		const wrong = this.space.host.unregisterActionHandler(this, OWN, name);
		if (wrong !== undefined) fail(wrong);
	}

	public AddComponent(
		kind: AnyComponent | string,
		properties: { readonly [name: string]: PropertyValue | undefined } = {},
		name?: string,
	): Component {
		const added = this.space.editor.addComponent(this, kind, properties, name);
		if (typeIs(added, "string")) fail(added);
		return added;
	}

	public GetComponent(nameOrKind: string | AnyComponent, kind?: AnyComponent): Component | undefined {
		if (!typeIs(nameOrKind, "string")) return this.GetComponents(nameOrKind)[0];
		const component = this.componentOf(nameOrKind);
		return component && (kind === undefined || component.Kind === kind.Kind) ? component : undefined;
	}

	public GetComponents(kind?: AnyComponent | string): Component[] {
		const wanted = kind === undefined || typeIs(kind, "string") ? kind : kind.Kind;
		const found = new Array<EntityComponent>();
		for (const [key, cell] of this.cells) {
			const parts = partsOf(key);
			if (!parts || parts.property !== undefined || cell.value() === undefined) continue;
			const component = this.componentOf(parts.component);
			if (component && (wanted === undefined || component.Kind === wanted)) found.push(component);
		}
		found.sort((left, right) => left.Name < right.Name);
		return found;
	}

	public GetParent(): Entity | undefined {
		const parent = this.space.directory.find(this.parentId());
		return parent?.isPresent ? parent : undefined;
	}

	public SetParent(parent: Entity | undefined): void {
		const wrong = this.space.editor.setParent(this, parent);
		if (wrong !== undefined) fail(wrong);
	}

	public GetChildren(): Entity[] {
		const children = new Array<ReplicatedEntity>();
		for (const [, child] of this.children ?? new Map<string, ReplicatedEntity>()) children.push(child);
		children.sort((left, right) => left.Id < right.Id);
		return children;
	}

	public SetOverlay(name: string, value: PropertyValue | undefined): void {
		const wrong =
			this.space.editor.propertyProblem(this, OWN, name) ?? this.space.overlays.put(this.Id, name, value);
		if (wrong !== undefined) fail(`${this.label()}: ${wrong}`);
	}

	public Destroy(): void {
		const wrong = this.space.editor.destroy(this);
		if (wrong !== undefined) fail(wrong);
	}

	// -- for the space and the scripts -------------------------------------------------------------------------------------------------------

	public cell(key: string): Cell {
		let cell = this.cells.get(key);
		if (!cell) {
			cell = new Cell(this, key);
			this.cells.set(key, cell);
		}
		return cell;
	}

	/** The name of its script's definition, or the script's text; undefined where it has none. */
	public source(): string | undefined {
		return this.cells.get(SOURCE)?.value() as string | undefined;
	}

	public parentId(): string | undefined {
		return this.cells.get(PARENT)?.value() as string | undefined;
	}

	/** What a component is of; undefined where there is none of this name. */
	public kindOf(component: string): string | undefined {
		return this.cells.get(componentKey(component))?.value() as string | undefined;
	}

	/** The object that stands for a component; undefined where there is none of this name. */
	public componentOf(name: string): EntityComponent | undefined {
		const kind = this.kindOf(name);
		if (!typeIs(kind, "string")) return undefined;
		const components = (this.components ??= new Map());
		let component = components.get(name);
		if (!component || component.Kind !== kind) {
			component = new EntityComponent(this, name, kind);
			components.set(name, component);
		}
		return component;
	}

	public signalOf(component: string, property: string): PropertySignal {
		const cell = this.cell(propertyKey(component, property));
		return (cell.changed ??= createSignal(this.space.cluster.context.platform));
	}

	public propertyNames(component: string): string[] {
		const names = new Array<string>();
		for (const [key, cell] of this.cells) {
			const parts = partsOf(key);
			if (parts?.component === component && parts.property !== undefined && cell.value() !== undefined)
				names.push(parts.property);
		}
		names.sort((left, right) => left < right);
		return names;
	}

	/** All that it has, overlays aside. */
	public snapshot(): EntityUpdate {
		const edits = new Array<PartitionEdit>();
		for (const [Key, cell] of this.cells) {
			const Value = cell.shown();
			if (Value !== undefined) edits.push({ Key, Value });
		}
		edits.sort((left, right) => left.Key < right.Key);
		const Kind = "add";
		return { Kind, Id: this.Id, Edits: edits };
	}

	public label(): string {
		return `${this.space.label()}: entity "${this.Name}"`;
	}

	/** Nobody knows it any more. */
	public forget(): void {
		for (const [, cell] of this.cells) cell.changed?.DisconnectAll();
	}
}

beginWith(ReplicatedEntity, { isPresent: false, records: 0 });

export function describedEntity(value: unknown): string {
	return value instanceof ReplicatedEntity ? `entity "${value.Name}"` : described(value);
}
