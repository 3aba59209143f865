// Checks test/types against the declarations in out, as a user's compiler would see them. Each file there is one test,
// and so are the declarations themselves: `stripInternal` can leave one that names a type which is gone, and
// skipLibCheck, which @rbxts/types needs, would hide that.
import path from "node:path";
import process from "node:process";
import ts from "typescript";

import { OUT, ROOT } from "./tools.mjs";

const FOLDER = path.join(ROOT, "test", "types");
const format = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => ROOT, getNewLine: () => "\n" };

const configuration = ts.getParsedCommandLineOfConfigFile(
	path.join(FOLDER, "tsconfig.json"),
	{ skipLibCheck: false },
	{
		...ts.sys,
		onUnRecoverableConfigFileDiagnostic(diagnostic) {
			throw new Error(ts.formatDiagnostic(diagnostic, format));
		},
	},
);
const program = ts.createProgram(configuration.fileNames, configuration.options);

let passed = 0;
let failed = 0;

function check(files) {
	const diagnostics = files.flatMap((file) => [
		...program.getSyntacticDiagnostics(file),
		...program.getSemanticDiagnostics(file),
	]);
	if (diagnostics.length === 0) passed++;
	else {
		failed++;
		console.log(ts.formatDiagnostics(diagnostics, format).trimEnd());
	}
}

const isIn = (folder) => (file) => !path.relative(folder, file.fileName).startsWith("..");
const problems = [...configuration.errors, ...program.getOptionsDiagnostics()];
if (problems.length > 0) {
	failed++;
	console.log(ts.formatDiagnostics(problems, format).trimEnd());
}
check(program.getSourceFiles().filter(isIn(OUT)));
for (const file of program.getSourceFiles().filter(isIn(FOLDER))) {
	if (/\.test-d\.ts$/.test(file.fileName)) check([file]);
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);
