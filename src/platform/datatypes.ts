/** Plain values of the engine that a payload may have: what they are made of, and how they are made again. */

/** How values of one type become numbers or texts, and back. Nothing of the engine is touched before one is sent, or arrives. */
export interface Datatype {
	/** What `typeof` says. */
	readonly name: string;
	/** Stands for it in a payload's text. */
	readonly tag: string;
	readonly partCount: number;
	/** All parts are of one kind. "single": numbers of single precision, which need fewer digits. */
	readonly partKind: "single" | "number" | "text";
	take(this: void, value: unknown): Array<number | string>;
	/** May throw: what arrives need not be what this engine knows. */
	make(this: void, parts: ReadonlyArray<number | string>): defined;
}

export const DATATYPES: ReadonlyArray<Datatype> = [
	{
		name: "Vector3",
		tag: "v3",
		partCount: 3,
		partKind: "single",
		take: (value) => {
			const { X, Y, Z } = value as Vector3;
			return [X, Y, Z];
		},
		make: (parts) => {
			const [x, y, z] = parts as number[];
			return new Vector3(x, y, z);
		},
	},
	{
		name: "Vector2",
		tag: "v2",
		partCount: 2,
		partKind: "single",
		take: (value) => {
			const { X, Y } = value as Vector2;
			return [X, Y];
		},
		make: (parts) => {
			const [x, y] = parts as number[];
			return new Vector2(x, y);
		},
	},
	{
		name: "CFrame",
		tag: "cf",
		partCount: 12,
		partKind: "single",
		take: (value) => [...(value as CFrame).GetComponents()],
		make: (parts) => {
			const [x, y, z, a, b, c, d, e, f, g, h, i] = parts as number[];
			return new CFrame(x!, y!, z!, a!, b!, c!, d!, e!, f!, g!, h!, i!);
		},
	},
	{
		name: "Color3",
		tag: "c3",
		partCount: 3,
		partKind: "single",
		take: (value) => {
			const { R, G, B } = value as Color3;
			return [R, G, B];
		},
		make: (parts) => {
			const [red, green, blue] = parts as number[];
			return new Color3(red, green, blue);
		},
	},
	{
		name: "BrickColor",
		tag: "bc",
		partCount: 1,
		partKind: "number",
		take: (value) => [(value as BrickColor).Number],
		make: (parts) => new BrickColor(parts[0] as number),
	},
	{
		name: "UDim",
		tag: "ud",
		partCount: 2,
		partKind: "single",
		take: (value) => {
			const { Scale, Offset } = value as UDim;
			return [Scale, Offset];
		},
		make: (parts) => {
			const [scale, offset] = parts as number[];
			return new UDim(scale!, offset!);
		},
	},
	{
		name: "UDim2",
		tag: "u2",
		partCount: 4,
		partKind: "single",
		take: (value) => {
			const { X, Y } = value as UDim2;
			return [X.Scale, X.Offset, Y.Scale, Y.Offset];
		},
		make: (parts) => {
			const [xScale, xOffset, yScale, yOffset] = parts as number[];
			return new UDim2(xScale!, xOffset!, yScale!, yOffset!);
		},
	},
	{
		name: "Rect",
		tag: "rc",
		partCount: 4,
		partKind: "single",
		take: (value) => {
			const { Min, Max } = value as Rect;
			return [Min.X, Min.Y, Max.X, Max.Y];
		},
		make: (parts) => {
			const [left, top, right, bottom] = parts as number[];
			return new Rect(left!, top!, right!, bottom!);
		},
	},
	{
		name: "NumberRange",
		tag: "nr",
		partCount: 2,
		partKind: "single",
		take: (value) => {
			const { Min, Max } = value as NumberRange;
			return [Min, Max];
		},
		make: (parts) => {
			const [least, most] = parts as number[];
			return new NumberRange(least!, most!);
		},
	},
	{
		name: "DateTime",
		tag: "dt",
		partCount: 1,
		partKind: "number",
		take: (value) => [(value as DateTime).UnixTimestampMillis],
		make: (parts) => DateTime.fromUnixTimestampMillis(parts[0] as number),
	},
	{
		name: "EnumItem",
		tag: "en",
		partCount: 2,
		partKind: "text",
		take: (value) => {
			const [enumName, itemName] = string.match(tostring(value), "^Enum%.([^.]+)%.([^.]+)$");
			return [enumName as string, itemName as string];
		},
		make: (parts) => {
			const [enumName, itemName] = parts as string[];
			return (Enum as unknown as Record<string, Record<string, EnumItem>>)[enumName!]![itemName!]!;
		},
	},
];
