import { CloudWatcher, EPOCH_UNIX_SECONDS, VirtualGame } from "../../src/testing";
import { CHANNEL_MARK } from "../../src/replication/messages";
import { encodeNumber, encodeWord, DIGITS } from "../../src/wire/base85";
import { checksum } from "../../src/wire/checksum";
import { MESSAGE_BYTES, messageBytes, writeFrame } from "../../src/wire/frame-writer";
import { OutgoingRecord, RecordsWriter } from "../../src/wire/records-writer";
import { writeBeat, writeHeard, writeIdentity } from "../../src/wire/section-writers";
import { shortIdOf } from "../../src/wire/short-id";
import { isDropReason, readFrame } from "../../src/wire/frame-reader";
import { StreamName } from "../../src/wire/frame";
import { Generator } from "../specs/support/generators";
import { Injection } from "./plan";
import { TALK } from "./talk";

const BROADCAST_TOPIC = "net-server-sync/1/all/0";
/** Where the version stands in a message: behind the checksum. */
const VERSION_AT = 6;
/** A kind of section that this version does not have. */
const LATER_KIND = 80;
const MOST_OVERHEARD = 64;
const MESSAGE_LIVES_SECONDS = 30;
/** No server accepts a stamp so far in the future. */
const FAR_AHEAD_MILLISECONDS = 20 * 60 * 1000;

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

export interface Speaker extends StreamName {
	readonly upTo: number;
}

/** Overhears messages, and puts what somebody who is no server might make of them on the topics. */
export class Injector implements CloudWatcher {
	private readonly overheard = new Array<{ readonly topic: string; readonly text: string }>();
	private overheardCount = 0;
	private strangers = 0;
	private liesTold = 0;
	private forgeries = 0;

	constructor(
		private readonly emulated: VirtualGame,
		private readonly draw: Generator,
		/** The streams of servers that live, and their latest versions. */
		private readonly speakers: () => ReadonlyArray<Speaker>,
	) {}

	public Published(_id: number, _sender: string, topic: string, message: unknown): void {
		this.overheard[this.overheardCount % MOST_OVERHEARD] = { topic, text: message as string };
		this.overheardCount += 1;
	}
	public Delivered(): void {}
	public Lost(): void {}

	/** False if the cloud refused it. */
	public inject(what: Injection): boolean {
		if (what === "noise") return this.put(BROADCAST_TOPIC, this.draw.text(0, this.draw.oneIn(3) ? 5 : 900));
		if (what === "stranger") return this.put(BROADCAST_TOPIC, this.stranger());
		if (what === "lies") return this.put(BROADCAST_TOPIC, this.lie());
		if (what === "forgery") return this.put(BROADCAST_TOPIC, this.forgery());
		if (what === "garbled") return this.put(BROADCAST_TOPIC, this.framed([this.draw.text(1, 300)]));
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
		if (what === "truncated") return string.sub(text, 1, draw.oneIn(3) ? draw.integer(1, 10) : at);
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
		this.liesTold = 0;
		const identity = { serverId: this.strangerId(), startedAtSeconds: this.unixSeconds(), placeVersion: 1 };
		const beat = {
			synced: true,
			upTo: 2,
			floor: 0,
			frontier: 0,
			nextSeconds: 10,
			lossPercent: 84,
			digest: 0,
		};
		const key = `stranger-${this.strangers}`;
		const baseStamp = this.nowStamp();
		const sections = [writeIdentity(identity), writeBeat(beat, baseStamp)];
		const records = [strange(1, key, `${key}=strange`, baseStamp)];
		// And a message that nobody can read.
		records.push(message(2, encodeNumber(1) + encodeNumber(MESSAGE_LIVES_SECONDS), "{unreadable", baseStamp));
		return this.framed([...sections, this.records(0, 2, records)]);
	}

