// Looks for closures that the code of the hot path would make for each record: functions inside of functions, and `try`, which compiles to one.
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

import { ROOT } from "./tools.mjs";

/** What runs at least once per record sent or received; where no names are given, everything in the file does. */
const HOT = [
	{ file: "src/wire/reader.ts" },
	{ file: "src/wire/records-reader.ts" },
	{ file: "src/wire/records-writer.ts" },
	{ file: "src/wire/text.ts" },
	{ file: "src/wire/base85.ts" },
	{ file: "src/replication/register.ts" },
	{ file: "src/replication/digest.ts" },
	{ file: "src/replication/hybrid-clock.ts" },
	{ file: "src/replication/stream.ts" },
	{
		file: "src/replication/replica.ts",
		names: [
			"contribute",
			"applySection",
			"apply",
			"applyWhole",
			"settle",
			"assemble",
			"createRegister",
			"leaveOwner",
			"refresh",
		],
	},
	{ file: "src/replication/sequencer.ts", names: ["preview", "sent", "sentPart", "define", "number"] },
	{ file: "src/outbox/queue.ts", names: ["put", "get", "take", "peek", "putBack", "remove"] },
	{ file: "src/outbox/heap.ts" },
	{ file: "src/cluster/sender.ts", names: ["enqueue", "dequeue"] },
	{ file: "src/cluster/server-cluster.ts", names: ["contribute", "dispatch"] },
	{ file: "src/pool/pool.ts", names: ["note", "take", "ReplaceContribution", "prepare"] },
];

function isFunction(node) {
	return ts.isFunctionLike(node) && "body" in node && node.body !== undefined;
}

function nameOf(node) {
	return node.name === undefined ? "" : node.name.getText();
}

/** Each closure as "file: function". */
export function hotPathClosures() {
	const found = [];
	for (const { file, names } of HOT) {
		const text = readFileSync(path.join(ROOT, file), "utf8");
		const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
		const visit = (node, enclosing) => {
			const makesClosure = (isFunction(node) && !ts.isConstructorDeclaration(node)) || ts.isTryStatement(node);
			if (makesClosure && enclosing !== undefined && !ts.isConstructorDeclaration(enclosing)) {
				if (names === undefined || names.includes(nameOf(enclosing)))
					found.push(`${file}: ${nameOf(enclosing)}`);
			}
			const inner = isFunction(node) ? (enclosing ?? node) : enclosing;
			ts.forEachChild(node, (child) => visit(child, inner));
		};
		visit(source, undefined);
	}
	return found;
}

/** As a row of the benchmarks' table. */
export function hotPathRow() {
	const found = hotPathClosures();
	return {
		what: "processor: closures made for each record on the hot path (by reading the source)",
		goal: "0",
		contender: "net-server-sync",
		measured: found.length === 0 ? "0" : `${found.length} (${found.join(", ")})`,
		met: found.length === 0,
	};
}
