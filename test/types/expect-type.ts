type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if `Actual` and `Expected` are the same type, `any` and optional members told apart. */
export declare function expectSame<Actual, Expected>(same: Same<Actual, Expected>): void;

/** Compiles only if the value has the type. */
export declare function expectType<Expected>(value: Expected): void;
