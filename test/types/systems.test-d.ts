// A module's types go from its definition to those who call and follow it on other servers.
import {
	CallError,
	CallResult,
	DefineModule,
	Fn,
	Guard,
	ModuleProxy,
	Parameter,
	StatusAbout,
	SubscriptionOwner,
	System,
	Systems,
} from "@rbxts/net-server-sync";

import { expectSame, expectType } from "./expect-type";

declare const isString: Guard<string>;
declare const isNumber: Guard<number>;
declare const isBoolean: Guard<boolean>;

const Display = DefineModule(
	"Display",
	{
		implements: ["Powerable"],
		status: { input: isString, brightness: isNumber },
		functions: {
			switch_input: Fn([Parameter("input", isString), Parameter("fast", isBoolean, false)], isString),
			off: Fn([]),
		},
		security: { support: ["off"] },
		requirements: { Camera: ["Movable"] },
	},
	(module) => {
		module.Status.Set("input", "hdmi");
		module.Status.Set("brightness", undefined);
		expectSame<string, ReturnType<typeof input>>(true);
		const input = () => module.Status.Get("input");
		expectSame<number | undefined, ReturnType<typeof brightness>>(true);
		const brightness = () => module.Status.TryGet("brightness");
		// @ts-expect-error another type
		module.Status.Set("input", 5);
		// @ts-expect-error no such status
		module.Status.Set("colour", "red");
		return {
			switch_input: ({ input, fast }, caller) => {
				expectType<boolean>(fast);
				expectType<"system" | "support" | "administrator" | "player">(caller.kind);
				return input;
			},
			off: () => {},
		};
	},
);
// @ts-expect-error a function is missing
DefineModule("Half", { functions: { on: Fn([]), off: Fn([]) } }, () => ({ on: () => {} }));
// @ts-expect-error no function of that name to protect
DefineModule("Closed", { functions: { on: Fn([]) }, security: { support: ["off"] } }, () => ({ on: () => {} }));
// @ts-expect-error the default is of another type
Parameter("input", isString, 5);

const arena = System("arena");
arena.SetModules([{ id: "d1", module: Display, name: "Wall", settings: { colour: "red" } }]);
const display = arena.Module(Display, 2);
expectSame<typeof display, ModuleProxy<typeof Display>>(true);

expectSame<Promise<string>, ReturnType<typeof call>>(true);
const call = () => display.Call("switch_input", { input: "hdmi" });
display.Call("switch_input", { input: "hdmi", fast: true }, { deadlineSeconds: 5, caller: { kind: "support" } });
display.Call("switch_input", ["hdmi"]);
display.Call("switch_input", ["hdmi", true]);
display.Call("off", {});
display.Call("off", []);
// @ts-expect-error no such function
display.Call("explode", {});
// @ts-expect-error too few
display.Call("switch_input", {});
// @ts-expect-error too few
display.Call("switch_input", []);
// @ts-expect-error too many
display.Call("switch_input", ["hdmi", true, 5]);
// @ts-expect-error another type
display.Call("switch_input", { input: 5 });
// @ts-expect-error no such option
display.Call("off", {}, { timeout: 5 });

display.Subscribe("input", (value, about) => {
	expectSame<string | undefined, typeof value>(true);
	expectSame<StatusAbout, typeof about>(true);
});
expectSame<number | undefined, ReturnType<typeof read>>(true);
const read = () => display.TryGet("brightness");
// @ts-expect-error no such status
display.Subscribe("colour", () => {});
// Q15: what another server's module says can be read and not written
// @ts-expect-error only the module itself sets its status
display.Status;
// @ts-expect-error only the module itself sets its status
display.Set("input", "hdmi");
// Q15: there is no following all of a name at once
// @ts-expect-error a list of modules has no Subscribe
arena.All(Display).Subscribe("input", () => {});

expectSame<Promise<CallResult<string>[]>, ReturnType<typeof all>>(true);
const all = () => arena.CallAll(Display, "switch_input", ["dp"], { strict: true });

// By name, nothing is known of its kind.
arena.Module("Display_2").Call("switch_input", { input: "hdmi" });
arena.Module("Display_2").Call("switch_input", ["hdmi"]);
arena.Module("Display_2").Subscribe("input", () => {});

declare const problem: CallError;
if (problem.kind === "failed") expectType<string>(problem.cause.kind);
if (problem.kind === "hostLost") expectSame<"unknown", typeof problem.outcome>(true);
if (problem.kind === "denied") expectSame<"notRun", typeof problem.outcome>(true);
// @ts-expect-error only what a function threw has a cause
problem.cause;

expectType<Promise<number>>(Systems().WaitFor("stable"));
// @ts-expect-error no such state
Systems().WaitFor("done");
expectType<() => void>(display.Subscribe("input", () => {}, SubscriptionOwner()));
