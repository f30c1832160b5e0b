import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { parseDocument } from "yaml";

import { InvalidPlan, type ParseOptions, type Plan, parsePlan } from "../plan/index.js";

/** A plan file that cannot be read: exit code 2. */
export class UnreadablePlan extends Error {
  readonly exitCode = 2;
  override readonly name = "UnreadablePlan";

  constructor(
    message: string,
    readonly hint = "give the path of a plan, for example plans/kubernetes-chat.ts",
  ) {
    super(message);
  }
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
  const there = await stat(file).catch(() => undefined);
  if (path === "" || !there) throw new UnreadablePlan(`no plan at "${printable(path)}"`);
  if (there.isDirectory()) throw new UnreadablePlan(`"${printable(path)}" is a folder, not a plan`);
  try {
    const given = file.endsWith(".json")
      ? strictJson(await readFile(file, "utf8"))
      : await exported(path, file);
    if (typeof given !== "object" || given === null || Array.isArray(given))
      throw new Error(
        `expected an object, got ${Array.isArray(given) ? "an array" : given === null ? "null" : `a ${typeof given}`}`,
      );
    return given;
  } catch (error) {
    if (error instanceof InvalidPlan) throw error;
    throw new UnreadablePlan(
      `"${printable(path)}" is no plan: ${printable(reasonOf(error))}`,
      "a plan is a module that imports plan/index.js of this project, as plans/support-desk.ts does, or JSON",
    );
  }
}

/** What is wrong. Of what the loader could not read it heads a list, whose first line has the place. */
function reasonOf(error: unknown): string {
  const [head = "", ...more] = (error instanceof Error ? error.message : String(error)).split("\n");
  const [first] = more.filter((line) => line.trim() !== "");
  return /^Transform failed/.test(head) && first !== undefined ? first : head;
}

/** What a module exports by default. A plan that ends the process, or never ends, must not look like a good one. */
async function exported(path: string, file: string): Promise<unknown> {
  const ended = (code: number) => {
    process.exitCode = 2;
    // 0: it said it was done. 13: Node found nothing left to wait for. Anything else was told already.
    if (code === 0 || code === 13)
      process.stderr.write(
        `secondsite: "${printable(path)}" is no plan: it ended the process before it was read\n`,
      );
  };
  process.once("exit", ended);
  try {
    const module: { default?: unknown } = await import(pathToFileURL(file).href);
    if (module.default === undefined) throw new Error("it has no default export");
    return await module.default;
  } finally {
    process.removeListener("exit", ended);
  }
}

/** JSON of which nothing is silently dropped: a key that stands twice is an error, so is one that no object may have. */
function strictJson(text: string): unknown {
  const plain = text.replace(/^\uFEFF/, "");
  const value: unknown = JSON.parse(plain, (key, inner: unknown) => {
    if (key === "__proto__") throw new Error('"__proto__" is no name');
    return inner;
  });
  const [twice] = parseDocument(plain, { schema: "json" }).errors;
  if (twice) throw new Error(twice.message);
  return value;
}

/** A path or a message as one line that changes no terminal. */
const printable = (text: string) => JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
