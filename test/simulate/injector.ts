import { CloudWatcher, EPOCH_UNIX_SECONDS, VirtualGame } from "../../src/testing";
import { encodeNumber, encodeWord, DIGITS } from "../../src/wire/base85";
import { checksum } from "../../src/wire/checksum";
import { MESSAGE_BYTES, messageBytes, writeFrame } from "../../src/wire/frame-writer";
import { RecordsWriter } from "../../src/wire/records-writer";
import { writeBeat, writeIdentity } from "../../src/wire/section-writers";
import { shortIdOf } from "../../src/wire/short-id";
import { Generator } from "../specs/support/generators";
import { Injection } from "./plan";

const BROADCAST_TOPIC = "net-server-sync/1/all/0";
/** Where the version stands in a message: behind the checksum. */
const VERSION_AT = 6;
/** A kind of section that this version does not have. */
const LATER_KIND = 80;
const MOST_OVERHEARD = 64;

/** What a later version might add to a message: a section that this one has to skip. Left as it is where there is no room. */
export function ofLaterVersion(message: unknown): unknown {
	if (!typeIs(message, "string")) return message;
	// An addressed one may be a page, whose body is covered by parity.
	if (string.sub(message, VERSION_AT + 1, VERSION_AT + 1) !== DIGITS[0]) return message;
	const text = "what will be";
	const covered = string.sub(message, VERSION_AT) + DIGITS[LATER_KIND]! + encodeNumber(text.size()) + text;
	const later = encodeWord(checksum(covered, 0)) + covered;
	return messageBytes(later) <= MESSAGE_BYTES ? later : message;
}

/** Overhears messages, and puts what somebody who is no server might make of them on the topics. */
export class Injector implements CloudWatcher {
	private readonly overheard = new Array<{ readonly topic: string; readonly text: string }>();
	private overheardCount = 0;
	private strangers = 0;

	constructor(
		private readonly emulated: VirtualGame,
		private readonly draw: Generator,
	) {}

	public Published(_id: number, _sender: string, topic: string, message: unknown): void {
		this.overheard[this.overheardCount % MOST_OVERHEARD] = { topic, text: message as string };
		this.overheardCount += 1;
	}
	public Delivered(): void {}
	public Lost(): void {}

	/** False if the cloud refused it. */
	public inject(what: Injection): boolean {
		if (what === "noise") return this.put(BROADCAST_TOPIC, this.draw.text(0, 900));
		if (what === "stranger") return this.put(BROADCAST_TOPIC, this.stranger());
		if (this.overheard.isEmpty()) return true;
		const { topic, text } = this.draw.pick(this.overheard);
		return this.put(topic, this.changed(what, text));
	}

	private put(topic: string, text: string): boolean {
		return this.emulated.Inject(topic, text) === undefined;
	}

	private changed(what: Injection, text: string): string {
		const { draw } = this;
		const at = draw.integer(1, text.size());
		if (what === "truncated") return string.sub(text, 1, at);
		if (what === "replayed") return text;
		if (what === "mutated") {
			const digit = math.max(0, DIGITS.indexOf(string.sub(text, at, at)));
			return string.sub(text, 1, at - 1) + DIGITS[(digit + draw.integer(1, 84)) % 85]! + string.sub(text, at + 1);
		}
		const covered = DIGITS[draw.integer(2, 84)]! + string.sub(text, VERSION_AT + 1);
		return encodeWord(checksum(covered, 0)) + covered;
	}

	/** A message of a server that does not exist, well made: it is believed until that server is found to be silent. */
	private stranger(): string {
		this.strangers += 1;
		const serverId = `stranger ${this.strangers}`;
		const unixSeconds = EPOCH_UNIX_SECONDS + this.emulated.Now();
		const baseStamp = math.floor(unixSeconds * 1000);
		const header = {
			addressee: undefined,
			sender: shortIdOf(serverId),
			incarnation: 0,
			counter: 0,
			baseStamp,
			unicasts: 0,
		};
		const identity = { serverId, startedAtSeconds: math.floor(unixSeconds), placeVersion: 1 };
		const beat = {
			synced: true,
			upTo: 1,
			floor: 0,
			frontier: 0,
			nextSeconds: 10,
			lossPercent: 84,
			digest: 0,
		};
		const writer = new RecordsWriter(
			500,
			{ stream: undefined, after: 0, upTo: 1, complete: true, dense: false },
			baseStamp,
		);
		const key = `stranger-${this.strangers}`;
		writer.add({
			version: 1,
			reference: 1,
			stamp: baseStamp,
			defining: true,
			pool: "State",
			policy: "remove",
			key,
			value: `${key}=strange`,
		});
		return writeFrame(header, [writeIdentity(identity), writeBeat(beat, baseStamp), writer.finish()], 0);
	}
}
