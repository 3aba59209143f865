import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { backoffSeconds } from "../outbox/retry";
import { MESSAGE_BYTES, messageBytes } from "../wire/frame-writer";
import { Agenda, Appointment } from "./agenda";
import { Context } from "./context";
import { Gate } from "./gate";
import { broadcastTopic } from "./topics";

/** Messages that the cloud refused and that wait to be sent again; older ones are given up, receivers ask for what was in them. */
const MOST_REFUSED = 16;

/** Hands messages to the cloud, counts them, and tries again what the cloud refused. */
export class Transmitter {
	/** These are there once the cloud has refused something. */
	private retrying: Appointment | undefined;
	private refused: string[] | undefined;
	private failuresInRow!: number;

	constructor(
		private readonly context: Context,
		private readonly gate: Gate,
		private readonly agenda: Agenda,
	) {}

	/** To all, on one of the topics; sent again if the cloud refuses it. */
	public broadcast(text: string, topic: number): void {
		this.publish(text, topic, (failure) => {
			if (failure === undefined) this.accepted();
			else this.refuse(text);
		});
	}

	/** To all, and not sent again. */
	public broadcastOnce(text: string, topic: number, done: (success: boolean) => void): void {
		this.publish(text, topic, (failure) => {
			if (failure === undefined) this.context.traffic.noteTaken();
			else this.context.traffic.noteRefused(this.context.now());
			done(failure === undefined);
		});
	}

	/** On a topic that few listen to; `account` is whom the budget counts it for, `givesState` whether it is part of the state that another server is given. */
	public send(
		topic: string,
		account: string,
		text: string,
		done: (success: boolean) => void,
		givesState = false,
	): void {
		const { context } = this;
		context.budget.noteUnicast(context.now(), account, givesState);
		context.traffic.unicasts += 1;
		this.countBytes(text);
		context.platform.publish(topic, text, (failure) => {
			if (failure === undefined) {
				context.congestion.notePublishSuccess();
				context.traffic.noteTaken();
				done(true);
				return;
			}
			context.traffic.noteRefused(context.now());
			this.noteFailure(context.now());
			done(false);
		});
	}

	private publish(text: string, topic: number, done: (failure: string | undefined) => void): void {
		const { context } = this;
		context.budget.noteBroadcast(context.now(), topic);
		context.traffic.broadcasts += 1;
		this.countBytes(text);
		context.platform.publish(broadcastTopic(topic), text, done);
	}

	private countBytes(text: string): void {
		const bytes = messageBytes(text);
		assert(bytes <= MESSAGE_BYTES, "a message is not larger than the cloud takes");
		this.context.traffic.bytesSent += bytes;
	}

	private accepted(): void {
		this.context.congestion.notePublishSuccess();
		this.context.traffic.noteTaken();
		if (!this.refused) return;
		this.failuresInRow = 0;
		if (!this.refused.isEmpty() && this.context.phase !== "closed") this.retrying!.by(this.context.now() + 0.1);
	}

	private refuse(text: string): void {
		const { context } = this;
		if (context.phase === "closed") return;
		const now = context.now();
		context.traffic.noteRefused(now);
		sometimes("a publish refused");
		this.noteFailure(now);
		this.failuresInRow += 1;
		const again = now + backoffSeconds(this.failuresInRow, context.platform.random());
		this.gate.close(again);
		const refused = (this.refused ??= []);
		refused.push(text);
		if (refused.size() > MOST_REFUSED) {
			sometimes("a refused message given up");
			refused.remove(0);
		}
		this.retrying ??= this.agenda.add(() => this.retry());
		this.retrying.at(again);
	}

	private noteFailure(now: number): void {
		const { congestion, budget } = this.context;
		congestion.notePublishFailure(now);
		budget.setFactor(congestion.factor());
	}

	private retry(): void {
		const { context, refused, retrying } = this;
		if (!refused || !retrying || refused.isEmpty() || context.phase === "closed") return;
		const now = context.now();
		if (context.regime.role() === "leaf") {
			// It was meant for a time when this server spoke to all.
			refused.clear();
			return;
		}
		if (!this.gate.may(now, "control")) {
			retrying.at(this.gate.nextAt(now, "control"));
			return;
		}
		this.broadcast(refused.remove(0)!, context.budget.pickTopic(now));
		if (!refused.isEmpty()) retrying.at(now + 1);
	}
}

beginWith(Transmitter, { failuresInRow: 0 });
