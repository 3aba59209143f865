import { Guard } from "../cluster/channel";
import type { Entity } from "./types";

/** A guard for each of some named values, as `t` has them. */
export type GuardsOf<T> = { readonly [K in keyof T]: Guard<T[K]> };

/** What a script is: made with `DefineScript`. P, M, A are the types of its properties, of the payloads of its messages and of the parameters of its actions; E is what other scripts get from `Use`. */
export interface ScriptDefinition<P, M, A, E> {
	readonly Name: string;
	readonly Properties: GuardsOf<P>;
	readonly Messages: GuardsOf<M>;
	readonly Actions: GuardsOf<A>;
	/** @hidden Carries the types, never set. */
	readonly _types?: { properties: P; messages: M; actions: A; exports: E };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any, roblox-ts/no-any -- any types fit
export type AnyScript = ScriptDefinition<any, any, any, any>;
export type PropertiesOf<D extends AnyScript> = NonNullable<D["_types"]>["properties"];
export type MessagesOf<D extends AnyScript> = NonNullable<D["_types"]>["messages"];
export type ActionsOf<D extends AnyScript> = NonNullable<D["_types"]>["actions"];
export type ExportsOf<D extends AnyScript> = NonNullable<D["_types"]>["exports"];

/** Properties as an entity is created with them: those that may be nil may be left out. */
export type Initial<P> = { [K in keyof P as undefined extends P[K] ? never : K]: P[K] } & {
	[K in keyof P as undefined extends P[K] ? K : never]?: P[K];
};

/** What a script has in its hands; to be widened. */
export interface ScriptContext<P, M, A> {
	readonly Entity: Entity;
	readonly Properties: P;
	/** @hidden */
	readonly _types?: { messages: M; actions: A };
}

/** An entity's script, as code outside of it sees it. */
export interface EntityScript<D extends AnyScript = AnyScript> {
	SetScriptSource(source: AnyScript | string): void;
	PostMessage<K extends keyof MessagesOf<D> & string>(name: K, payload: MessagesOf<D>[K]): void;
}
