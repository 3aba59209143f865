import { GeneralPool, LeaderElection } from "@rbxts/net-server-sync";

const HTTPService = game.GetService("HttpService");

/** A boss comes on all servers at once, so often. */
const BOSS_SECONDS = 20;
const NEXT = "next";

interface BossTime {
	readonly number: number;
	/** By os.time(). */
	readonly atSeconds: number;
}

// What the next leader needs to go on outlives the server that said it.
const BossPool = GeneralPool<BossTime>(
	"Boss",
	() => NEXT,
	(boss) => HTTPService.JSONEncode(boss),
	(text) => HTTPService.JSONDecode(text) as BossTime,
	{ onOwnerGone: "adopt" },
);

export const BossElection = LeaderElection("boss", { mode: "lease" });

/** When the last one that was announced has come, the next one is. */
function announceNext() {
	const last = BossPool.GetContribution(NEXT);
	const now = os.time();
	if (last !== undefined && now < last.atSeconds) return;
	BossPool.ReplaceContribution({ number: (last?.number ?? 0) + 1, atSeconds: now + BOSS_SECONDS });
}

BossElection.Run((leadership) => {
	print(`[leader] begins, term ${leadership.Term}`);
	const timer = task.spawn(() => {
		while (leadership.IsValid()) {
			announceNext();
			task.wait(1);
		}
	});
	return () => {
		task.cancel(timer);
		print("[leader] ends");
	};
});

BossPool.ContributionAdded.Connect((boss) => print(`[boss] number ${boss.number} is next`));
BossPool.ContributionUpdated.Connect((boss, former) => {
	// What a server leaves is said once more by the one that adopts it.
	if (boss.number !== former.number) print(`[boss] number ${boss.number} is next`);
});

/** For the screen in the lobby. */
export function describeBoss(): string {
	const boss = BossPool.GetContribution(NEXT);
	return `${boss?.number ?? 0}, led by ${BossElection.GetLeader() ?? "nobody"}`;
}
