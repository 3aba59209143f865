import { described, fail, grouped } from "../diagnostics/errors";
import { isUtf8 } from "../wire/text";
import { settleCallOptions } from "./call-options";
import { CallError, CallResult } from "./call-types";
import { DefinedModule } from "./definition";
import { parsePlace, Place } from "./names";
import { Proxy } from "./proxy";
import { encodeList, LIST_BYTES_MOST, ListEntry, MODULE_ID_BYTES_MOST, PLACE_NAME_BYTES_MOST } from "./records";
import type { SystemsOfServer } from "./systems";
import { AnyModule, CallAllOptions, ModuleEntry, Settings, System, UnmetRequirement } from "./types";

const INDEX_MOST = 1_000_000;
const ENTRY_OPTIONS = ["id", "module", "name", "settings"];

/** One system as a game has it. */
export class SystemOfServer implements System {
	/** By name and index: asked for ever again, and made once. */
	private readonly proxies = new Map<string, Map<number, Proxy>>();
	/** By what was asked for, as in "Display_3". */
	private readonly byText = new Map<string, Proxy>();

	constructor(
		public readonly Id: string,
		private readonly systems: SystemsOfServer,
	) {}

	public SetModules(modules: readonly ModuleEntry[]): void {
		const { systems, Id } = this;
		if (systems.cluster.hasLeft())
			fail(`${this.label()}: this server has left the cluster; set modules before Close()`);
		const entries = this.entriesOf(modules);
		if (typeIs(entries, "string")) fail(`${this.label()}: ${entries}`);
		systems.showDefinitions();
		const known = systems.directory.indexes.get(Id);
		const revision = math.max(systems.cluster.context.nowStamp(), (known?.revision ?? 0) + 1);
		if (known && encodeList({ revision: 0, entries }).text === this.listText()) return;
		const { text, problem } = encodeList({ revision, entries });
		if (text === undefined) {
			fail(
				`${this.label()}: ${entries.size()} modules are too many, or say too much: ${problem}, ` +
					`the most is ${grouped(LIST_BYTES_MOST)}; split them over several systems`,
			);
		}
		systems.directory.putList(Id, text);
		// Whoever follows a place waits for it, and it comes alone.
		systems.cluster.flush();
	}

	// Hot: asked for each look-up.
	public Module(of: string | AnyModule, index?: number): Proxy {
		if (index === undefined && typeIs(of, "string")) {
			const known = this.byText.get(of);
			if (known) return known;
		} else {
			const known = this.proxies.get(typeIs(of, "string") ? of : nameOf(of)!)?.get(index ?? 1);
			if (known) return known;
		}
		const place = this.placeOf(of, index);
		if (typeIs(place, "string")) fail(`${this.label()}: ${place}`);
		const proxy = this.proxyOf(place);
		if (index === undefined && typeIs(of, "string")) this.byText.set(of, proxy);
		return proxy;
	}

	public All(of: string | AnyModule): Proxy[] {
		const name = nameOf(of);
		if (name === undefined)
			fail(`${this.label()}: All takes a name, or a definition made by DefineModule, but got ${described(of)}`);
		return this.all(name);
	}

	public Modules(): Proxy[] {
		const { places } = this.systems.directory.indexes.get(this.Id) ?? { places: [] };
		return places.map(({ name, index }) => this.proxyOf({ name, index }));
	}

	public ModulesImplementing(interfaceName: string): Proxy[] {
		if (!typeIs(interfaceName, "string"))
			fail(`${this.label()}: ModulesImplementing takes an interface's name, but got ${described(interfaceName)}`);
		return this.Modules().filter((proxy) => proxy.Implements(interfaceName));
	}

	public Exists(name: string, index?: number): boolean {
		const place = this.placeOf(name, index);
		if (typeIs(place, "string")) fail(`${this.label()}: ${place}`);
		return this.systems.directory.indexes.get(this.Id)?.at(place.name, place.index) !== undefined;
	}

	public Count(name: string): number {
		if (!typeIs(name, "string")) fail(`${this.label()}: Count takes a name, but got ${described(name)}`);
		return this.systems.directory.indexes.get(this.Id)?.named(name).size() ?? 0;
	}

	public CallAll(
		of: string | AnyModule,
		functionName: string,
		args: object,
		options?: CallAllOptions,
	): Promise<CallResult<unknown>[]> {
		const name = nameOf(of);
		if (name === undefined)
			fail(
				`${this.label()}: CallAll takes a name, or a definition made by DefineModule, but got ${described(of)}`,
			);
		if (!typeIs(functionName, "string"))
			fail(`${this.label()}: CallAll takes a function's name, but got ${described(functionName)}`);
		const settled = settleCallOptions(`${name}.${functionName} of ${this.label()}`, options, true);
		if (typeIs(settled, "string")) fail(settled);
		const calls = this.all(name).map((proxy) => resultOf(proxy.Name, proxy.callAs(functionName, args, settled)));
		return (Promise.all(calls as never) as unknown as Promise<CallResult<unknown>[]>).then((results) =>
			settled.strict ? strictly(results) : results,
		);
	}

