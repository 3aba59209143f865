import { beginWith } from "../diagnostics/begin-with";
import { sometimes } from "../diagnostics/situations";
import { Platform } from "../platform/platform";

/** So many times in a row handlers may cause further changes before the server gets a frame to itself. */
const MOST_ROUNDS = 50;

/** What is to be told once all of a change has been applied: in order, also where a handler causes further changes. */
export class Firing {
	private waiting: Array<() => void> | undefined;
	private isRunning!: boolean;

	constructor(private readonly platform: Platform) {}

	public later(fire: () => void): void {
		(this.waiting ??= []).push(fire);
	}

	public run(): void {
		if (this.isRunning) return;
		this.isRunning = true;
		let rounds = 0;
		while (this.waiting) {
			rounds += 1;
			if (rounds > MOST_ROUNDS) {
				sometimes("handlers cause too many rounds");
				// Handlers that answer changes with changes must not stop the server: they go on in the next frame.
				this.platform.schedule(0, () => this.run());
				break;
			}
			const { waiting } = this;
			this.waiting = undefined;
			for (const fire of waiting) fire();
		}
		this.isRunning = false;
	}
}

beginWith(Firing, { isRunning: false });
