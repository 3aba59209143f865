import { described, fail, grouped } from "../diagnostics/errors";
import { Platform } from "../platform/platform";
import { decodePayload, encodePayload } from "../wire/payload";
import { accepts } from "./labels";
import { DefinedModule } from "./definition";
import { encodeStatus, STATUS_BYTES_MOST, StatusKind } from "./records";
import { StatusTable } from "./status-table";
import { ModuleStatus } from "./types";

const EXPIRY_SECONDS_LEAST = 1;
const EXPIRY_SECONDS_MOST = 86_400;

interface Held {
	/** Undefined where it was deleted. */
	readonly value: defined | undefined;
	readonly text: string;
	/** What everybody is told. */
	readonly record: string;
	readonly cancelExpiry: (() => void) | undefined;
}

type Status = { readonly [name: string]: defined };

/** The status of a module that this server runs: what holds, whatever others say. */
export class HostedStatus implements ModuleStatus<Status> {
	private readonly held = new Map<string, Held>();
	private revision = 0;
	private ended = false;

	constructor(
		private readonly moduleId: string,
		private readonly definition: DefinedModule,
		/** That of this server's running the module. */
		public readonly term: number,
		private readonly statuses: StatusTable,
		private readonly platform: Platform,
	) {}

	public Set(name: string, value: defined | undefined, expiresInSeconds?: number): void {
		if (this.ended) fail(this.endedText());
		if (value === undefined) {
			const wrong = this.unknownText(name);
			if (wrong !== undefined) fail(wrong);
			this.delete(name, "deleted");
			return;
		}
		const prepared = this.prepare(name, value);
		if (prepared.wrong !== undefined) fail(prepared.wrong);
		const wrong = expiresInSeconds === undefined ? undefined : this.expiryText(name, expiresInSeconds);
		if (wrong !== undefined) fail(wrong);
		const former = this.held.get(name);
		former?.cancelExpiry?.();
		const cancelExpiry = expiresInSeconds === undefined ? undefined : this.expireIn(name, expiresInSeconds);
		if (former?.value !== undefined && former.text === prepared.text) {
			this.held.set(name, { ...former, cancelExpiry });
			return;
		}
		this.say(name, prepared.value, prepared.text!, "value", cancelExpiry);
	}

	public Get(name: string): defined {
		const wrong = this.unknownText(name);
		if (wrong !== undefined) fail(wrong);
		const value = this.held.get(name)?.value;
		if (value === undefined) fail(`${this.label(name)} has no value; set one first, or use TryGet`);
		return value;
	}

	public TryGet(name: string): defined | undefined {
		const wrong = this.unknownText(name);
		if (wrong !== undefined) fail(wrong);
		return this.held.get(name)?.value;
	}

	public Delete(name: string): defined | undefined {
		const wrong = this.ended ? this.endedText() : this.unknownText(name);
		if (wrong !== undefined) fail(wrong);
		const former = this.held.get(name)?.value;
		this.delete(name, "deleted");
		return former;
	}

	public Expire(name: string, seconds: number): boolean {
		const wrong = this.ended ? this.endedText() : (this.unknownText(name) ?? this.expiryText(name, seconds));
		if (wrong !== undefined) fail(wrong);
		const held = this.held.get(name);
		if (held?.value === undefined) return false;
		held.cancelExpiry?.();
		this.held.set(name, { ...held, cancelExpiry: this.expireIn(name, seconds) });
		return true;
	}

	public Signal(name: string): void {
		const wrong = this.ended ? this.endedText() : this.unknownText(name);
		if (wrong !== undefined) fail(wrong);
		const held = this.held.get(name);
		if (held?.value !== undefined) this.say(name, held.value, held.text, "signal", held.cancelExpiry);
	}

	public Names(): string[] {
		const names = new Array<string>();
		for (const [name, { value }] of this.held) if (value !== undefined) names.push(name);
		names.sort((left, right) => left < right);
		return names;
	}

