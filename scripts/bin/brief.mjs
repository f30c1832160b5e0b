import { setFlagsFromString } from "node:v8";

/**
 * A command is over in a second or waits for others: code is compiled to the fastest form later than usual, when it has
 * run about four times as long as Node's default asks for (67,584). Compiling took up to a third of the processor time
 * of `secondsite check`; `npm run benchmark:check` measures it.
 */
const [major = 0] = process.versions.node.split(".").map(Number);
// V8 complains on the terminal of a flag that it does not know: only where it was seen to be known.
if (major === 20) setFlagsFromString("--interrupt-budget=264000");
