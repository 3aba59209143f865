// What the API reference has to tell of every exported member. A rule is a word that has to be there, so that leaving it out is found:
//   meaning   every type, function, member and option has a description; but for those that are one for each of some names, such as counts by reason
//   units     a number has one: in its name (Seconds, Bytes, PerMinute, …) or in words; a type may say for all of its numbers that they are counts
//   errors    a function says what it throws, or that it throws nothing; a type or an entry may say so for all of its functions ("methods throw only where they say so")
//   yielding  a function says whether it yields; a type or an entry may say so for all ("No method yields")
//   promises  what comes as a promise says when it rejects, or that it never does
import { ReflectionKind } from "typedoc";

const UNIT_IN_NAME =
	/(Seconds|Milliseconds|Bytes|PerMinute|Share|Factor|Count|Index|Id|Depth|Size|Number|Term|Epoch|Version|Priority|Points)$/i;
const UNIT_IN_WORDS =
	/\b(seconds?|s|ms|milliseconds?|minutes?|hours?|bytes?|kB|percent|0 to 1|share|probability|chance|how (many|often|long|much|far)|number of|numbers?|counts?|counted|times|points|whole|units?|rank|weight|position|index|term|id|seed|1 for|level|factor)\b/i;
const THROWS = /\bthrow(s|n)?\b|\bnever fails\b/i;
const YIELDS = /\byields?\b/i;
const REJECTS = /\breject(s|ed)?\b/i;

const COUNTS = /\bnumbers are counts\b/i;
const BY_NAME = /\bby reason\b|\bhow often each\b/i;

const TYPES = ReflectionKind.Interface | ReflectionKind.Class | ReflectionKind.TypeAlias;

function textOf(comment) {
	if (!comment) return "";
	const parts = [...comment.summary, ...comment.blockTags.flatMap((tag) => tag.content)];
	return parts.map((part) => part.text).join("");
}

const isNumber = (type) =>
	type?.type === "intrinsic"
		? type.name === "number"
		: type?.type === "union" &&
			type.types.every((part) => isNumber(part) || part.name === "undefined") &&
			type.types.some(isNumber);
const isPromise = (type) => type?.type === "reference" && type.name === "Promise";

class Rules {
	constructor() {
		this.complaints = [];
	}

	complain(reflection, what) {
		this.complaints.push(`${reflection.getFullName()}: ${what}`);
	}

	number(reflection, text, about = "") {
		if (!isNumber(reflection.type) || UNIT_IN_NAME.test(reflection.name) || UNIT_IN_WORDS.test(text)) return;
		if (COUNTS.test(about)) return;
		this.complain(reflection, "a number of what? Say its unit");
	}

	/** A function or method: all of its overloads together. */
	callable(reflection, about) {
		const texts = reflection.signatures.map((signature) => textOf(signature.comment));
		const text = texts.join("\n");
		if (text.trim() === "") this.complain(reflection, "has no description");
		if (!THROWS.test(text) && !THROWS.test(about)) this.complain(reflection, "does it throw?");
		if (!YIELDS.test(text) && !YIELDS.test(about)) this.complain(reflection, "does it yield?");
		if (reflection.signatures.some(({ type }) => isPromise(type)) && !REJECTS.test(text)) {
			this.complain(reflection, "does its promise reject?");
		}
		for (const { parameters = [] } of reflection.signatures) {
			for (const parameter of parameters) this.number(parameter, `${text} ${textOf(parameter.comment)}`);
		}
	}

	member(reflection, type) {
		// A function as a member, such as a handler in options: the game's own.
		const declaration = reflection.type?.type === "reflection" ? reflection.type.declaration : undefined;
		const getter = reflection.getSignature?.comment;
		const text = textOf(reflection.comment ?? getter ?? declaration?.signatures?.[0]?.comment);
		if (reflection.kindOf(ReflectionKind.Method)) return this.callable(reflection, type);
		if (text.trim() === "") this.complain(reflection, "has no description");
		this.number(reflection, text, type);
		if (BY_NAME.test(text)) return;
		for (const child of declaration?.children ?? []) this.member(child, type);
	}

	type(reflection) {
		const text = textOf(reflection.comment);
		if (text.trim() === "") this.complain(reflection, "has no description");
		const declared = reflection.type?.type === "reflection" ? reflection.type.declaration.children : undefined;
		for (const child of reflection.children ?? declared ?? []) {
			if (!child.kindOf(ReflectionKind.Constructor)) this.member(child, text);
		}
	}
}

/** What is missing, a line each. */
export function complaintsAbout(project) {
	const rules = new Rules();
	for (const entry of project.children) {
		for (const reflection of entry.children ?? []) {
			if (reflection.kindOf(ReflectionKind.Function)) rules.callable(reflection, textOf(entry.comment));
			else if (reflection.kindOf(TYPES)) rules.type(reflection);
			else if (!reflection.kindOf(ReflectionKind.Reference)) rules.member(reflection, "");
		}
	}
	return rules.complaints;
}
