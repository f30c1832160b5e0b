import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { InvalidPlan, type ParseOptions, type Plan, parsePlan } from "../plan/index.js";

/** A plan file that cannot be read: exit code 2. */
export class UnreadablePlan extends Error {
  readonly exitCode = 2;
  override readonly name = "UnreadablePlan";
  readonly hint = "give the path of a plan, for example plans/kubernetes-chat.ts";
}

/**
 * Reads a plan: a module whose default export is one, or JSON.
 *
 * @throws UnreadablePlan when there is no such file or it is no module or JSON
 * @param options `asOf`: waivers that expired before it are problems too
 * @throws InvalidPlan with every problem of the plan
 */
export async function loadPlan(path: string, options: ParseOptions = {}): Promise<Plan> {
  try {
    return parsePlan(await content(path), options);
  } catch (error) {
    // A module checks its own plan when it is imported, without a day: the same plan again, with everything.
    if (error instanceof InvalidPlan && error.input !== undefined) return parsePlan(error.input, options);
    throw error;
  }
}

async function content(path: string): Promise<unknown> {
  const file = resolve(path);
  try {
    if (file.endsWith(".json")) return JSON.parse(await readFile(file, "utf8"));
    const module: { default?: unknown } = await import(pathToFileURL(file).href);
    if (module.default === undefined) throw new Error("it has no default export");
    return module.default;
  } catch (error) {
    if (error instanceof InvalidPlan) throw error;
    const missing =
      error instanceof Error &&
      "code" in error &&
      ["ENOENT", "ERR_MODULE_NOT_FOUND"].includes(String(error.code));
    throw new UnreadablePlan(
      missing
        ? `no plan at "${path}"`
        : `"${path}" is no plan: ${error instanceof Error ? error.message : error}`,
    );
  }
}
