// Entities have the properties of their script, and components those of their kind.
import {
	Component,
	DefineComponent,
	EditJudgement,
	Entity,
	EntitySpace,
	EntityUpdate,
	FrozenPartition,
	Guard,
	LogPartition,
	Partition,
	PropertyValue,
	ScriptDefinition,
	Signal,
} from "@rbxts/net-server-sync";

import { expectSame, expectType } from "./expect-type";

interface DoorProperties {
	open: boolean;
	by: string | undefined;
}
declare const DOOR: ScriptDefinition<DoorProperties, { toggle: { by: string } }, { sound: string }, void>;
declare const isUrl: Guard<string>;
declare const isSize: Guard<Vector2>;

const space = EntitySpace("World", { election: "bully", edits: "delayed", verdictSeconds: 5, noVerdict: "keep" });
expectSame<typeof space, EntitySpace>(true);

const door = space.CreateEntity("door", DOOR, { open: true });
expectSame<typeof door, Entity<typeof DOOR>>(true);
expectType<boolean>(door.Get("open"));
expectType<string | undefined>(door.Get("by"));
door.Set("open", false);
door.Set("by", undefined);
expectSame<Signal<[value: boolean, previous: boolean]>, ReturnType<typeof changed>>(true);
function changed() {
	return door.GetPropertyChangedSignal("open");
}
// @ts-expect-error another type
door.Set("open", "yes");
// @ts-expect-error no such property
door.Get("colour");
// @ts-expect-error one is missing
space.CreateEntity("door", DOOR, {});
// @ts-expect-error no such option
space.CreateEntity("lamp", { where: "here" });
door.RegisterActionHandler("sound", (name, entity) => expectType<[string, Entity<typeof DOOR>]>([name, entity]));

const lamp = space.CreateEntity("lamp", { partition: "server", parent: door, overlays: { lit: 5 } });
expectType<PropertyValue | undefined>(lamp.Get("anything"));
lamp.Set("anything", new Vector3(1, 2, 3));
lamp.Set("map", { a: "b" });
// @ts-expect-error no property can be this
lamp.Set("anything", () => {});
// @ts-expect-error maps are from texts to texts
lamp.Set("map", { a: 5 });
expectType<Entity | undefined>(space.GetEntityByName("lamp"));
expectSame<ReturnType<typeof found>, Entity<typeof DOOR> | undefined>(true);
function found() {
	return space.GetEntityByName("door", DOOR);
}
expectType<Entity[]>(space.GetEntities({ name: "door", script: DOOR, parent: lamp }));
space.GetEntities((entity) => entity.Exists());

const IMAGE = DefineComponent("Image", { url: isUrl, size: isSize });
const image = lamp.AddComponent(IMAGE, { url: "x", size: new Vector2(1, 1) }, "front");
expectSame<typeof image, Component<typeof IMAGE>>(true);
expectType<Vector2>(image.Get("size"));
// @ts-expect-error one is missing
lamp.AddComponent(IMAGE, { url: "x" });
// @ts-expect-error another type
image.Set("url", 5);
expectType<Component<typeof IMAGE> | undefined>(lamp.GetComponent("front", IMAGE));
const free = lamp.AddComponent("Anything", { a: 1 });
free.Set("b", "c");

declare const player: Player;
expectType<Entity>(space.GetPlayerEntity(player));
expectSame<ReturnType<typeof away>, Entity | undefined>(true);
function away() {
	return space.GetPlayerEntity(1);
}

space.ValidateEdit(({ Kind, Value, Sender }): EditJudgement => {
	expectType<"create" | "destroy" | "set" | "parent" | "script" | "component">(Kind);
	return typeIs(Value, "number") && Value > 100 ? { Value: 100 } : Sender !== "";
});
space.EditRejected.Connect(({ Reason, Restored }) =>
	expectType<[string, PropertyValue | undefined]>([Reason, Restored]),
);
space.AddPartition(LogPartition("errors", 50));
space.AddPartition(FrozenPartition("then", space.Snapshot()));
declare const own: Partition;
space.AddPartition(own);
expectType<ReadonlyArray<EntityUpdate>>(own.Snapshot());
space.InterceptActions(({ Name }) => (Name === "boom" ? false : undefined));
