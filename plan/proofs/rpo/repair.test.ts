import { describe, expect, test } from "vitest";

import { service } from "../../builders.js";
import { parsePlan } from "../../define.js";
import { type Plan, planSchema } from "../../schema/index.js";
import { bytes, type Duration } from "../../units.js";
import type { Finding } from "../finding.js";
import { patched } from "../patched.js";
import { pointInTime } from "../point-in-time.js";
import { generated } from "../simulation/testing/generate.js";
import { seeded } from "../simulation/testing/random.js";
import { rpo, schedules } from "./index.js";

const asOf = new Date("2026-01-01T00:00:00Z");
const prove = (plan: Plan): Finding[] => [...schedules(plan, asOf), ...rpo(plan, asOf)];
const errors = (found: readonly Finding[]) => found.filter(({ severity }) => severity === "error");
const key = ({ rule, at }: Finding) => `${rule} ${at}`;

/** How far apart dumps start, and how long each is kept. */
type Dump = readonly [every: Duration, keep: Duration];

/** What is copied whole on each change: where that is much, no line carries it in five minutes, and no fix could. */
const wholeOnChange: ReadonlySet<string> = new Set(["configuration", "pki", "wallet"]);

/** Generated plans with objectives that some of their datasets miss. */
const plans = Array.from({ length: 60 }, (_, index): Plan => {
  const random = seeded(5_000 + index);
  const plan = generated(random);
  const datasets = Object.fromEntries(
    Object.entries(plan.datasets).map(([name, data]) => [
      name,
      wholeOnChange.has(data.kind) ? { ...data, size: "100MiB" as const } : data,
    ]),
  );
  return { ...plan, datasets, objectives: { ...plan.objectives, rpo: random.pick(["5m", "1h", "24h"]) } };
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

/** Whether a day's changes can be uploaded in a day. Where they cannot, no backup is quick enough. */
const isCarried = ({ sites, datasets }: Plan, { at }: Finding): boolean => {
  const dataset = datasets[at.split(".")[1] ?? ""];
  if (!dataset || dataset.kind === "rebuildable") return false;
  const upload = sites[dataset.at]?.upload;
  return upload !== undefined && bytes(dataset.changes) <= bytes(upload) * 86_400;
};

test("nearly every missed objective has a patch that mends it, where the line carries what changes", () => {
  const all = plans.flatMap((plan) => errors(rpo(plan, asOf)).map((finding) => ({ plan, finding })));
  const missed = all.flatMap(({ plan, finding }) => (isCarried(plan, finding) ? [finding] : []));

  expect(all.every(({ finding }) => finding.fix?.sentence)).toBe(true);
  expect(missed.length).toBeGreaterThan(100);
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

test("what is copied to a thousand sites is not mended by trying each of them", () => {
  const home = { kind: "aws-region", region: "us-east-1", account: "111111111111", role: "primary" };
  const far = Array.from({ length: 1_000 }, (_, index) => {
    const provider = index % 2 === 0 ? "hetzner" : "linode";
    return [`far-${index}`, { kind: "object-store", provider, region: `r-${index}`, account: "a" }] as const;
  });
  const plan = planSchema.parse({
    ...{ name: "wide", sites: { home, ...Object.fromEntries(far) }, objectives: { rpo: "1ms", rto: {} } },
    datasets: {
      rows: {
        ...{ kind: "postgres", at: "home", category: "rows", database: "rows", size: "1GiB" },
        backups: ["physical", "logical"].map((kind) => ({
          ...{ kind, schedule: { kind: "cron", cron: "0 2 * * *" }, keep: "30d" },
          ...{ direct: ["home"], replicated: far.map(([name]) => name) },
        })),
      },
    },
  });
  const before = process.cpuUsage();

  expect(errors(rpo(plan, asOf))).toHaveLength(5);
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5);
});

test("copies that are gone before they arrive are kept longer", () => {
  const plan = planSchema.parse({
    ...{ name: "carried", objectives: { rpo: "100d", rto: {} } },
    sites: {
      home: { kind: "premises", location: "hall", role: "primary" },
      safe: { kind: "media", location: "safe", every: "30d", transit: "30d" },
    },
    datasets: {
      papers: {
        ...{ kind: "files", at: "home", category: "papers", path: "/papers" },
        backups: [
          { kind: "copy", schedule: { kind: "interval", every: "1d" }, keep: "3d", direct: ["home", "safe"] },
        ],
      },
    },
  });
  const [region] = errors(rpo(plan, asOf));

  expect(region?.fix).toMatchObject({
    sentence: 'keep copy backups "90d"',
    patch: [{ op: "replace", path: "/datasets/papers/backups/0/keep", value: "90d" }],
  });
});

describe("of a database on a rented server", () => {
  const server = { kind: "vps", provider: "hetzner", account: "mesh", role: "standby" } as const;
  const speeds = { upload: "100MiB", download: "100MiB" } as const;
  const store = { kind: "object-store", account: "mesh", tier: "standard", ...speeds } as const;
  const dumped = (rpo: Duration, ...backups: readonly Dump[]): Plan =>
    parsePlan({
      ...{ name: "rented", objectives: { rpo, rto: {} } },
      identities: {
        deployers: ["arn:aws:iam::111111111111:root"],
        breakGlass: ["arn:aws:iam::111111111111:role/break-glass"],
      },
      sites: {
        home: { ...server, ...speeds, region: "fsn1", role: "primary", mode: "active" },
        spare: { ...server, ...speeds, region: "ash", mode: "warm" },
        near: {
          ...store,
          provider: "hetzner",
          region: "fsn1",
          endpoint: "https://fsn1.your-objectstorage.com",
        },
        far: { ...store, provider: "aws", region: "eu-central-1", account: "111111111111" },
      },
      datasets: {
        rows: {
          ...{
            kind: "mysql",
            at: "home",
            category: "rows",
            database: "rows",
            size: "1GiB",
            changes: "10MiB",
          },
          backups: backups.map(([every, keep]) => ({
            ...{ kind: "logical", schedule: { kind: "interval", every }, keep, direct: ["near"] },
          })),
        },
      },
      services: { app: service({ image: "app", needs: ["rows"] }) },
    });
  const mended = (plan: Plan): Plan =>
    patched(plan, errors(rpo(plan, asOf)).find(({ fix }) => fix?.patch)?.fix?.patch ?? []);
  const backupsOf = (plan: Plan) => {
    const dataset = plan.datasets.rows;
    return dataset && "backups" in dataset ? dataset.backups : [];
  };

  test.each<[string, readonly Dump[]]>([
    ["a week, where a base is kept long enough for that", [["1d", "30d"]]],
    [
      "three days, where the longest base is kept a week",
      [
        ["1h", "1d"],
        ["1d", "7d"],
      ],
    ],
    ["hours, where all bases are gone after a day", [["1h", "1d"]]],
    ["a week onto a base of its own, where the others are gone too soon", [["1d", "1d"]]],
  ])("added log is kept %s", (_, dumps) => {
    const after = mended(dumped("5m", ...dumps));

    expect(backupsOf(after).some(({ kind }) => kind === "binlog")).toBe(true);
    expect(errors(rpo(after, asOf))).toEqual([]);
    expect(pointInTime(after, asOf).map(({ severity, rule }) => `${severity} ${rule}`)).toEqual([
      "info point-in-time/window",
    ]);
  });

  test("copies go to a store rather than to a server that serves", () => {
    const direct = backupsOf(mended(dumped("5m", ["1d", "30d"]))).flatMap((backup) =>
      "direct" in backup ? backup.direct : [],
    );

    expect(new Set(direct)).toEqual(new Set(["near", "far"]));
  });

  test("what is added is started by what starts the rest", () => {
    const added = backupsOf(mended(dumped("5m", ["1d", "1d"]))).flatMap((backup) =>
      "schedule" in backup && backup.schedule.kind === "cron" ? [backup.schedule.runner] : [],
    );

    expect(added).toEqual(["systemd"]);
  });
});
