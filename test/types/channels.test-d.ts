// A channel's payload has one type, from the options to the handlers.
import { Channel, ChannelOptions, GetCluster, Guard, Signal } from "@rbxts/net-server-sync";

import { expectSame, expectType } from "./expect-type";

interface Line {
	readonly name: string;
	readonly at: Vector3;
}

declare const isLine: Guard<Line>;
declare const options: ChannelOptions<Line>;
declare const line: Line;

const cluster = GetCluster();
const chat = cluster.Channel<Line>("Chat", { validate: isLine, timeToLiveSeconds: 5 });
expectSame<typeof chat, Channel<Line>>(true);
// The check gives the type where none is given.
expectSame<ReturnType<typeof inferred>, Channel<Line>>(true);
function inferred() {
	return cluster.Channel("Chat", { validate: isLine });
}
cluster.Channel<Line>("Chat", options);
cluster.Channel<Line>("Chat");

chat.Publish(line);
expectType<Promise<"acknowledged" | "gone" | "timeout">>(chat.Send("server", line));
expectSame<Channel<Line>["Received"], Signal<[payload: Line, sender: string]>>(true);
chat.Received.Connect(({ name, at }, sender) => expectType<[string, number, string]>([name, at.X, sender]));
expectType<string>(chat.Name);

// @ts-expect-error not a line
chat.Publish("text");
// @ts-expect-error a payload is something
cluster.Channel<undefined>("Chat");
// @ts-expect-error the check is for something else
cluster.Channel<string>("Chat", { validate: isLine });
// @ts-expect-error there is no such option
cluster.Channel<Line>("Chat", { ttl: 5 });
// @ts-expect-error a server is named by its ServerId
chat.Send(5, line);
