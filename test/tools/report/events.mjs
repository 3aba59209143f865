// What was done to the game, as charts mark it. Used by Node and by the page.

const NUMBERED_MOST = 14;
/** The servers that begin the game are no events. */
const OPENING_SECONDS = 20;

/** What happened, with the numbers that charts call it by; 0 for what is not marked. */
export function markedEvents(plan) {
	let count = 0;
	const isWorthMarking = ({ kind, atSeconds }) => kind !== "start" || atSeconds > OPENING_SECONDS;
	const numbered = plan.filter(isWorthMarking).length <= NUMBERED_MOST;
	return plan.map((entry) => ({
		...entry,
		number: isWorthMarking(entry) && numbered ? ++count : 0,
		isMarked: isWorthMarking(entry),
	}));
}
