// The language host runs JavaScript; the loader registered here reads the TypeScript programs.
import { register } from "tsx/esm/api";

register();
process.setSourceMapsEnabled(true);
const program = await import("./index.ts");

// The host takes one default export; its properties become the stack's outputs.
export default program.outputs;
