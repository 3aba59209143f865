import { callWithoutYield } from "../../diagnostics/call";
import { described, grouped } from "../../diagnostics/errors";
import { TELL_BYTES_MOST } from "../../wire/bounds";
import { decodePayload, encodePayload } from "../../wire/payload";
import type { ReplicatedEntity } from "../entity";
import { findScript } from "../registry";
import { present } from "../runtime/energy";
import type { ScriptInstance } from "./instance";
import { messageEvent } from "./message-event";
import type { Scripts } from "./scripts";

/** A message to an entity of a long name fits, too. */
const HEADER_BYTES = 100;
/** A message's payload, as text, is at most so many bytes. */
export const MESSAGE_BYTES_MOST = TELL_BYTES_MOST - HEADER_BYTES;
/** Of one server, so many wait for a leader. */
const MOST_WAITING = 1000;
const LIFE_SECONDS = 30;
/** So often it is asked whether a leader can be reached. */
const LOOK_SECONDS = 1;
/** Here, on the leader, so many are handled before the next frame, and for so long. */
const MOST_IN_A_FRAME = 1000;
const FRAME_SECONDS = 0.05;
/** The name under which a text to be run travels; no message is called so. */
const RUN = "/run";

interface Message {
	readonly entity: ReplicatedEntity;
	readonly name: string;
	readonly payload: unknown;
	readonly untilSeconds: number;
}

/** Messages to scripts: each to the leader, and handled there at most once. */
export class Mail {
	public handled = 0;
	public dropped = 0;
	public invalid = 0;
	public expired = 0;
	/** Those that wait for a leader, or for their turn. */
	private waiting = new Array<Message>();
	private underWay = 0;
	/** On the leader: those that are handled as soon as what is running has ended. */
	private readonly local = new Array<Message>();
	private nextLocal = 0;
	private isDispatching = false;
	private isDraining = false;
	private drainsNextFrame = false;
	private cancelLook: (() => void) | undefined;
	private readonly drainHere = () => this.drain();

	constructor(
		private readonly scripts: Scripts,
		private readonly onExpired: (message: { entity: ReplicatedEntity; name: string; payload: unknown }) => void,
	) {}

	public queued(): number {
		return this.waiting.size() + this.underWay + this.local.size() - this.nextLocal;
	}

	/** What is wrong with a message's name, if anything. */
	public unknownMessage(entity: ReplicatedEntity, name: unknown): string | undefined {
		if (!typeIs(name, "string") || name.size() < 1 || name.size() > 50)
			return `a message's name is a string of 1 to 50 bytes, but is ${described(name)}`;
		const guards = guardsOf(entity);
		if (!guards || guards[name] !== undefined) return undefined;
		const names = new Array<string>();
		for (const [known] of pairs(guards)) names.push(known as string);
		names.sort();
		return `script "${entity.source()}" has no message "${name}"; ${names.isEmpty() ? "it has none" : `there are ${names.join(", ")}`}`;
	}

	/** Sends a message; returns what is wrong with it, if anything. Hot: on the leader, once per message. */
	public post(instance: ScriptInstance, name: string, payload: unknown): string | undefined {
		const { guards, entity } = instance;
		const guard = guards && guards[name];
		let isFine = false;
		if (guard) {
			const [success, passed] = pcall(guard, payload);
			isFine = success && passed;
		}
		// What passes is the rule: what is wrong otherwise is found out only then.
		if (!isFine) {
			const wrong = this.unknownMessage(entity, name) ?? refusal(guardsOf(entity), name, payload);
			if (wrong !== undefined) return wrong;
		}
		const { scripts } = this;
		const tenure = scripts.election && scripts.election.tenure;
		const isIdle = !present.entry && this.nextLocal >= this.local.size();
		// At once, here; but in Studio it has to pass what would be sent elsewhere.
		if (isIdle && tenure && tenure.IsValid() && entity.isPresent && !scripts.isStudio) {
			this.handle(instance, name, payload, scripts.serverId);
			return undefined;
		}
		return this.send(instance, name, payload);
	}

	/** Has a text in Luau run on the leader. */
	public postText(instance: ScriptInstance, text: string): string | undefined {
		return this.send(instance, RUN, text);
	}

