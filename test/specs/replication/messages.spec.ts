/// <reference types="@rbxts/testez/globals" />
import { WireRecord } from "../../../src/wire/frame";
import { HybridClock } from "../../../src/replication/hybrid-clock";
import { CHANNEL_MARK } from "../../../src/replication/messages";
import { Register } from "../../../src/replication/register";
import { Replica } from "../../../src/replication/replica";
import { Stream } from "../../../src/replication/stream";

const NOW = 1_767_225_600_000;

/** A server's messages, and another server that gets them in whatever way. */
class Pair {
	public stream = new Stream("AAAAAAAA", 0);
	public readonly sender = new Replica(new Stream("AAAAAAAA", 0));
	public readonly receiver = new Replica(new Stream("BBBBBBBB", 0));
	public readonly heard = new Array<string>();
	public seconds = 0;
	private readonly clock = new HybridClock();
	private records = new Map<number, WireRecord>();
	private version = 0;

	public publish(text: string, timeToLiveSeconds = 30): void {
		const { own } = this.sender;
		const messages = this.sender.withMessages();
		this.send(messages.publish(own, "Chat", text, timeToLiveSeconds, NOW + this.seconds * 1000, this.seconds));
	}

	/** The own stream begins anew. */
	public restart(incarnation: number): void {
		this.sender.own = new Stream("AAAAAAAA", incarnation);
		this.stream = new Stream("AAAAAAAA", incarnation);
		this.records.clear();
		this.version = 0;
		for (const register of this.sender.withMessages().restart(this.sender.own)) this.send(register);
	}

	/** Versions arrive, in this order. */
	public arrive(...versions: number[]): void {
		for (const version of versions) {
			this.apply(this.records.get(version)!);
		}
		this.take();
	}

	public apply(record: WireRecord): void {
		const { version } = record;
		this.receiver.applySection(
			this.stream,
			{
				kind: "records",
				stream: undefined,
				after: version - 1,
				upTo: version,
				complete: true,
				records: [record],
			},
			this.clock,
			NOW + this.seconds * 1000,
		);
	}

	/** Everything in the range is said to have been overwritten. */
	public close(after: number, upTo: number): void {
		this.stream.close(after, upTo);
		this.take();
	}

	public wait(seconds: number): void {
		this.seconds += seconds;
		this.receiver.withMessages().expire(this.seconds, () => false);
		this.sender.withMessages().expire(this.seconds, () => false);
		this.take();
	}

	/** Another change of the same server takes a version. */
	public skip(): void {
		this.version += 1;
	}

	private send(register: Register): void {
		this.version += 1;
		register.version = this.version;
		register.reference = this.version;
		this.records.set(this.version, {
			version: this.version,
			reference: this.version,
			stamp: register.stamp,
			pool: register.pool.name,
			policy: "remove",
			key: register.key,
			value: register.value,
			valueIsKey: false,
		});
	}

	private take(): void {
		for (const { text, channel } of this.receiver.withMessages().take(this.seconds)) {
			assert(channel === "Chat");
			this.heard.push(text);
		}
	}

	public story(): string {
		return this.heard.join("");
	}

	public missed(): number {
		return this.receiver.withMessages().counters.missed;
	}
}

