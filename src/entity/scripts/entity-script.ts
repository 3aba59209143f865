import { Signal } from "../../cluster/signal";
import { described, fail } from "../../diagnostics/errors";
import { ScriptError } from "../runtime/failures";
import { AnyScript, EntityScript, ScriptStatus } from "../script-types";
import type { ScriptInstance } from "./instance";
import { messageEvent } from "./message-event";
import type { Scripts } from "./scripts";

/** What a game has of an entity's script. */
export class SharedScript implements EntityScript {
	public readonly StatusChanged: Signal<[status: ScriptStatus]>;
	public readonly Failed: Signal<[failure: ScriptError]>;

	constructor(
		private readonly instance: ScriptInstance,
		private readonly scripts: Scripts,
	) {
		this.StatusChanged = instance.StatusChanged;
		this.Failed = instance.Failed;
	}

	public SetScriptSource(source: AnyScript | string | undefined): void {
		const { entity } = this.instance;
		const isDefinition = typeIs(source, "table") && typeIs((source as { Name?: unknown }).Name, "string");
		if (source !== undefined && !typeIs(source, "string") && !isDefinition) {
			fail(
				`${entity.label()}: SetScriptSource takes a definition, its name, a text in Luau or nil, but got ${described(source)}`,
			);
		}
		const text = typeIs(source, "table") ? (source as AnyScript).Name : (source as string | undefined);
		const isSame = text !== undefined && text === entity.source();
		const wrong = entity.space.editor.setSource(entity, text);
		if (wrong !== undefined) fail(wrong);
		if (isSame) this.scripts.restart(this.instance);
	}

	public GetScriptSource(): string {
		return this.instance.entity.source() ?? "";
	}

	public Invoke(): boolean {
		return this.scripts.invoke(this.instance);
	}

	public HasError(): boolean {
		return this.instance.errorText() !== "" && this.instance.status !== "none";
	}

	public GetErrorText(): string {
		return this.instance.errorText();
	}

	public GetStatus(): ScriptStatus {
		return this.instance.status;
	}

	public PostMessage(name: string, payload: unknown): void {
		const wrong = this.scripts.mail.post(this.instance, name, payload);
		if (wrong !== undefined) fail(`${this.instance.entity.label()}: PostMessage: ${wrong}`);
	}

	public SubscribeToMessage(name: string, handler: (payload: never, sender: string) => void): () => void {
		const { instance, scripts } = this;
		const wrong = scripts.mail.unknownMessage(instance.entity, name);
		if (wrong !== undefined) fail(`${instance.entity.label()}: SubscribeToMessage: ${wrong}`);
		if (!typeIs(handler, "function"))
			fail(`${instance.entity.label()}: SubscribeToMessage takes a function, but got ${described(handler)}`);
		return scripts.runtime.on(instance.owner, messageEvent(name), handler as never);
	}

	public RunScript(text: string): void {
		if (!typeIs(text, "string"))
			fail(`${this.instance.entity.label()}: RunScript takes a text, but got ${described(text)}`);
		const wrong = this.scripts.mail.postText(this.instance, text);
		if (wrong !== undefined) fail(`${this.instance.entity.label()}: RunScript: ${wrong}`);
	}

	public SetListening(listening: boolean): void {
		if (!typeIs(listening, "boolean"))
			fail(`${this.instance.entity.label()}: SetListening takes true or false, but got ${described(listening)}`);
		this.instance.setListening(listening);
	}
}
