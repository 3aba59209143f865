const events = new Map<string, string>();
let count = 0;
/** Names may come from the wire: no more of them are kept. */
const MOST_KEPT = 1000;

/** What listeners to a message listen to. Hot: once per message; putting the two texts together takes longer than finding the result. */
export function messageEvent(name: string): string {
	const known = events.get(name);
	if (known !== undefined) return known;
	const event = `message ${name}`;
	if (count >= MOST_KEPT) {
		events.clear();
		count = 0;
	}
	events.set(name, event);
	count += 1;
	return event;
}