export = () => {
	function inPair(scenario: (pair: Pair) => void): void {
		scenario(new Pair());
	}

	it("messages are delivered in order, each once everything before it is here", () => {
		inPair((pair) => {
			for (const text of ["a", "b", "c"]) pair.publish(text);
			pair.arrive(3);
			expect(pair.story()).to.equal("");
			pair.arrive(1, 1, 3);
			expect(pair.story()).to.equal("a");
			pair.arrive(2);
			expect(pair.story()).to.equal("abc");
			pair.arrive(3, 2, 1);
			expect(pair.story()).to.equal("abc");
			expect(pair.missed()).to.equal(0);
		});
	});

	it("other changes of the same server are waited for as well", () => {
		inPair((pair) => {
			pair.skip();
			pair.publish("a");
			pair.arrive(2);
			expect(pair.story()).to.equal("");
			pair.close(0, 1);
			expect(pair.story()).to.equal("a");
		});
	});

	it("what is not to be had any more is counted with the next message", () => {
		inPair((pair) => {
			for (const text of ["a", "b", "c", "d"]) pair.publish(text);
			pair.arrive(1, 4);
			pair.close(1, 3);
			expect(pair.story()).to.equal("ad");
			expect(pair.missed()).to.equal(2);
		});
	});

	it("one that has waited for its time to live is counted, not delivered", () => {
		inPair((pair) => {
			for (const [text, seconds] of [
				["a", 300],
				["b", 10],
				["c", 40],
			] as const)
				pair.publish(text, seconds);
			pair.arrive(2, 3);
			pair.wait(20);
			expect(pair.story()).to.equal("");
			pair.arrive(1);
			expect(pair.story()).to.equal("ac");
			expect(pair.missed()).to.equal(1);
		});
	});

	it("one whose turn does not come within its time is given up, and later ones go on", () => {
		inPair((pair) => {
			for (const text of ["a", "b"]) pair.publish(text);
			pair.arrive(2);
			pair.wait(31);
			expect(pair.receiver.withMessages().bytes()).to.equal(0);
			pair.arrive(1);
			expect(pair.story()).to.equal("a");
			expect(pair.missed()).to.equal(1);
			pair.publish("c");
			pair.arrive(3);
			expect(pair.story()).to.equal("ac");
			expect(pair.missed()).to.equal(1);
		});
	});

	it("a stream that is compared from its beginning delivers nothing again", () => {
		inPair((pair) => {
			for (const text of ["a", "b", "c"]) pair.publish(text);
			pair.arrive(1, 2, 3);
			pair.stream.reopen(3);
			pair.arrive(1, 2, 3);
			expect(pair.story()).to.equal("abc");
			pair.wait(40);
			pair.stream.reopen(3);
			pair.arrive(1, 2, 3);
			pair.publish("d");
			pair.arrive(4);
			expect(pair.story()).to.equal("abcd");
			expect(pair.missed()).to.equal(0);
		});
	});

	it("a new stream says again what still lives, and only what was not delivered counts", () => {
		inPair((pair) => {
			for (const text of ["a", "b", "c"]) pair.publish(text);
			pair.arrive(1, 3);
			expect(pair.story()).to.equal("a");
			pair.wait(20);
			pair.publish("d");
			pair.restart(1);
			pair.publish("e");
			pair.arrive(5, 4, 3, 2, 1);
			expect(pair.story()).to.equal("abcde");
			pair.wait(20);
			pair.restart(2);
			// Those of the first 20 seconds live no more.
			pair.publish("f");
			pair.arrive(1, 2, 3);
			expect(pair.story()).to.equal("abcdef");
			expect(pair.missed()).to.equal(0);
		});
	});

	it("whoever has got only the state begins with the first message it hears", () => {
		inPair((pair) => {
			for (const text of ["a", "b", "c", "d"]) pair.publish(text);
			pair.stream.adopt(2, 0);
			pair.stream.hasUnknownPast = true;
			pair.arrive(1, 2, 3);
			expect(pair.story()).to.equal("c");
			pair.close(3, 4);
			pair.publish("e");
			pair.arrive(5);
			expect(pair.missed()).to.equal(1);
		});
	});

	it("whoever has got only the state does not say for a while that there were no messages before", () => {
		const stream = new Stream("AAAAAAAA", 0);
		stream.adopt(10, 5);
		stream.close(10, 12);
		expect(stream.isWhole(10, 12, 6)).to.equal(true);
		expect(stream.isWhole(8, 12, 6)).to.equal(false);
		expect(stream.isWhole(8, 12, 306)).to.equal(true);
	});

	it("whoever got the state anew gets the messages that it missed, and nothing else again", () => {
		inPair((pair) => {
			const { stream } = pair;
			for (const text of ["a", "b", "c", "d"]) pair.publish(text);
			pair.arrive(1);
			stream.adoptButMessages(4);
			stream.noteFloor(4, NOW);
			expect(stream.appliedFloor).to.equal(NOW);
			expect(stream.isWhole(0, 4, 1)).to.equal(false);
			pair.arrive(4, 2);
			expect(pair.story()).to.equal("ab");
			pair.arrive(3);
			expect(pair.story()).to.equal("abcd");
			expect(pair.missed()).to.equal(0);
			expect(stream.isWhole(0, 4, 1)).to.equal(true);
			stream.adoptButMessages(5);
			const removed = {
				version: 5,
				reference: 99,
				stamp: NOW,
				pool: "State",
				policy: "remove",
				key: "k",
			} as const;
			pair.apply({ ...removed, value: "v", valueIsKey: false, withdrawn: undefined });
			expect(stream.watermark()).to.equal(5);
			expect(pair.receiver.registerCount).to.equal(0);
		});
	});

	it("messages are in no pool, no digest and no state, and nothing is left of them", () => {
		inPair((pair) => {
			for (const index of $range(1, 50)) pair.publish(`${index}`, 10);
			for (const index of $range(1, 50)) pair.arrive(index);
			const { receiver, sender, stream } = pair;
			for (const replica of [receiver, sender]) {
				expect(replica.sortedRegisters().size()).to.equal(0);
				expect(replica.registerCount).to.equal(0);
			}
			expect(stream.digest).to.equal(0);
			expect(sender.own.digest).to.equal(0);
			expect(stream.references.size()).to.equal(50);
			expect(receiver.withMessages().bytes() > 0).to.equal(true);
			pair.wait(11);
			expect(stream.references.size()).to.equal(0);
			expect(receiver.withMessages().bytes()).to.equal(0);
			expect(sender.withMessages().bytes()).to.equal(0);
			expect(receiver.withMessages().isHolding() || sender.withMessages().isHolding()).to.equal(false);
		});
	});

	it("own messages that are never sent are given up after their time, and the oldest of too many", () => {
		const replica = new Replica(new Stream("AAAAAAAA", 0));
		const { own } = replica;
		const messages = replica.withMessages();
		const registers = new Array<Register>();
		for (const index of $range(1, 1_010))
			registers.push(messages.publish(own, "Chat", "x", 30, NOW, index / 1_000));
		const surplus = messages.expire(2, () => false);
		expect(surplus.size()).to.equal(10);
		for (const index of $range(0, 9)) expect(surplus[index]).to.equal(registers[index]);
		// One is being sent: those that have some of its parts get the others.
		expect(messages.expire(40, (register) => register === registers[20]!).size()).to.equal(999);
		expect(messages.expire(40, () => false).size()).to.equal(1);
		expect(messages.counters.unsent).to.equal(1_010);
		expect(messages.bytes()).to.equal(0);
	});

	it("parts are forgotten as soon as it is sure that the others do not come", () => {
		for (const [present, upTo] of [
			[[1], 2],
			[[0, 2], 4],
		] as const) {
			const replica = new Replica(new Stream("BBBBBBBB", 0));
			const stream = new Stream("AAAAAAAA", 0);
			const about = {
				reference: 1,
				stamp: NOW,
				pool: `${CHANNEL_MARK}Chat`,
				policy: "remove",
				key: "##",
			} as const;
			for (const partIndex of present as ReadonlyArray<number>) {
				const version = partIndex + 1;
				const part = { ...about, version, value: "x", valueIsKey: false, partIndex, partCount: 4 };
				const range = { stream: undefined, after: version - 1, upTo: version, complete: true };
				replica.applySection(stream, { kind: "records", ...range, records: [part] }, new HybridClock(), NOW);
			}
			replica.withMessages().expire(1, () => false);
			expect(stream.assemblyCount).to.equal(1);
			stream.close(0, upTo);
			replica.withMessages().expire(2, () => false);
			expect(stream.assemblyCount).to.equal(0);
		}
	});

	it("parts whose others do not come are forgotten after the message's time", () => {
		const replica = new Replica(new Stream("BBBBBBBB", 0));
		const stream = new Stream("AAAAAAAA", 0);
		const records: WireRecord[] = [
			{
				version: 1,
				reference: 1,
				stamp: NOW,
				pool: `${CHANNEL_MARK}Chat`,
				policy: "remove",
				key: "#1",
				value: '"half',
				valueIsKey: false,
				partIndex: 0,
				partCount: 2,
			},
		];
		const section = { kind: "records", stream: undefined, after: 0, upTo: 1, complete: true, records } as const;
		replica.applySection(stream, section, new HybridClock(), NOW);
		expect(stream.givableUpTo()).to.equal(0);
		replica.withMessages().expire(1, () => false);
		replica.withMessages().expire(300, () => false);
		expect(stream.assemblyCount).to.equal(0);
		expect(stream.givableUpTo()).to.equal(1);
		expect(replica.withMessages().isHolding()).to.equal(false);
	});
};
