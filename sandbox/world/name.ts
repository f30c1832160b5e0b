import { SandboxInputError } from "../errors.js";

/** Part of socket paths, which the kernel limits to 107 characters, and of folders that are removed whole. */
const pattern = /^[a-z][a-z0-9-]{0,19}$/;

/** What a world's name has to be, in words. */
export const nameRule = "must be 1 to 20 of a-z, 0-9 and -, starting with a letter";

/** Whether a world can be called this. */
export const isWorldName = (name: string): boolean => pattern.test(name);

/** The name itself. @throws SandboxInputError for one that would lead out of the worlds' own folders */
export function checkedName(name: string): string {
  if (isWorldName(name)) return name;
  throw new SandboxInputError(`world ${JSON.stringify(name)}: name: ${nameRule}`);
}
