import { ServerScriptService } from "@rbxts/services";
import TestEZ from "@rbxts/testez";

// Runs the specs when the place is played in Studio. Under Lune, test/lune/run-specs.luau does this instead.
const results = TestEZ.TestBootstrap.run([ServerScriptService.WaitForChild("specs")]);
print(`${results.successCount} passed, ${results.failureCount} failed, ${results.skippedCount} skipped`);