	/** What the latest stranger, who may be believed by now, says of itself and others, and is not so. */
	private lie(): string {
		if (this.strangers === 0) return this.stranger();
		const { draw } = this;
		const baseStamp = this.nowStamp();
		this.liesTold += 1;
		const from = 1000 * this.liesTold;
		const key = `lie-${this.strangers}-${this.liesTold}`;
		switch (draw.integer(1, 11)) {
			case 1:
				// It goes further than can be.
				return this.framed([this.records(0, 2_000_000 + from, [])]);
			case 2: {
				const future = baseStamp + FAR_AHEAD_MILLISECONDS;
				return this.framed(
					[this.records(from, from + 1, [strange(from + 1, key, key, future)], future)],
					future,
				);
			}
			case 3: {
				// Values of which only one part comes.
				const parts = new Array<OutgoingRecord>();
				for (const index of $range(1, 70)) {
					const part = strange(from + index, `${key}-${index}`, "p", baseStamp);
					parts.push({ ...part, partIndex: 0, partCount: 2 });
				}
				return this.framed([this.records(from, from + 70, parts)]);
			}
			case 4: {
				// Every other version is missing.
				const records = new Array<OutgoingRecord>();
				for (const index of $range(1, 70)) {
					const removal = { value: undefined, withdrawn: baseStamp };
					records.push({ ...strange(from + 2 * index, `g${index}`, "", baseStamp), ...removal });
				}
				return this.framed([this.records(from, from + 140, records)]);
			}
			case 5:
			case 6: {
				// Streams of servers that live go on.
				const stream = this.streamOverheard();
				if (!stream) return this.stranger();
				return this.framed([writeHeard([{ ...stream, upTo: draw.integer(1, 300) }], 500).text]);
			}
			case 7: {
				// Larger than any server would say it in one piece; or in pieces where one would do.
				const [large, small] = [strange(from + 1, key, `${key}=${string.rep("`", 440)}`, baseStamp), "pieces"];
				if (draw.oneIn(2)) return this.framed([this.records(from, from + 1, [large])]);
				const piece = { ...strange(from + 1, key, `${key}=${small}`, baseStamp), partIndex: 0, partCount: 2 };
				const rest = { ...piece, version: from + 2, value: small, partIndex: 1 };
				return this.framed([this.records(from, from + 2, [piece, rest])]);
			}
			case 8:
				// It has begun anew, and long ago.
				return this.framed([], baseStamp - 2 * 60_000, 1);
			case 9:
				// Not what values of this pool look like.
				return this.framed([this.records(from, from + 1, [strange(from + 1, key, "unreadable", baseStamp)])]);
			case 10:
				// Where messages are, and none.
				return this.framed([this.records(from, from + 1, [message(from + 1, key, "anything", baseStamp)])]);
			default:
				return this.framed(["what no server can read"]);
		}
	}

	/** In a live server's name, what it would say next, and does not. */
	private forgery(): string {
		const speakers = this.speakers();
		if (speakers.isEmpty()) return this.stranger();
		const { shortId: sender, incarnation, upTo } = this.draw.pick(speakers);
		this.forgeries += 1;
		const baseStamp = this.nowStamp();
		const key = `forged-${this.forgeries}`;
		const record = { ...strange(upTo + 1, key, `${key}=forged`, baseStamp), reference: 1_000_000 + this.forgeries };
		const header = { addressee: undefined, sender, incarnation, counter: 0, baseStamp, unicasts: 0 };
		return writeFrame(header, [this.records(upTo, upTo + 1, [record])], 0);
	}

	/** The stream of a server whose message was overheard. */
	private streamOverheard(): StreamName | undefined {
		if (this.overheard.isEmpty()) return undefined;
		const frame = readFrame(this.draw.pick(this.overheard).text, 0);
		return isDropReason(frame) ? undefined : { shortId: frame.sender, incarnation: frame.incarnation };
	}

	private strangerId(): string {
		return `stranger ${this.strangers}`;
	}

	private unixSeconds(): number {
		return math.floor(EPOCH_UNIX_SECONDS + this.emulated.Now());
	}

	private nowStamp(): number {
		return math.floor((EPOCH_UNIX_SECONDS + this.emulated.Now()) * 1000);
	}

	private framed(sections: string[], baseStamp = this.nowStamp(), incarnation = 0): string {
		const sender = shortIdOf(this.strangerId());
		const header = { addressee: undefined, sender, incarnation, counter: 0, baseStamp, unicasts: 0 };
		return writeFrame(header, sections, 0);
	}

	private records(after: number, upTo: number, records: OutgoingRecord[], baseStamp = this.nowStamp()): string {
		const complete = upTo - after <= 1;
		const writer = new RecordsWriter(850, { stream: undefined, after, upTo, complete, dense: false }, baseStamp);
		for (const record of records) writer.add(record);
		return writer.finish();
	}
}

function strange(version: number, key: string, value: string, stamp: number): OutgoingRecord {
	return { version, reference: version, stamp, defining: true, pool: "State", policy: "remove", key, value };
}

/** A record among the messages of the servers' channel. */
function message(version: number, key: string, value: string, stamp: number): OutgoingRecord {
	return { ...strange(version, key, value, stamp), pool: CHANNEL_MARK + TALK };
}