	/** @internal The module is started: what it did not set while it started, as a former time of running left it, is gone. */
	public clear(): void {
		if (this.ended) return;
		for (const name of this.statuses.names(this.moduleId)) {
			const { value } = this.statuses.get(this.moduleId, name)!;
			if (value !== undefined && !this.held.has(name)) this.sayDeleted(name, "deleted");
		}
	}

	/** @internal The status of the next time of running on this server, in the same term: this one is over. */
	public next(): HostedStatus {
		this.drop();
		const { moduleId, definition, term, statuses, platform } = this;
		const following = new HostedStatus(moduleId, definition, term, statuses, platform);
		following.revision = this.revision;
		return following;
	}

	/** @internal Says again what others have said in its place: who ran the module before, or adopted its values. */
	public insist(): void {
		for (const [name, { record }] of this.held)
			if (this.statuses.shown(this.moduleId, name) !== record) this.statuses.put(this.moduleId, name, record);
	}

	/** @internal The module has stopped. Its last values stay, and expire when they were to. */
	public finish(): void {
		this.ended = true;
	}

	/** @internal Another time of running follows, or another server. */
	public drop(): void {
		this.ended = true;
		for (const [, { cancelExpiry }] of this.held) cancelExpiry?.();
	}

	private delete(name: string, kind: "deleted" | "expired"): void {
		const held = this.held.get(name);
		if (held?.value === undefined) return;
		held.cancelExpiry?.();
		this.sayDeleted(name, kind);
	}

	private sayDeleted(name: string, kind: "deleted" | "expired"): void {
		this.say(name, undefined, "", kind, undefined);
	}

	private say(
		name: string,
		value: defined | undefined,
		text: string,
		kind: StatusKind,
		cancelExpiry: (() => void) | undefined,
	): void {
		this.revision += 1;
		const record = encodeStatus(this.term, this.revision, kind, text);
		this.held.set(name, { value, text, record, cancelExpiry });
		this.statuses.put(this.moduleId, name, record);
	}

	private expireIn(name: string, seconds: number): () => void {
		return this.platform.schedule(seconds, () => this.delete(name, "expired"));
	}

	/** The value as others will get it, and its text; or what is wrong with it. Nothing has changed yet. */
	private prepare(
		name: string,
		value: defined,
	): { readonly value?: defined; readonly text?: string; readonly wrong?: string } {
		const unknown = this.unknownText(name);
		if (unknown !== undefined) return { wrong: unknown };
		const { text, problem } = encodePayload(value);
		if (text === undefined) return { wrong: `${this.label(name)}: ${problem}` };
		if (text.size() > STATUS_BYTES_MOST) {
			return {
				wrong: `${this.label(name)}: the value is ${grouped(text.size())} bytes serialized, the most is ${grouped(STATUS_BYTES_MOST)}; set less, or several values`,
			};
		}
		const copy = decodePayload(text)!;
		if (!accepts(this.definition.Status[name], copy))
			return {
				wrong: `${this.label(name)}: ${described(value)} does not pass its check; change it or the check`,
			};
		return { value: copy, text };
	}

	private unknownText(name: unknown): string | undefined {
		if (typeIs(name, "string") && this.definition.Status[name] !== undefined) return undefined;
		const names = new Array<string>();
		for (const [known] of pairs(this.definition.Status)) names.push(known as string);
		names.sort((left, right) => left < right);
		const there = names.isEmpty() ? "it has none" : `it has ${names.join(", ")}`;
		return `Module "${this.moduleId}" (${this.definition.Name}): there is no status ${described(name)}; ${there}`;
	}

	private expiryText(name: string, seconds: unknown): string | undefined {
		if (typeIs(seconds, "number") && seconds >= EXPIRY_SECONDS_LEAST && seconds <= EXPIRY_SECONDS_MOST)
			return undefined;
		return `${this.label(name)}: a value expires in ${EXPIRY_SECONDS_LEAST} to ${grouped(EXPIRY_SECONDS_MOST)} seconds, not ${described(seconds)}`;
	}

	private endedText(): string {
		return `Module "${this.moduleId}" (${this.definition.Name}) has stopped on this server; end in OnStop what it does`;
	}

	private label(name: string): string {
		return `Status "${name}" of module "${this.moduleId}"`;
	}
}
