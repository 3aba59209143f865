import { ReplicatedStorage, ServerScriptService } from "@rbxts/services";
import TestEZ from "@rbxts/testez";

// Runs the specs when the place is played in Studio. Under Lune, test/lune/run-specs.luau does this instead.
void ReplicatedStorage;
const specs = ServerScriptService.WaitForChild("specs");
const results = TestEZ.TestBootstrap.run([specs]);
print(`${results.successCount} passed, ${results.failureCount} failed, ${results.skippedCount} skipped`);
