import type { CommandModule } from "../entry.js";

/** Every command, in the order help shows them. */
export const commands: readonly CommandModule[] = [];
