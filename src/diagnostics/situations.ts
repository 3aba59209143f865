/**
 * Rare situations that the library must be able to handle. Each is counted where the code meets it, so that a simulation can tell that it got there:
 * a fault that was never reached was never tried. Costs a table look-up, in situations that are rare.
 */
export const SITUATIONS = [
	// The wire.
	"a message of the wrong size",
	"a message of another version of the wire",
	"a message with a wrong checksum",
	"a message that cannot be read",
	"a section of an unknown kind",
	"an implausible stamp",
	"an implausible version",
	"a reference that is not known",
	// Streams and registers.
	"gaps folded into one",
	"more floors said than are remembered",
	"too many values in parts",
	"a record that cannot be given on",
	"a part of a replaced value",
	"a part of a newer value before the older one was whole",
	"equal stamps decided by owner",
	"a tombstone waits for the frontier",
	"a tombstone collected",
	"a record dropped that its owner does not have",
	"a record dropped that its owner has not said again",
	// Channels.
	"a message that was not sent in time",
	"a record of a channel that is no message",
	"messages that wait when their publisher begins a new stream",
	"a message said again that was delivered already",
	"messages that did not arrive in time",
	"a message that waited for too long for the ones before",
	"a message of which only parts came",
	"a payload that its channel's check refuses",
	"a letter sent again",
	"a letter that came again",
	"a letter of which parts are missing",
	// Repair.
	"others tell of a missed message",
	"a repair asked of another than the owner",
	"a repair answered in part",
	"a repair of several messages",
	"the same request twice",
	"a stream compared record by record",
	"a stream that ends before what is known of it",
	"a digest mismatch that healed by itself",
	// Joining.
	"pages asked for again",
	"a page repaired by parity",
	"a newer snapshot amid an older one",
	"another server asked for the state",
	"asked a server that closes",
	"asked for the state before having it",
	"a claim withheld that was intended",
	"alone after the announcements",
	"the state had by a new game's first casts",
	"rejoined without an answer",
	"the state read where another server keeps it",
	"what is kept of the state cannot be used",
	"another server keeps the state from now on",
	// Elections.
	"a leader that stood still",
	"a leader voted lost",
	"nobody better answers",
	"an answer, but no coordinator",
	"a leader that does not know that it leads",
	"a hand-over that took too long",
	"a lease that ran out",
	"another was faster to take the lease",
	"a lease perhaps taken",
	"a lease waited out",
	"a leader of the past",
	"two leaders meet",
	"a leader's word displaced by one of the past",
	"a lease that is no longer there",
	"a message to the leader twice",
	// Membership.
	"the server stood still",
	"the server was deaf",
	"a suspicion refuted",
	"a server lost",
	"a loss not believed",
	"given up and back",
	"a member begins a new stream",
	"a late message of a new stream",
	"a server admitted by its answer",
	"a member fenced",
	"a gone server that was never met",
	"a gone server forgotten",
	"a message of a former incarnation",
	"a message of a gone server",
	"a message of an unknown server",
	"last words after the goodbye",
	"last words that another has",
	"last words that another lacks",
	"last words given up",
	"an orphan adopted",
	"an orphan adopted by whoever has it",
	// The hub.
	"a hub that is gone is replaced",
	"another than its standby takes a hub's place",
	"a hub gives way to another",
	"a hub that came back is none any more",
	"a hub that was given up comes back",
	"a cast of a former hub",
	"a hub dissolves",
	"a hub that has stepped back unheard",
	"a cast lost for all, and cast again",
	"a cast computed from a sum",
	"casts asked for",
	"a server that the hub does not count is doubted",
	// Sending.
	"two records of one version",
	"withdrawn before anybody heard of it",
	"ownership lost while a claim waited",
	"a key claimed by another while its removal waited",
	"a value replaced while its parts are sent",
	"a value given up while its parts are sent",
	"a publish refused",
	"a refused message given up",
	"an addressed message refused",
	"an addressed message gone stale",
	"congestion noticed",
	"a subscription refused",
	"a subscription call that hangs",
	"a close hands something over",
	"closed though the cloud took no goodbye",
	"handlers cause too many rounds",
	"a hub for a small game in which changes wait",
	"a value that cannot be deserialized",
] as const;

/** Those of the parts that the simulated games do not have: their own random games, in their specs, get into them. */
export const OF_UPPER_PARTS = [
	// Systems of modules.
	"a subscription moves to another module",
	"a subscriber that is too slow",
	"a module runs on another server as well",
	"a module that fails to start",
	"an exclusive module stops for want of its lease",
	"a request that came again",
	"a request for a module that runs elsewhere",
	"a call goes to the next host",
	"a call whose outcome nobody knows",
	"a version that never became stable",
	// Entities.
	"an entity's contribution that says nothing",
	"an entity that begins with more than fits into a contribution",
	"what is left of an entity withdrawn",
	"an edit proposed again",
	"an edit overtaken on its way",
	"a message that a former leader has not handled",
	"an accepted edit that never came",
] as const;

export type Situation = (typeof SITUATIONS)[number] | (typeof OF_UPPER_PARTS)[number];

const counts = new Map<Situation, number>();

/** Says that the code has got into this situation. */
export function sometimes(situation: Situation): void {
	counts.set(situation, (counts.get(situation) ?? 0) + 1);
}

/** How often each of {@link SITUATIONS} was met since the last call, by all servers of this Luau VM. */
export function takeSituations(): ReadonlyMap<Situation, number> {
	const taken = new Map<Situation, number>();
	for (const situation of SITUATIONS) taken.set(situation, counts.get(situation) ?? 0);
	counts.clear();
	return taken;
}
