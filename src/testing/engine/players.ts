import { hashText } from "../random";
import { EngineSignal, EngineSignals } from "./signal";

/** What of the Players service exists; the service itself has this type too. No method throws or yields. */
export interface EnginePlayers {
	/** Documented to fire when a player has entered; those who were there before fire nothing. */
	readonly PlayerAdded: RBXScriptSignal<(player: Player) => void>;
	/** Fires before the player is gone. The reason is the one given to `RemovePlayer`. */
	readonly PlayerRemoving: RBXScriptSignal<(player: Player, reason: Enum.PlayerExitReason) => void>;
	/** In the order in which they came. */
	GetPlayers(): Player[];
	/** The player with this id, if he is on this server. */
	GetPlayerByUserId(userId: number): Player | undefined;
}

/** What of a Player exists. */
class EmulatedPlayer {
	readonly ClassName = "Player";
	readonly DisplayName: string;
	/** One name is one user, on whatever server. */
	readonly UserId: number;

	constructor(
		readonly Name: string,
		private readonly leave: () => void,
	) {
		this.DisplayName = Name;
		this.UserId = hashText(Name) + 1;
	}

	Kick(_message?: string): void {
		this.leave();
	}
}

/** The Players service of one virtual server, over the list of names that the server has. */
export class EmulatedPlayers implements EnginePlayers {
	readonly PlayerAdded: RBXScriptSignal<(player: Player) => void>;
	readonly PlayerRemoving: RBXScriptSignal<(player: Player, reason: Enum.PlayerExitReason) => void>;
	private readonly added: EngineSignal<(player: Player) => void>;
	private readonly removing: EngineSignal<(player: Player, reason: Enum.PlayerExitReason) => void>;
	private readonly byName = new Map<string, Player>();
	private readonly leaving = new Set<string>();

	constructor(
		private readonly names: string[],
		signals: EngineSignals,
	) {
		this.added = new EngineSignal(signals, "Players.PlayerAdded");
		this.removing = new EngineSignal(signals, "Players.PlayerRemoving");
		this.PlayerAdded = this.added.asEvent();
		this.PlayerRemoving = this.removing.asEvent();
	}

	GetPlayers(): Player[] {
		return this.names.map((name) => this.playerOf(name));
	}

	GetPlayerByUserId(userId: number): Player | undefined {
		return this.GetPlayers().find((player) => player.UserId === userId);
	}

	/** A player comes. */
	add(name: string): void {
		this.names.push(name);
		this.added.fire(this.playerOf(name));
	}

	/** A player goes: `PlayerRemoving` fires while the player is still there. */
	remove(name: string, reason: Enum.PlayerExitReason | undefined): void {
		// A handler may kick the player who is leaving.
		if (!this.names.includes(name) || this.leaving.has(name)) return;
		this.leaving.add(name);
		this.removing.fire(this.playerOf(name), reason);
		this.leaving.delete(name);
		const index = this.names.indexOf(name);
		if (index !== -1) this.names.remove(index);
		this.byName.delete(name);
	}

	/** All players go, as at the end of a server that closes. */
	removeAll(): void {
		for (const name of [...this.names]) this.remove(name, undefined);
	}

	private playerOf(name: string): Player {
		let player = this.byName.get(name);
		if (!player) {
			player = new EmulatedPlayer(name, () => this.remove(name, undefined)) as unknown as Player;
			this.byName.set(name, player);
		}
		return player;
	}
}
