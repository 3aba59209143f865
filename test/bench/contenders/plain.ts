import { VirtualGame, VirtualPlatform } from "../../../src/testing";
import { Contender, Member, PLAIN, Sharing, Shown } from "../contender";
import { keysOf } from "../values";
import { addForeignServer } from "../world";

const TOPIC = "plain";
const HELLO = "?";
const REMOVED = "-";
const RESEND_SECONDS = 0.5;

/**
 * How such libraries are usually written: one message per change, all on one topic, and when somebody joins,
 * every server sends everything it has again, two messages a second.
 */
class PlainServer {
	public readonly values = new Map<string, string>();
	public listening = false;
	private readonly own = new Map<string, string>();
	private ownKeys = new Array<string>();
	private resendFrom = math.huge;
	private resending = false;

	constructor(
		private readonly platform: VirtualPlatform,
		private readonly keyOf: (value: string) => string,
		private readonly shown: Shown,
	) {
		platform.subscribe(
			TOPIC,
			(message) => this.receive(message as string),
			() => {
				this.listening = true;
				this.send(HELLO);
			},
		);
		platform.onClosing((done) => {
			for (const key of this.ownKeys) this.send(REMOVED + key);
			platform.schedule(1, done);
		});
	}

	public contribute(value: string): void {
		const key = this.keyOf(value);
		if (!this.own.has(key)) this.ownKeys.push(key);
		this.own.set(key, value);
		this.show(key, value);
		this.send(value);
	}

	private receive(message: string): void {
		if (message === HELLO) {
			this.resendFrom = 0;
			if (!this.resending) this.resendNext();
			return;
		}
		const first = string.sub(message, 1, 1);
		if (first === REMOVED) this.show(string.sub(message, 2), undefined);
		else this.show(this.keyOf(message), message);
	}

	private show(key: string, value: string | undefined): void {
		if (value === undefined) this.values.delete(key);
		else this.values.set(key, value);
		this.shown(key, value);
	}

	private resendNext(): void {
		const key = this.ownKeys[this.resendFrom];
		this.resending = key !== undefined;
		if (key === undefined) return;
		this.resendFrom += 1;
		this.send(this.own.get(key)!);
		this.platform.schedule(RESEND_SECONDS, () => this.resendNext());
	}

	private send(message: string): void {
		this.platform.publish(TOPIC, message, () => {});
	}
}

export const plain: Contender = {
	name: PLAIN,
	join: (world: VirtualGame, sharing: Sharing, shown: Shown): Member => {
		const { server, platform } = addForeignServer(world);
		const state = server.Do(() => new PlainServer(platform, keysOf(sharing), shown));
		return {
			server,
			contribute: (value) => server.Do(() => state.contribute(value)),
			size: () => state.values.size(),
			isReady: () => state.listening,
		};
	},
};
