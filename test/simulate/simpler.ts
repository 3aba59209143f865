import { PlanItem, serversOf, Weather } from "./plan";

/** Half of a number, in whole steps, if that is less. */
function half(count: number): number | undefined {
	const less = count.idiv(2);
	return less >= 1 && less < count ? less : undefined;
}

/** The weather without each one of its faults, if it has several. */
function milder(faults: Weather): Weather[] {
	const entries = new Array<[string, unknown]>();
	for (const [name, value] of pairs(faults as { readonly [name: string]: unknown })) {
		entries.push([name as string, value]);
	}
	entries.sort((left, right) => left[0] < right[0]);
	if (entries.size() < 2) return [];
	return entries.map(([leftOut]) => {
		const rest = {} as { [name: string]: unknown };
		for (const [name, value] of entries) if (name !== leftOut) rest[name] = value;
		return rest as Weather;
	});
}

/** Items that do less than this one, those first that do least. None of them can be made from another's simpler ones for ever. */
export function simplerItems(item: PlanItem): PlanItem[] {
	switch (item.kind) {
		case "start": {
			const simpler = new Array<PlanItem>();
			const { kind, server, players, atSeconds, skewSeconds, drift, later, elects } = item;
			if (skewSeconds !== undefined || drift !== undefined || later !== undefined) {
				const part = elects ? { elects } : {};
				simpler.push({ kind, server, players, atSeconds, ...part });
				if (drift !== undefined && skewSeconds !== undefined) {
					simpler.push({ kind, server, players, atSeconds, skewSeconds, ...part });
				}
			}
			if (elects) simpler.push({ ...item, elects: false });
			if (players > 0) simpler.push({ ...item, players: 0 });
			if (atSeconds > 0) simpler.push({ ...item, atSeconds: 0 });
			return simpler;
		}
		case "crowd": {
			const simpler = new Array<PlanItem>();
			const { kind, server, count, seconds, players, atSeconds } = item;
			const fewer = half(count);
			if (fewer !== undefined) simpler.push({ ...item, count: fewer });
			if (count > 1) simpler.push({ ...item, count: count - 1 });
			if (item.skewSeconds !== undefined || item.later !== undefined || item.stored !== undefined) {
				const part = item.elects ? { elects: true } : {};
				simpler.push({ kind, server, count, seconds, players, atSeconds, ...part });
			}
			if (players > 0) simpler.push({ ...item, players: 0 });
			if (atSeconds > 0) simpler.push({ ...item, atSeconds: 0 });
			if (seconds > 0) simpler.push({ ...item, seconds: 0 });
			return simpler;
		}
		case "exodus": {
			const fewer = half(item.count);
			return fewer === undefined ? [] : [{ ...item, count: fewer }];
		}
		case "strike": {
			const simpler = new Array<PlanItem>();
			const [fewer, seconds] = [half(item.count), half(item.seconds)];
			if (fewer !== undefined) simpler.push({ ...item, count: fewer });
			if (seconds !== undefined) simpler.push({ ...item, seconds });
			return simpler;
		}
		case "spin": {
			const { server, pool, key, value, atSeconds } = item;
			const count = half(item.count);
			const once: PlanItem = { kind: "put", server, pool, key, value, atSeconds };
			return count === undefined ? [once] : [once, { ...item, count }];
		}
		case "chain":
		case "inject": {
			const count = half(item.count);
			return count === undefined ? [] : [{ ...item, count }];
		}
		case "put": {
			if (item.bytes === undefined) return [];
			const { kind, server, pool, key, value, atSeconds } = item;
			const bytes = half(item.bytes);
			const small: PlanItem = { kind, server, pool, key, value, atSeconds };
			return bytes === undefined ? [small] : [small, { ...item, bytes }];
		}
		case "say":
		case "send":
			return item.bytes === 0
				? []
				: [
						{ ...item, bytes: 0 },
						{ ...item, bytes: math.floor(item.bytes / 2) },
					];
		case "weather": {
			const seconds = half(item.seconds);
			const simpler: PlanItem[] = milder(item.faults).map((faults) => ({ ...item, faults }));
			if (seconds !== undefined) simpler.push({ ...item, seconds });
			return simpler;
		}
		case "cut": {
			const seconds = half(item.seconds);
			const simpler = new Array<PlanItem>();
			if (seconds !== undefined) simpler.push({ ...item, seconds });
			for (const server of item.from) {
				if (item.from.size() > 1)
					simpler.push({ ...item, from: item.from.filter((other) => other !== server) });
			}
			for (const server of item.to) {
				if (item.to.size() > 1) simpler.push({ ...item, to: item.to.filter((other) => other !== server) });
			}
			return simpler;
		}
		case "depose": {
			const seconds = half(item.seconds);
			return seconds === undefined ? [] : [{ ...item, seconds }];
		}
		case "hush":
		case "freeze":
		case "deaf":
		case "mute": {
			const seconds = half(item.seconds);
			return seconds === undefined ? [] : [{ ...item, seconds }];
		}
		default:
			return [];
	}
}

/** The items without everything that a server has a part in; who is cut off from it is so no more. */
export function withoutServer(items: readonly PlanItem[], server: number): PlanItem[] {
	const rest = new Array<PlanItem>();
	for (const item of items) {
		if (!serversOf(item).includes(server)) rest.push(item);
		else if (item.kind === "cut") {
			const from = item.from.filter((other) => other !== server);
			const to = item.to.filter((other) => other !== server);
			// An empty list would mean everybody.
			if (from.isEmpty() === item.from.isEmpty() && to.isEmpty() === item.to.isEmpty())
				rest.push({ ...item, from, to });
		}
	}
	return rest;
}
