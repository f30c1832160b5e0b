import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { expect, test } from "vitest";

import { prove } from "../plan/proofs/index.js";
import { loadPlan } from "../plans/load.js";
import { asOf } from "./testing/rule-pages.js";

test("the plan of the page is all that check asks for: only its drills were never done", async () => {
  const page = await readFile("docs/one-server.md", "utf8");
  const [, source = ""] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
  const builders = pathToFileURL(join(import.meta.dirname, "../plan/index.ts")).href;
  const folder = await mkdtemp(join(tmpdir(), "secondsite-page-"));
  try {
    const file = join(folder, "shop.ts");
    await writeFile(file, source.replace("../plan/index.js", builders));

    const findings = prove(await loadPlan(file), asOf);

    expect(findings.filter(({ severity }) => severity !== "info").map(({ rule }) => rule)).toEqual([
      "drills/never",
      "drills/never",
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