	private send(instance: ScriptInstance, name: string, payload: unknown): string | undefined {
		const { scripts } = this;
		const { space } = scripts;
		const { entity } = instance;
		if (!entity.isPresent) return "the entity is gone; ask Exists() before";
		const leads = scripts.leads();
		// What could not be sent from another server must not work in Studio either.
		if (!leads || scripts.isStudio) {
			const { text, problem } = encodePayload(payload === undefined ? false : payload);
			if (text === undefined) return problem;
			if (text.size() > MESSAGE_BYTES_MOST)
				return `the payload is ${grouped(text.size())} bytes serialized, the most is ${MESSAGE_BYTES_MOST}; send less, or put it into a property`;
		}
		if (leads) {
			// Nothing waits, and nothing runs: at once.
			if (!this.isDraining && !present.entry && this.local.isEmpty()) {
				this.handle(instance, name, payload, scripts.serverId);
				return undefined;
			}
			this.queueHere({ entity, name, payload, untilSeconds: space.now() + LIFE_SECONDS });
			if (!present.entry) this.drain();
			return undefined;
		}
		if (this.waiting.size() >= MOST_WAITING)
			return `${grouped(MOST_WAITING)} messages of this server wait for a leader; post less`;
		this.waiting.push({ entity, name, payload, untilSeconds: space.now() + LIFE_SECONDS });
		this.dispatch();
		return undefined;
	}

	/** It is handled here, when what is running has ended. */
	private queueHere(message: Message): void {
		this.local.push(message);
		this.scripts.runtime.ended = this.drainHere;
	}

	/** There is a leader, or another one; or one of the messages under way has arrived. */
	public dispatch(): void {
		const { scripts } = this;
		// What cannot be sent any more is settled at once, and calls this in the middle of the loop below, which goes on with the rest.
		if (this.isDispatching || this.waiting.isEmpty()) return;
		scripts.elect();
		if (scripts.leads()) {
			for (const message of this.waiting) this.queueHere(message);
			this.waiting.clear();
			if (!present.entry) this.drain();
			return;
		}
		const election = scripts.space.leader.election();
		const { membership } = scripts.space.cluster.context;
		const { known } = election;
		// What is sent to a server that is lost has to count as perhaps handled.
		const leader = known && membership.get(known.leader) ? known : undefined;
		const now = scripts.space.now();
		let taken = 0;
		this.isDispatching = true;
		while (taken < this.waiting.size()) {
			const message = this.waiting[taken]!;
			const isLate = now >= message.untilSeconds;
			if (!isLate && (!leader || !election.mayTellOne())) break;
			taken += 1;
			if (isLate) this.expire(message);
			else this.tell(message);
		}
		this.isDispatching = false;
		if (taken > 0) this.waiting = this.waiting.filter((_, index) => index >= taken);
		this.lookAgain();
	}

	private tell(message: Message): void {
		const { entity, name, payload } = message;
		const { text } = encodePayload(payload === undefined ? false : payload);
		// A payload is checked when it is posted, but a table can be changed since.
		if (text === undefined || text.size() > MESSAGE_BYTES_MOST) return this.expire(message);
		const isNil = payload === undefined ? "-" : "+";
		const election = this.scripts.space.leader.election();
		this.underWay += 1;
		election.tellOne(`${entity.Id} ${name.size()} ${name}${isNil}${text}`, (outcome) => {
			this.underWay -= 1;
			if (outcome !== "done") this.expire(message);
			this.dispatch();
		});
	}

	private expire(message: Message): void {
		this.expired += 1;
		this.onExpired(message);
	}

	private lookAgain(): void {
		if (this.cancelLook || this.waiting.isEmpty()) return;
		const { space } = this.scripts;
		const seconds = math.clamp(this.waiting[0]!.untilSeconds - space.now(), 0.1, LOOK_SECONDS);
		this.cancelLook = space.cluster.context.platform.schedule(seconds, () => {
			this.cancelLook = undefined;
			this.dispatch();
		});
	}

	// -- on the leader -----------------------------------------------------------------------------------------------------------------------

