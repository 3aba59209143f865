// Code that is given what of the engine it needs takes the real thing and the emulated alike.
import type {
	EngineDataModel,
	EngineDateTime,
	EngineHttp,
	EngineMessaging,
	EngineOs,
	EnginePlayers,
	EngineRunService,
	EngineTask,
	VirtualEngine,
	VirtualServer,
} from "../../out/testing";
import { expectType } from "./expect-type";

declare const server: VirtualServer;

const services: {
	players: EnginePlayers;
	messaging: EngineMessaging;
	http: EngineHttp;
	run: EngineRunService;
	dataModel: EngineDataModel;
	task: EngineTask;
	os: EngineOs;
	dateTime: EngineDateTime;
} = {
	players: game.GetService("Players"),
	messaging: game.GetService("MessagingService"),
	http: game.GetService("HttpService"),
	run: game.GetService("RunService"),
	dataModel: game,
	task,
	os,
	dateTime: DateTime,
};

expectType<VirtualEngine>(server.Engine);
expectType<EnginePlayers>(server.Engine.Players);
expectType<Player[]>(services.players.GetPlayers());
