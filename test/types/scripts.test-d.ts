// A script's definition gives the types of its properties, messages, actions and exports everywhere.
import { DefineScript, EntitySpace, Guard, ScriptContext, ShoutAnswers } from "@rbxts/net-server-sync";

import { expectSame, expectType } from "./expect-type";

declare const isNumber: Guard<number>;
declare const isString: Guard<string>;

const door = DefineScript(
	"Door",
	{
		properties: { open: isNumber },
		messages: { knock: isString },
		actions: { creak: isString },
		reach: { creak: "servers" },
	},
	(context) => {
		context.OnMessage("knock", (who, sender) => expectType<[string, string]>([who, sender]));
		context.OnChanged("open", (value, previous) => expectType<[number, number]>([value, previous]));
		expectType<number>(context.InvokeAction("creak", "loud"));
		expectSame<typeof context.Properties, { open: number }>(true);
		// @ts-expect-error there is no such message
		context.OnMessage("ring", () => {});
		// @ts-expect-error parameters are a text
		context.InvokeAction("creak", 1);
		expectSame<ReturnType<typeof context.Shout<number>>, ShoutAnswers<number>>(true);
		return { isLocked: () => true };
	},
);

const space = EntitySpace("Types", { energy: { points: 10, onExhausted: "rollback" } });
const entity = space.CreateEntity("door", door, { open: 1 });
entity.GetScript().PostMessage("knock", "me");
entity.GetScript().SetScriptSource(door);
entity.GetScript().SubscribeToMessage("knock", (who) => expectType<string>(who));
entity.RegisterActionHandler("creak", (how, of) => expectType<[string, string]>([how, of.Id]));
space.Scripts.ScriptFailed.Connect((failure) => expectType<"error" | "exhausted" | "slow">(failure.Kind));

declare const user: ScriptContext<object, object, object>;
expectType<boolean>(user.Use("door", door).isLocked());
expectType<boolean>(user.Use<typeof door>("door").isLocked());

// @ts-expect-error a text
entity.GetScript().PostMessage("knock", 1);
// @ts-expect-error no such option
EntitySpace("Types", { energy: { seconds: 1 } });
// @ts-expect-error an action's reach is one of three
DefineScript("Other", { actions: { a: isString }, reach: { a: "everywhere" } }, () => {});