	/** A message of another server has come; false if it cannot be handled yet. */
	public take(text: string, sender: string): boolean {
		const [id, digits, rest] = string.match(text, "^([%w%-]+) (%d+) (.*)$");
		const size = tonumber(digits);
		if (id === undefined || size === undefined || size > 50) {
			this.invalid += 1;
			return true;
		}
		const name = string.sub(rest as string, 1, size);
		const isNil = string.sub(rest as string, size + 1, size + 1) === "-";
		const payload = decodePayload(string.sub(rest as string, size + 2));
		const entity = this.scripts.space.directory.find(id as string);
		// What its sender has created may come a little later.
		if (!entity || !entity.isPresent) return false;
		const instance = this.scripts.instanceOf(entity);
		if (instance.status === "waiting" || (instance.status === "running" && !instance.isLoaded)) return false;
		const value = isNil ? undefined : payload;
		const wrong =
			payload === undefined ? "unreadable" : name === RUN ? undefined : this.unknownMessage(entity, name);
		if (wrong !== undefined || refusal(guardsOf(entity), name, value) !== undefined) {
			this.invalid += 1;
			return true;
		}
		this.handle(instance, name, value, sender);
		return true;
	}

	/** Handles what has been posted here, until it takes too long: the rest with the next frame. Hot. */
	public drain(): void {
		if (this.isDraining || this.drainsNextFrame || this.nextLocal >= this.local.size()) return;
		const { scripts, local: posted } = this;
		const { space } = scripts;
		this.isDraining = true;
		const untilSeconds = space.now() + FRAME_SECONDS;
		let count = 0;
		while (this.nextLocal < posted.size()) {
			if (count >= MOST_IN_A_FRAME || space.now() > untilSeconds) {
				this.drainNextFrame();
				break;
			}
			const message = posted[this.nextLocal]!;
			this.nextLocal += 1;
			count += 1;
			if (!scripts.leads()) this.handOn(message);
			else if (message.entity.isPresent)
				this.handle(scripts.instanceOf(message.entity), message.name, message.payload, scripts.serverId);
			else this.expire(message);
		}
		if (this.nextLocal >= posted.size()) {
			posted.clear();
			this.nextLocal = 0;
			scripts.runtime.ended = undefined;
		}
		this.isDraining = false;
		this.dispatch();
	}

	/** The leadership has ended before it was handled. */
	private handOn(message: Message): void {
		if (this.waiting.size() < MOST_WAITING) this.waiting.push(message);
		else this.expire(message);
	}

	private drainNextFrame(): void {
		if (this.drainsNextFrame) return;
		this.drainsNextFrame = true;
		this.scripts.space.cluster.context.platform.schedule(0, () => {
			this.drainsNextFrame = false;
			this.drain();
		});
	}

	private handle(instance: ScriptInstance, name: string, payload: unknown, sender: string): void {
		const { scripts } = this;
		if (name === RUN) {
			this.handled += 1;
			scripts.runText(instance, payload as string);
			return;
		}
		const { owner } = instance;
		const listeners = owner.listeners.get(messageEvent(name));
		if (!listeners || !owner.listening) {
			this.dropped += 1;
			return;
		}
		this.handled += 1;
		scripts.runtime.callAll("message", listeners, payload, sender);
	}
}

type Guards = { readonly [name: string]: (value: unknown) => boolean };

/** The guards of an entity's messages; undefined where everything is open. */
function guardsOf(entity: ReplicatedEntity): Guards | undefined {
	const source = entity.source();
	return source === undefined ? undefined : (findScript(source)?.Messages as Guards | undefined);
}

function refusal(guards: Guards | undefined, name: string, payload: unknown): string | undefined {
	const guard = guards?.[name];
	if (!guard) return undefined;
	const { outcome, result } = callWithoutYield(guard, payload);
	if (outcome === "threw") return `the guard of message "${name}" failed (${result})`;
	if (outcome === "yielded") return `the guard of message "${name}" yielded; it must return at once`;
	if (result !== undefined && result !== false) return undefined;
	return `message "${name}" cannot have ${described(payload)} as its payload; its guard refuses that`;
}
