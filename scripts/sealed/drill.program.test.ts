import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { type Desk, startDesk } from "./testing/desk.js";

let desk: Desk;
const labels: string[] = [];

beforeAll(async () => {
  desk = await startDesk();
  for (let count = 0; count < 2; count += 1) {
    const backup = ["backup", desk.plan, "tickets", "--kind", "logical", "--json"];
    labels.push(JSON.parse((await desk.secondsite(...backup, ...desk.places)).out).label);
  }
});
afterAll(() => desk?.[Symbol.asyncDispose]());

const drill = ["--direct", "--days", "7", "--sample", "1", "--level", "restored"];

test("C15, D16: a drill draws one dump by lot and restores it where nothing else is; what stores replicate is not asked", async () => {
  const { code, out } = await desk.secondsite(
    ...["verify", desk.plan, "--dataset", "tickets", ...drill, "--json"],
    ...["--identity", desk.holders[0] ?? "", ...desk.places],
  );
  const { dumps } = JSON.parse(out);
  const points = dumps.flatMap((one: { points: { label: string }[] }) => one.points);

  expect(dumps.map(({ site }: { site: string }) => site)).toEqual(["office", "offsite"]);
  expect(points).toMatchObject([{ level: "restored", faults: [], recorded: true }]);
  expect(labels).toContain(points[0].label);
  expect(code).toBe(0);
});

test("a drill that finds nothing to restore is no drill well done", async () => {
  await mkdir(join(desk.folder, "none"));
  const { code, err } = await desk.secondsite(
    ...["verify", desk.plan, "--sample", "1", "--site", "offsite"],
    ...["--store", `offsite=${desk.folder}/none`],
  );

  expect(err).toContain("there is no point to draw one from");
  expect(code).toBe(1);

  const empty = ["--site", "offsite", "--store", `offsite=${desk.folder}/none`];
  expect(await desk.secondsite("points", desk.plan, "--kind", "logical", ...empty)).toMatchObject({
    ...{ code: 0, out: "There is no recovery point yet.\n" },
  });
});
