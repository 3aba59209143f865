import * as library from "@rbxts/net-server-sync";

import { expectSame, expectType } from "./expect-type";

// What `expect-type` is worth: it tells apart what looks alike.
expectSame<string | undefined, undefined | string>(true);
// @ts-expect-error an optional member is not the same as one that may be undefined
expectSame<{ a?: string }, { a: string | undefined }>(true);
// @ts-expect-error any is not the same as unknown
expectSame<ReturnType<() => never>, unknown>(true);

// The package has one face, without a default export.
expectType<object>(library);
// @ts-expect-error there is no default export
library.default;

// What an election promises is in its type, and a weaker promise is not taken for a stronger one.
declare function needsExclusive(election: library.LeaderElection<"exclusive">): void;
needsExclusive(library.LeaderElection("lease", { mode: "lease" }));
needsExclusive(library.LeaderElection("local", { mode: "local" }));
// @ts-expect-error bully promises less
needsExclusive(library.LeaderElection("bully"));
// @ts-expect-error bully promises less
needsExclusive(library.LeaderElection("bully", { mode: "bully", rank: 3 }));
declare const exclusive: library.Leadership<"exclusive">;
declare const bestEffort: library.Leadership<"bestEffort">;
declare const map: MemoryStoreHashMap;
expectSame<Promise<number | undefined>, ReturnType<typeof fenced>>(true);
const fenced = () => exclusive.Fence<number>(map, "key", (old) => (old ?? 0) + 1, 60);
// @ts-expect-error only an exclusive leadership can fence
bestEffort.Fence<number>(map, "key", (old) => (old ?? 0) + 1, 60);
declare const typed: library.LeaderElection<"exclusive", { damage: number }>;
expectSame<Promise<"done" | "expired" | "overflow">, ReturnType<typeof typed.Tell>>(true);
// @ts-expect-error a message of another type
typed.Tell({ damage: "much" });
// @ts-expect-error options of another mode
library.LeaderElection("lease", { mode: "lease", heartbeatSeconds: 5 });