	public IsIndexed(): boolean {
		const { directory } = this.systems;
		return directory.indexes.has(this.Id) && directory.isSystemIndexed(this.Id);
	}

	public GetUnmetRequirements(): UnmetRequirement[] {
		return [...(this.systems.directory.announcements.get(this.Id)?.unmet ?? [])];
	}

	private all(name: string): Proxy[] {
		const named = this.systems.directory.indexes.get(this.Id)?.named(name) ?? [];
		return named.map(({ index }) => this.proxyOf({ name, index }));
	}

	private proxyOf({ name, index }: Place): Proxy {
		let named = this.proxies.get(name);
		if (!named) {
			named = new Map();
			this.proxies.set(name, named);
		}
		let proxy = named.get(index);
		if (!proxy) {
			proxy = new Proxy(this.systems, this.Id, name, index);
			named.set(index, proxy);
		}
		return proxy;
	}

	/** The place that is meant, or what is wrong. */
	private placeOf(of: unknown, index: unknown): Place | string {
		const name = nameOf(of);
		if (name === undefined)
			return `a module is asked for by its name, or a definition made by DefineModule, not ${described(of)}`;
		if (index === undefined) return typeIs(of, "string") ? parsePlace(name) : { name, index: 1 };
		if (!typeIs(index, "number") || index % 1 !== 0 || index < 1 || index > INDEX_MOST)
			return `the index of "${name}" must be a whole number from 1, but is ${described(index)}`;
		return { name, index };
	}

	private entriesOf(modules: unknown): ListEntry[] | string {
		if (!typeIs(modules, "table")) return `SetModules takes a list, but got ${described(modules)}`;
		const entries = new Array<ListEntry>();
		const ids = new Set<string>();
		for (const entry of modules as unknown[]) {
			if (!typeIs(entry, "table"))
				return `module ${entries.size() + 1} must be a table, but is ${described(entry)}`;
			const given = entry as { readonly [key: string]: unknown };
			const { id, module: definition, name, settings } = given;
			for (const [key] of pairs(given)) {
				if (!ENTRY_OPTIONS.includes(key as string))
					return `module ${entries.size() + 1} has "${key}", which is none of ${ENTRY_OPTIONS.join(", ")}`;
			}
			if (!isName(id, MODULE_ID_BYTES_MOST))
				return `module ${entries.size() + 1}: the id must be a string of 1 to ${MODULE_ID_BYTES_MOST} bytes, but is ${described(id)}`;
			if (ids.has(id)) return `two modules have the id "${id}"; give each its own`;
			if (!(definition instanceof DefinedModule))
				return `module "${id}": module must be made by DefineModule, but is ${described(definition)}`;
			const placeName = name ?? definition.Name;
			if (!isName(placeName, PLACE_NAME_BYTES_MOST))
				return `module "${id}": the name must be a string of 1 to ${PLACE_NAME_BYTES_MOST} bytes, but is ${described(name)}`;
			if (string.match(placeName, "_%d+$")[0] !== undefined)
				return `module "${id}": the name "${placeName}" ends with a number, which the order of the list gives; leave it out`;
			if (settings !== undefined && !typeIs(settings, "table"))
				return `module "${id}": settings must be a table, but are ${described(settings)}`;
			const known = this.systems.directory.modules.get(id);
			if (known && known.entry.definition !== definition.Name && !known.entries.has(this.Id))
				return `module "${id}" is a ${known.entry.definition} in another system; choose another id`;
			ids.add(id);
			entries.push({
				id,
				definition: definition.Name,
				name: placeName,
				settings: settings as Settings | undefined,
			});
		}
		return entries;
	}

	/** The present list, whatever its revision. */
	private listText(): string | undefined {
		const index = this.systems.directory.indexes.get(this.Id);
		if (!index) return undefined;
		return encodeList({ revision: 0, entries: index.places }).text;
	}

	private label(): string {
		return `System "${this.Id}"`;
	}
}

function nameOf(of: unknown): string | undefined {
	if (typeIs(of, "string")) return of;
	return of instanceof DefinedModule ? of.Name : undefined;
}

function isName(value: unknown, bytesMost: number): value is string {
	return typeIs(value, "string") && value.size() >= 1 && value.size() <= bytesMost && isUtf8(value);
}

function resultOf(moduleName: string, call: Promise<unknown>): Promise<CallResult<unknown>> {
	return call.then(
		(value): CallResult<unknown> => ({ moduleName, success: true, value }),
		(problem: unknown): CallResult<unknown> => ({ moduleName, success: false, error: problem as CallError }),
	);
}

/** All results, or a promise that is rejected with the first error. */
function strictly(results: CallResult<unknown>[]): CallResult<unknown>[] | Promise<CallResult<unknown>[]> {
	for (const result of results) if (!result.success) return Promise.reject(result.error) as Promise<never>;
	return results;
}
