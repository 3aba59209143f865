import { describeBoss } from "./boss";

const SHOW_SECONDS = 5;

task.spawn(() => {
	while (true) {
		task.wait(SHOW_SECONDS);
		print(`[screen] boss ${describeBoss()}`);
	}
});
