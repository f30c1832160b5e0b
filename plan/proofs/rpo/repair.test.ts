import { expect, test } from "vitest";

import { type Plan, planSchema } from "../../schema/index.js";
import type { Finding } from "../finding.js";
import { patched } from "../patched.js";
import { generated } from "../simulation/testing/generate.js";
import { seeded } from "../simulation/testing/random.js";
import { rpo, schedules } from "./index.js";

const asOf = new Date("2026-01-01T00:00:00Z");
const prove = (plan: Plan): Finding[] => [...schedules(plan, asOf), ...rpo(plan, asOf)];
const errors = (found: readonly Finding[]) => found.filter(({ severity }) => severity === "error");
const key = ({ rule, at }: Finding) => `${rule} ${at}`;

/** Generated plans with objectives that some of their datasets miss. */
const plans = Array.from({ length: 60 }, (_, index): Plan => {
  const random = seeded(5_000 + index);
  const plan = generated(random);
  return { ...plan, objectives: { ...plan.objectives, rpo: random.pick(["5m", "1h", "24h"]) } };
});

const copies = ({ datasets }: Plan): string[] =>
  Object.entries(datasets).flatMap(([name, dataset]) =>
    dataset.kind === "rebuildable"
      ? []
      : dataset.backups.flatMap((backup, index) =>
          backup.kind === "replica"
            ? [`${name} ${index} ${backup.to}`]
            : [...backup.direct, ...backup.replicated].map((site) => `${name} ${index} ${site}`),
        ),
  );

test("each patch removes its finding, adds no error, takes no copy away and leaves objectives alone", () => {
  let mended = 0;
  for (const plan of plans) {
    const before = prove(plan);
    const known = new Set(errors(before).map(key));
    for (const finding of errors(before)) {
      const { patch } = finding.fix ?? {};
      if (!patch) continue;
      mended++;
      const after = patched(plan, patch);

      expect(planSchema.parse(after)).toEqual(after);
      const left = new Set(errors(prove(after)).map(key));
      expect({ finding, left: left.has(key(finding)) }).toEqual({ finding, left: false });
      expect([...left].filter((one) => !known.has(one))).toEqual([]);
      expect(copies(after)).toEqual(expect.arrayContaining(copies(plan)));
      expect(after.objectives).toEqual(plan.objectives);
    }
  }
  expect(mended).toBeGreaterThan(100);
});

test("nearly every missed objective has a patch that mends it", () => {
  const missed = plans.flatMap((plan) => errors(rpo(plan, asOf)));

  expect(missed.every(({ fix }) => fix?.sentence)).toBe(true);
  expect(missed.filter(({ fix }) => fix?.patch).length / missed.length).toBeGreaterThan(0.9);
});

test("patches applied one after the other bring a plan inside its objectives", () => {
  for (const plan of plans.slice(0, 30)) {
    let current = plan;
    for (let rounds = 0; rounds < 30; rounds++) {
      const patch = errors(prove(current)).find(({ fix }) => fix?.patch)?.fix?.patch;
      if (!patch) break;
      current = patched(current, patch);
    }
    expect(errors(prove(current)).filter(({ fix }) => fix?.patch)).toEqual([]);
  }
});
