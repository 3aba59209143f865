// node test/tools/mutants/compile.mjs <sources> <folder>: compiles the simulation, in a process of its own, so that others go on meanwhile.
import process from "node:process";

import { rebuildProgramPlace } from "../program-place.mjs";

const [, , sources, folder] = process.argv;
process.exit(rebuildProgramPlace("simulate", sources, folder) === undefined ? 1 : 0);
