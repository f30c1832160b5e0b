import fc from "fast-check";
import { expect, test } from "vitest";

import { parsePlan } from "../define.js";
import { InvalidPlan } from "../errors.js";
import { type Plan, planSchema } from "../schema/index.js";
import type { Finding } from "./finding.js";
import { patched } from "./patched.js";
import { residency } from "./residency.js";
import { leaks, refusals } from "./testing/residency-leaks.js";
import { anyPlan } from "./testing/residency-plans.js";
import { asOf } from "./testing/small-plan.js";

/** What a finding says as the oracle says it: rule, place, and the sites it is about; of drills the data. */
function asLeak({ rule, at, message, arithmetic }: Finding): string {
  const about =
    rule === "residency/drills"
      ? message.match(/\bd\d+\b/g)
      : /copies|service|keys/.test(rule)
        ? arithmetic.match(/\bs\d+\b/g)
        : [];
  return [rule, at, ...[...new Set(about ?? [])].toSorted()].join(" ");
}

/** What the check says of a plan as it is written: what it refuses, or what it finds broken or at risk. */
function checked(input: unknown): { refused: string[]; found: string[] } {
  let plan: Plan;
  try {
    plan = parsePlan(input);
  } catch (problem) {
    if (!(problem instanceof InvalidPlan)) throw problem;
    return { refused: problem.problems.map(({ at }) => at).toSorted(), found: [] };
  }
  const found = residency(plan, asOf).filter(({ severity }) => severity !== "info");
  return { refused: [], found: found.map(asLeak).toSorted() };
}

test("D13: under any plan, check and an atlas agree on every way that data gets out, and on all that do not", () => {
  const seen = new Map<string, number>();
  const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  const runs = 2_000;
  fc.assert(
    fc.property(anyPlan, (input) => {
      const plan = planSchema.parse(input);
      const refused = refusals(plan);
      const expected = refused.length > 0 ? [] : leaks(plan);
      expect(checked(input)).toEqual({ refused, found: expected });

      for (const site of Object.values(plan.sites)) {
        count(site.kind);
        if ("provider" in site) count(`${site.kind} ${site.provider}`);
        count(site.jurisdiction === undefined ? "says nothing" : "says whose law");
      }
      count(refused.length > 0 ? "refused" : expected.length > 0 ? "leaks" : "holds");
      for (const way of new Set(expected.map((leak) => leak.split(/[ .]/, 2).join(" ")))) count(way);
    }),
    { numRuns: runs, seed: 11 },
  );
  const rare = [...seen].filter(([, times]) => times < runs / 100).map(([what]) => what);
  expect(rare).toEqual([]);
  expect([...seen.keys()]).toEqual(expect.arrayContaining(everyWay));
  process.stdout.write(
    `${runs} plans: ${seen.get("holds")} hold, ${seen.get("leaks")} leak, ${seen.get("refused")} are refused\n`,
  );
  for (const outcome of ["refused", "leaks", "holds"])
    expect(seen.get(outcome), outcome).toBeGreaterThan(runs / 10);
});

const everyWay = [
  ...["home datasets", "copies datasets", "replica datasets", "service services", "restore datasets"],
  ...["drills drills[0]", "keys keys", "keys datasets"],
].map((way) => `residency/${way}`);

test("D13: patches, one after the other, leave no leak that has one, and make none", () => {
  let mended = 0;
  fc.assert(
    fc.property(anyPlan, (input) => {
      const plan = planSchema.parse(input);
      fc.pre(refusals(plan).length === 0);
      const errorsOf = (of: Plan) => residency(of, asOf).filter(({ severity }) => severity === "error");
      let now = plan;
      let next = errorsOf(now).find(({ fix }) => fix?.patch);
      for (let tries = 0; next?.fix?.patch && tries < 30; tries += 1) {
        now = parsePlan(JSON.parse(JSON.stringify(patched(now, next.fix.patch))));
        mended += 1;
        expect(errorsOf(now).map(asLeak), next.rule).not.toContain(asLeak(next));
        next = errorsOf(now).find(({ fix }) => fix?.patch);
      }
      expect(next, JSON.stringify(now)).toBeUndefined();
      const places = new Set(leaks(plan).map((leak) => leak.split(" ", 2).join(" ")));
      const left = leaks(now).filter((leak) => !leak.startsWith("residency/restore"));
      expect(left.filter((leak) => !places.has(leak.split(" ", 2).join(" ")))).toEqual([]);
    }),
    { numRuns: 400, seed: 5 },
  );
  expect(mended).toBeGreaterThan(200);
});
