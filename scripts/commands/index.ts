import type { CommandModule } from "../entry.js";
import { doctor } from "./doctor.js";
import { sandbox } from "./sandbox.js";

/** Every command, in the order help shows them. */
export const commands: readonly CommandModule[] = [doctor, sandbox];
