import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { directoryStore } from "../../vault/index.js";
import { type Desk, startDesk } from "./testing/desk.js";

let desk: Desk;
let manifests: string;
let heads: string;

beforeAll(async () => {
  desk = await startDesk();
  const vault = join(desk.offsite, "desk-offsite-customer");
  manifests = join(vault, "manifests/tickets");
  heads = join(vault, "heads/tickets/office/e000001");
  for (let count = 0; count < 2; count += 1)
    await desk.secondsite("backup", desk.plan, "tickets", "--kind", "logical", ...desk.places);
});
afterAll(() => desk?.[Symbol.asyncDispose]());

const verified = async (at = "offsite") => {
  const { code, out } = await desk.secondsite(
    ...["verify", desk.plan, "--dataset", "tickets", "--kind", "logical", "--json", ...desk.places],
  );
  const found = JSON.parse(out).dumps.find(({ site }: { site: string }) => site === at);
  return { code, faults: found.faults as string[] };
};
const chain = async () => (await readdir(join(manifests, "e000001"))).sort();

test("F9: the end of each chain lies at the other copies, as it stands; verify finds nothing wrong", async () => {
  // The mirror in another town is no direct copy, and does not answer.
  expect((await verified()).faults).toEqual([]);
  const [newest = ""] = (await readdir(heads)).sort().reverse();
  const store = directoryStore(join(desk.offsite, "desk-offsite-customer"));
  expect(JSON.parse(await readFile(join(heads, newest), "utf8"))).toMatchObject({ site: "office" });
  expect(await store.get(`heads/tickets/office/e000001/${newest}`)).toBeDefined();
});

test("what nobody signed is no head: a chain is not made to look cut", async () => {
  const last = (await chain()).at(-1) ?? "";
  const text = await readFile(join(manifests, "e000001", last), "utf8");
  const forged = text
    .replace('"site": "offsite"', '"site": "office"')
    .replace(/"sequence": \d+,/, '"sequence": 99999999,');
  await writeFile(join(heads, "99999999.json"), forged);
  const signer = await verified("office");
  await rm(join(heads, "99999999.json"));

  expect(forged).not.toBe(text);
  expect(signer.faults).toEqual([]);
});

test("a chain that is cut at its end is found by verify, and nothing is dropped from it", async () => {
  const entries = await chain();
  const last = entries.at(-1) ?? "";
  await rm(join(manifests, "e000001", last));
  const { code, faults } = await verified();

  expect(faults).toEqual([
    `manifests/tickets/e000001/${last}: number ${entries.length} is known to have been written and is not here; the chain ends with manifests/tickets/e000001/${entries.at(-2)}`,
  ]);
  expect(code).toBe(1);
  const prune = await desk.secondsite("prune", desk.plan, ...desk.places);
  expect(prune.out).toContain("at offsite: its chain is damaged: ");
  expect(prune.code).toBe(1);
});

test("going on where it was cut hides nothing; nor does leaving nothing of it", async () => {
  await desk.secondsite("backup", desk.plan, "tickets", "--kind", "logical", ...desk.places);
  expect((await verified()).faults.join()).toMatch(
    /number \d+ is known to have been written and is not here/,
  );
  await rm(manifests, { recursive: true });
  expect((await verified()).faults).toContainEqual(
    expect.stringMatching(
      /number \d+ is known to have been written and is not here; the chain ends with nothing$/,
    ),
  );
});

test("a store that was lost is replaced under another name: its copy begins anew, and verify finds nothing wrong with it", async () => {
  const annex = join(desk.folder, "annex");
  await mkdir(annex);
  const plan = join(desk.folder, "annex.json");
  await writeFile(plan, (await readFile(desk.plan, "utf8")).replaceAll('"offsite"', '"annex"'));
  const places = desk.places.map((one) => (one.startsWith("offsite=") ? `annex=${annex}` : one));
  const made = await desk.secondsite("backup", plan, "tickets", "--kind", "logical", "--json", ...places);
  const { out } = await desk.secondsite(
    ...["verify", plan, "--dataset", "tickets", "--kind", "logical", "--json", ...places],
  );
  const found: { site: string; faults: string[]; points: unknown[] }[] = JSON.parse(out).dumps;

  expect(made, made.err).toMatchObject({ code: 0 });
  expect(found.find(({ site }) => site === "annex")).toMatchObject({ faults: [], points: [{}] });
  expect(found.find(({ site }) => site === "office")).toMatchObject({ faults: [] });
});
