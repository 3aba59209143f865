import { Platform } from "./platform";

let override: Platform | undefined;
let live: Platform | undefined;
let makeLive: (() => Platform) | undefined;

/** @internal Tells how to make the engine's own platform, once, when it is first asked for. */
export function setLivePlatform(make: () => Platform): void {
	makeLive = make;
}

/** The platform of the code that is running now: the engine's, or inside {@link runAs} a virtual server's. */
export function currentPlatform(): Platform {
	if (override) return override;
	if (!live) {
		assert(makeLive, "no live platform has been set");
		live = makeLive();
	}
	return live;
}

/** The platform of the code that is running now, if one was made already. */
export function existingPlatform(): Platform | undefined {
	return override ?? live;
}

/** Whether the code that is running now is that of a virtual server. */
export function isOverridden(): boolean {
	return override !== undefined;
}

/** Whether the code that is running now runs as `platform`, inside {@link runAs}. */
export function isRunningAs(platform: Platform): boolean {
	return override === platform;
}

/** Makes `platform` the current one for code that neither yields nor throws, and returns the former one, which the caller puts back. */
export function switchPlatform(platform: Platform | undefined): Platform | undefined {
	const former = override;
	override = platform;
	return former;
}

/**
 * Runs `body` with `platform` as the current one and restores the former, also when `body` throws.
 * `body` must not yield: whoever runs meanwhile would take `platform` for his own.
 */
export function runAs<T>(platform: Platform, body: () => T): T {
	const former = override;
	override = platform;
	const [success, result] = pcall(body);
	override = former;
	if (!success) error(result, 0);
	return result as T;
}
