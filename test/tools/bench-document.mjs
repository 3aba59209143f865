// The page that `npm run bench -- --write` writes.
const METHOD = `How it is measured:

* Everything runs on virtual time, in one process a job, on the emulated cloud of \`src/testing\`, which enforces the documented limits of
  MessagingService (a message counts once for each server that receives it) and drops what is above them. Each delivery takes 0.3 to 2 s,
  and gets lost, independently of all others, as often as a row says; where it says nothing, with 1 %, but never by chance in the rows about
  overhead, a lost last message, random frames and the processor. Seeds: SEEDS; the same for all three.
* *plain* is how such code is usually written: one message per change, all on one topic; when a server joins, every server sends
  everything it has again, two messages a second. *rbx-net* is the npm package \`@rbxts/net\` 3.0.10: an \`ExperienceBroadcastEvent\` that
  carries the same changes; it has nothing for servers that join or leave.
* Updates: each server has 20 keys with values of 30 bytes, and changes one of them at random times, 0.1 times a second on average, for
  ten minutes, after a minute of warm-up. An update has arrived everywhere when every server shows it, or a newer value of its key.
  Percentiles are over all updates; *never* means not within a minute after the last one.
* Shares of limits are those of the worst minute: deliveries of the whole game, on one topic, and messages sent by one server.
* Floors: a burst takes at least its bytes and 3 more a string, in messages of 1,000 bytes; a joiner at least the bytes of keys and values
  in messages of 1,000 bytes, and one request. Its announcement, which all servers receive, is not among its deliveries.
* Real time is measured in two places only, by the clock of the machine: the rows about the processor, on Luau that is not compiled to
  machine code, and those about simulations (\`npm run simulate\`) and idle servers, on Luau that is. It depends on the machine; everything
  else is the same on every one.
`;

const HUB_METHOD = `How it is measured:

* Everything runs on virtual time on the emulated cloud of \`src/testing\`: it enforces the documented limits, a message counts once for each
  server that receives it. Each delivery takes 0.3 to 2 s and gets lost, independently of all others, as often as a row says, else with 1 %.
  Seed: SEEDS. Default settings, ten players a server.
* Updates change random keys of the whole game, up to 500 of them, with values of 30 bytes; they are measured for five minutes (two in games of
  2,000 servers) after all servers have the state and know each other, and a minute of warm-up.
* Shares of limits are those of the worst minute, lost deliveries included.
* Real time is measured by the clock of the machine: the rows about the processor without machine code, the simulation's speed with it.
`;

export function describeHubBenchmarks(table, parameters, seeds) {
	return `# Benchmarks of large games

This page is written by a program: \`npm run bench -- ${parameters.join(" ")}\`. *met* tells whether net-server-sync reaches the goal beside it.

${table}
${HUB_METHOD.replace("SEEDS", seeds[0])}`;
}

const ELECTION_METHOD = `How it is measured:

* Everything runs on virtual time on the emulated cloud of \`src/testing\`, which enforces the documented limits of MessagingService and
  MemoryStoreService. Each delivery takes 0.3 to 2 s and gets lost, independently of all others, as often as a row says, else with 1 %;
  a call of the store takes 0.02 to 0.15 s each way. Seed: SEEDS. Default settings, ten players a server.
* A leader crashes, or closes, at another moment of its heartbeat each time; then another server takes its place in the game. *All agree*: every live
  server names the new leader with its term, and that server leads.
* Messages are what is published about the election from the crash on, heartbeats aside; a message to all counts once.
* Fault runs: three to five servers for two minutes; crashes, freezes up to 60 s, closings, partitions, loss up to 30 %, duplicates, store errors that took
  effect or did not, stores that are unreachable or forget everything, clocks that run up to 10 % too fast or slow. After each piece of code of a server that
  has begun to lead, all others are asked whether they lead.
`;

const SCRIPTS_METHOD = `
## How it is measured

Seeds SEEDS. Edits: 10 servers, 1 % loss; 100 entities of 10 properties, each set 10 times in one turn to texts of 20 bytes. The floor is what the last values take with 3 bytes for each, without
which no format tells records apart, in full messages; where a property is edited for the first time since its entity was created, also its name has to travel.
Edit schedules: one property, edited by one server and others while an authority accepts, refuses or changes the edits, everything arriving in any order and some of it twice.
Real times are those of one machine, under Lune, without machine code.
`;

export function describeElectionBenchmarks(table, parameters, seeds) {
	return `# Benchmarks of elections

This page is written by a program: \`npm run bench -- ${parameters.join(" ")}\`. *met* tells whether net-server-sync reaches the goal beside it.

${table}
${ELECTION_METHOD.replace("SEEDS", seeds[0])}`;
}

export function describeScriptBenchmarks(table, parameters, seeds) {
	return `# Benchmarks of entities and scripts

This page is written by a program: \`npm run bench -- ${parameters.join(" ")}\`. *met* tells whether net-server-sync reaches the goal beside it.

${table}
${SCRIPTS_METHOD.replace("SEEDS", seeds.join(", "))}`;
}

const SYSTEMS_METHOD = `How it is measured:

* Everything but the look-up runs on virtual time on the emulated cloud of \`src/testing\`, which enforces the documented limits. Each delivery takes 0.3 to 2 s
  and gets lost with 1 % unless a row says otherwise. Seeds: SEEDS. Default settings, ten players a server.
* Schedules of subscriptions: three servers, four modules, loss of 0, 5 or 20 %, duplicates. In twelve seconds three subscribers come, on any server and place, and values are
  set, deleted and signalled, modules re-ordered and left out, servers cut off for up to 6 s; then everybody has to have been told what there is.
* Schedules of calls: six calls with deadlines of 2 to 8 s, while weights change, modules are re-ordered, servers are cut off and crash, and others take their place. Bodies are
  counted, also a minute later; a call that was said not to have run must not have.
* The latency of a call is compared with the ways of its two messages, that of a remap with the way of the message that told of it, each from publishing to delivery.
* Exclusive modules: after each piece of code of any server all are asked whether they run the module.
* The look-up is measured by the clock of the machine, on Luau that is not compiled to machine code.
`;

export function describeSystemsBenchmarks(table, parameters, seeds) {
	return `# Benchmarks of systems of modules

This page is written by a program: \`npm run bench -- ${parameters.join(" ")}\`. *met* tells whether net-server-sync reaches the goal beside it.

${table}
${SYSTEMS_METHOD.replace("SEEDS", seeds.join(", "))}`;
}

export function describeBenchmarks(table, parameters, seeds) {
	const command = ["npm run bench", ...(parameters.length > 0 ? ["--", ...parameters] : [])].join(" ");
	return `# Benchmarks

This page is written by a program: \`${command}\`. *met* tells whether net-server-sync reaches the goal beside it.

${table}
${METHOD.replace("SEEDS", seeds.join(", "))}`;
}
