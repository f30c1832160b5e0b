// The language host runs JavaScript; the loader registered here reads the TypeScript programs.
import { register as addHooks } from "node:module";
import { register } from "tsx/esm/api";

register();
// The plan may lie in another project.
addHooks("../scripts/bin/typescript-is-esm.mjs", import.meta.url);
process.setSourceMapsEnabled(true);
const program = await import("./index.ts");

// The host takes one default export; its properties become the stack's outputs.
export default program.outputs;
