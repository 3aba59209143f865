import { Signal } from "../cluster/signal";
import { fail } from "../diagnostics/errors";
import { propertyKey } from "./data/keys";
import type { ReplicatedEntity } from "./entity";
import { Component, PropertyValue } from "./types";

/** A component as this server has it; the same object for as long as the entity has the component. */
export class EntityComponent implements Component {
	constructor(
		public readonly Entity: ReplicatedEntity,
		public readonly Name: string,
		public readonly Kind: string,
	) {}

	public Get(name: string): PropertyValue | undefined {
		return this.Exists() ? this.Entity.cells.get(propertyKey(this.Name, name))?.value() : undefined;
	}

	public Set(name: string, value: PropertyValue | undefined): void {
		const wrong = this.Entity.space.editor.setProperty(this.Entity, this.Name, name, value);
		if (wrong !== undefined) fail(wrong);
	}

	public GetPropertyChangedSignal(
		name: string,
	): Signal<[value: PropertyValue | undefined, previous: PropertyValue | undefined]> {
		const wrong = this.Entity.space.editor.propertyProblem(this.Entity, this.Name, name);
		if (wrong !== undefined) fail(`${this.label()}: ${wrong}`);
		return this.Entity.signalOf(this.Name, name);
	}

	public GetPropertyNames(): string[] {
		return this.Entity.propertyNames(this.Name);
	}

	public RegisterActionHandler(
		name: string,
		handler: (parameters: never, entity: never, component: string, action: never) => void,
	): void {
		const wrong = this.Entity.space.host.registerActionHandler(this.Entity, this.Name, name, handler);
		if (wrong !== undefined) fail(wrong);
	}

	public UnregisterActionHandler(name: string): void {
		const wrong = this.Entity.space.host.unregisterActionHandler(this.Entity, this.Name, name);
		if (wrong !== undefined) fail(wrong);
	}

	public Exists(): boolean {
		return this.Entity.isPresent && this.Entity.kindOf(this.Name) === this.Kind;
	}

	public Remove(): void {
		const wrong = this.Entity.space.editor.removeComponent(this);
		if (wrong !== undefined) fail(wrong);
	}

	public label(): string {
		return `${this.Entity.label()}, component "${this.Name}"`;
	}
}
