import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { InvalidPlan, parsePlan } from "../../plan/index.js";
import { openTerminal, type Terminal } from "../testing/terminal.js";

const names = ["airgapped-messenger", "invoicing", "kubernetes-chat", "multi-vps", "support-desk"];
const files = names.flatMap((name) => [`plans/${name}.ts`, `plans/as-documented/${name}.ts`]);

let terminal: Terminal;
let answer: string;
let complaint: string;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-plan-"));
  terminal = openTerminal();
});

afterEach(async () => {
  terminal.close();
  await rm(folder, { recursive: true });
});

async function plan(...args: string[]): Promise<number> {
  const { code, out, err } = await terminal.secondsite("plan", ...args);
  [answer, complaint] = [out, err];
  return code;
}

let validate: ValidateFunction;
beforeAll(async () => {
  const { planJsonSchema } = await import("../../plan/index.js");
  // Formats are hints to editors here; each has a pattern beside it.
  validate = new Ajv2020({ validateFormats: false, allErrors: true }).compile(planJsonSchema());
});

/** Where and what an editor would underline. */
const complaints = (input: unknown): string[] =>
  validate(input)
    ? []
    : (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);

test("schema prints a JSON Schema of draft 2020-12 that its own meta-schema accepts", async () => {
  expect(await plan("schema")).toBe(0);

  const schema = JSON.parse(answer);
  expect(schema.$schema).toBe("https://json-schema.org/draft/2020-12/schema");
  expect(schema.title).toBe("Secondsite plan");
  const ajv = new Ajv2020({ validateFormats: false });
  expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true);
});

test.each(files)(
  "json prints %s as a plan: the schema accepts it, and read again it is the same",
  async (file) => {
    expect(await plan("json", file)).toBe(0);

    const printed = JSON.parse(answer);
    expect(complaints(printed)).toEqual([]);
    expect(JSON.parse(JSON.stringify(parsePlan(printed)))).toEqual(printed);
  },
);

test("json's output takes the place of the module: the findings are the same", async () => {
  await plan("json", "plans/kubernetes-chat.ts");
  const file = join(folder, "chat.json");
  await writeFile(file, answer);
  const check = async (path: string) => {
    const { out } = await terminal.secondsite("check", path, "--as-of", "2026-11-21", "--json");
    return JSON.parse(out);
  };

  expect(await check(file)).toEqual(await check("plans/kubernetes-chat.ts"));
});

/** Every object inside of a value, with its path. */
function objectsIn(
  value: unknown,
  path: readonly (string | number)[] = [],
): (readonly (string | number)[])[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => objectsIn(each, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  return [path, ...Object.entries(value).flatMap(([key, each]) => objectsIn(each, [...path, key]))];
}

const shown = (path: readonly (string | number)[]) =>
  path
    .reduce<string>((text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${key}`), "")
    .slice(1);

test("a misspelt field is refused in every object of a plan, by the schema and by its reader, which names the place", async () => {
  await plan("json", "plans/multi-vps.ts");
  const printed = JSON.parse(answer);
  const paths = objectsIn(printed);
  expect(paths.length).toBeGreaterThan(150);

  for (const path of paths) {
    const misspelt = structuredClone(printed);
    const place = path.reduce((at, key) => at[key], misspelt);
    place.retentoin = 1;
    expect(complaints(misspelt), shown(path)).not.toEqual([]);
    const [first, ...others] = problemsOf(misspelt).map(({ at }) => at);
    // What can have one of several shapes is told as a whole, where it is not plain which was meant.
    const allowed = [shown([...path, "retentoin"]), ...(path.at(-1) === "keep" ? [shown(path)] : [])];
    expect(allowed, shown(path)).toContain(first);
    expect(
      others.filter((at) => !at.startsWith(allowed[0] ?? "")),
      shown(path),
    ).toEqual([]);
  }
});

function problemsOf(input: unknown) {
  try {
    parsePlan(input);
    return [];
  } catch (error) {
    if (error instanceof InvalidPlan) return error.problems;
    throw error;
  }
}

const least = {
  name: "least",
  objectives: { rpo: "1h", rto: {} },
  sites: { hall: { kind: "premises", location: "hall", role: "primary" } },
  datasets: { cache: { kind: "rebuildable", reason: "filled again on first use" } },
};

test("the schema lets be left out what has a default", () => {
  expect(complaints(least)).toEqual([]);
  expect(problemsOf(least)).toEqual([]);
});

test.each([
  ["a duration", { objectives: { rpo: "1 hour", rto: {} } }, "/objectives/rpo pattern"],
  ["a size", { recovery: { restore: "100MB" } }, "/recovery/restore pattern"],
  ["a name", { name: "Least" }, "/name pattern"],
  ["a kind", { drills: [{ kind: "ritual", every: "1d" }] }, "/drills/0/kind enum"],
  ["nothing at all", { sites: undefined }, " required"],
])("the schema refuses %s that is none, at its place", (_what, change, complaint) => {
  expect(complaints(JSON.parse(JSON.stringify({ ...least, ...change })))).toContain(complaint);
});

test("a plan that cannot be found is exit code 2, with what to try", async () => {
  expect(await plan("json", join(folder, "none.ts"))).toBe(2);

  expect(answer).toBe("");
  expect(complaint).toContain(`no plan at "${join(folder, "none.ts")}"`);
  expect(complaint).toContain("try: give the path of a plan");
});

test("JSON that is none is exit code 2", async () => {
  const file = join(folder, "broken.json");
  await writeFile(file, '{ "name": ');

  expect(await plan("json", file)).toBe(2);
  expect(complaint).toContain(`"${file}" is no plan`);
});
