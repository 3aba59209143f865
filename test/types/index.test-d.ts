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
