import { describe, expect, test } from "vitest";

import type { Plan } from "../plan/index.js";
import { prove } from "../plan/proofs/index.js";
import messenger from "./as-documented/airgapped-messenger.js";
import invoicing from "./as-documented/invoicing.js";
import chat from "./as-documented/kubernetes-chat.js";
import mesh from "./as-documented/multi-vps.js";
import desk from "./as-documented/support-desk.js";
import { missed } from "./testing/figures/moved.js";
import { asOf, brokenIn, errorsIn, identity, patched } from "./testing/findings.js";
import { harmDone } from "./testing/unharmed.js";

const plans = [messenger, desk, chat, mesh, invoicing];

test.each<[string, Plan, string[]]>([
  [
    "A1: daily files, daily accounts, Raft before upgrades only: each misses an hour; so does hourly with a miss",
    messenger,
    ["auth", "messaging", "channels", "files", "raft"].flatMap((name) =>
      missed(name, ["operator-error", "database", "region"]),
    ),
  ],
  [
    "B1: daily misses a day, and the alert at 25 hours comes too late",
    desk,
    [...missed("tickets"), "alerts/age alerts[2].after"],
  ],
  [
    "C1: hourly log misses minutes, log on dumps has no point in time, scenarios miss the hour, the alert guards nothing",
    chat,
    [
      ...missed("messages", ["operator-error", "database", "region"]),
      "point-in-time/base datasets.messages.backups[1]",
      "rto/cluster objectives.rto.cluster database",
      "rto/region objectives.rto.region region",
      "alerts/age alerts[2].after",
    ],
  ],
  [
    "D4: hourly accounts, hourly content and daily analytics miss their classes; nothing carries transactions",
    mesh,
    [
      ...missed("auth"),
      ...missed("ghost"),
      ...missed("ghost-content"),
      ...missed("analytics", ["operator-error", "database"]),
      "coverage/class objectives.classes.transactions",
    ],
  ],
  [
    "E1: daily misses the hour",
    invoicing,
    missed("invoices", ["operator-error", "database", "region", "account"]),
  ],
])("%s", (_, plan, named) => {
  expect(brokenIn(plan)).toEqual(expect.arrayContaining(named));
});

describe.each(plans)("fixes of $name", (plan) => {
  const found = prove(plan, asOf).filter(({ severity }) => severity !== "info");
  const known = new Set(brokenIn(plan));
  const fixes = new Map<string, typeof found>();
  for (const finding of found) {
    const patch = JSON.stringify(finding.fix?.patch ?? null);
    if (patch !== "null") fixes.set(patch, [...(fixes.get(patch) ?? []), finding]);
  }

  test("every error can be mended in the plan", () => {
    expect(
      errorsIn(plan)
        .filter(({ fix }) => !fix?.patch)
        .map(identity),
    ).toEqual([]);
  });

  test.each([...fixes.values()].map((same) => ({ same, name: same.map(identity).join(", ") })))(
    "$name: the patch removes it, adds no error and takes nothing",
    ({ same }) => {
      const [first] = same;
      if (!first) throw new Error("no finding");
      const after = patched(plan, first);
      const left = prove(after, asOf).filter(({ severity }) => severity !== "info");

      expect(harmDone(plan, after)).toEqual([]);
      expect(left.map(identity).filter((each) => same.map(identity).includes(each))).toEqual([]);
      expect(
        left.filter((each) => each.severity === "error" && !known.has(identity(each))).map(identity),
      ).toEqual([]);
    },
  );

  test("applied in turn, they leave no error", () => {
    let now = plan;
    for (let [next] = errorsIn(now), turns = 0; next?.fix?.patch && turns < 50; turns += 1) {
      now = patched(now, next);
      [next] = errorsIn(now);
    }

    expect(brokenIn(now)).toEqual([]);
    expect(harmDone(plan, now)).toEqual([]);
  });
});
