import { Context } from "./context";
import { Detector } from "./detector";
import { Health, judge } from "./health";

/** Health as it is now. */
export function readHealth(context: Context, detector: Detector, subscribeFailure: string | undefined): Health {
	const { traffic, outbox, platform } = context;
	const now = context.now();
	return judge({
		phase: context.phase,
		runningSeconds: platform.unixMilliseconds() / 1000 - platform.startedAtSeconds,
		subscribeFailure,
		others: context.membership.serverCount() - 1,
		isLeaf: context.regime.role() === "leaf",
		silentSeconds: now - math.max(context.syncedAtSeconds, detector.lastInbound()),
		othersSilentSeconds: now - math.max(context.syncedAtSeconds, detector.lastOtherSeconds),
		overdueSeconds: detector.overdueSeconds(),
		unheardSeconds: unheardSeconds(context, detector, now),
		unheard: context.echoes.unreturned,
		publishFailingSeconds: now - traffic.publishFailingSinceSeconds,
		publishFailures: traffic.publishFailuresInRow,
		stoodStillSeconds: now - traffic.stoodStillAtSeconds,
		stoodStillForSeconds: traffic.stoodStillForSeconds,
		congestionFactor: context.congestion.factor(),
		oldestQueuedSeconds: outbox.oldestAgeSeconds(now),
		queueDepth: outbox.size(),
		loss: context.loss.isKnown() ? context.observedLoss() : 0,
		unreadable: traffic.unreadable(now),
		memoryFailuresInRow: context.memoryUse.failuresInRow,
	});
}

/** Since when nothing of what this server said has come back. */
function unheardSeconds(context: Context, detector: Detector, now: number): number {
	const { unreturnedSinceSeconds } = context.echoes;
	// What a leaf says goes to the hub.
	if (unreturnedSinceSeconds === undefined || !detector.hasHeardItself() || context.regime.role() === "leaf")
		return 0;
	return now - math.max(context.syncedAtSeconds, unreturnedSinceSeconds);
}
