import { described } from "../diagnostics/errors";
import { isPlayerId, playerIdOf, userIdOf } from "./player-id";
import type { ReplicatedEntity } from "./entity";
import type { Space } from "./space";

const VISIT_DIGITS = 8;

/** The entities of players: made on the server that the player is on, gone when he leaves it or it is gone. */
export class PlayerEntities {
	/** Of players on this server. */
	private readonly here = new Map<number, ReplicatedEntity>();
	/** Of all players, by user id, then by entity id. */
	private readonly everywhere = new Map<number, ReplicatedEntity[]>();
	private isWatching = false;

	constructor(private readonly space: Space) {}

	/** The entity of a player, made if he is on this server; undefined where nobody has made one; or what is wrong. */
	public get(player: unknown): ReplicatedEntity | string | undefined {
		const userId = typeIs(player, "number") ? player : userIdOfPlayer(player);
		if (userId === undefined || userId % 1 !== 0 || userId < 0)
			return `GetPlayerEntity takes a Player or a user id, but got ${described(player)}`;
		const own = this.here.get(userId);
		if (own) return own;
		const { platform } = this.space.cluster.context;
		const name = platform.findPlayer(userId);
		if (name !== undefined && !this.space.cluster.hasLeft()) return this.make(userId, name);
		// Who goes from one server to another may be on both for a moment.
		return this.everywhere.get(userId)?.[0];
	}

	private make(userId: number, name: string): ReplicatedEntity {
		if (!this.isWatching) {
			this.isWatching = true;
			this.space.cluster.context.platform.onPlayerLeaving((leaver) => this.leave(leaver));
		}
		const entity = this.space.editor.admit(
			playerIdOf(userId, string.sub(this.space.newId(), 1, VISIT_DIGITS)),
			name,
		);
		this.here.set(userId, entity);
		return entity;
	}

	private leave(userId: number): void {
		const entity = this.here.get(userId);
		if (!entity) return;
		this.here.delete(userId);
		this.space.editor.dismiss(entity);
	}

	public appeared(entity: ReplicatedEntity): void {
		const userId = userIdOf(entity.Id);
		if (userId === undefined) return;
		const all = this.everywhere.get(userId) ?? [];
		all.push(entity);
		all.sort((left, right) => left.Id < right.Id);
		this.everywhere.set(userId, all);
	}

	public vanished(entity: ReplicatedEntity): void {
		const userId = userIdOf(entity.Id);
		if (userId === undefined) return;
		const others = (this.everywhere.get(userId) ?? []).filter((other) => other !== entity);
		if (others.isEmpty()) this.everywhere.delete(userId);
		else this.everywhere.set(userId, others);
	}
}

function userIdOfPlayer(player: unknown): number | undefined {
	const [success, userId] = pcall(() => (player as { readonly UserId?: unknown }).UserId);
	return success && typeIs(userId, "number") ? userId : undefined;
}

export { isPlayerId };
