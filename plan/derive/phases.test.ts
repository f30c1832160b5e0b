import { expect, test } from "vitest";

import chat from "../../plans/kubernetes-chat.js";
import {
  awsRegion,
  copy,
  cron,
  every,
  files,
  media,
  objectStore,
  physical,
  postgres,
  premises,
  service,
  wal,
} from "../builders.js";
import { parsePlan } from "../define.js";
import { floorSeconds } from "../floor.js";
import type { Plan, PlanInput, Scope } from "../schema/index.js";
import { together } from "./phases/graph.js";
import { type Recovery, recoveryOf } from "./phases.js";

const asOf = new Date("2026-01-01T00:00:00Z");

/** Own hardware at one place, a second server beside it, a cold store elsewhere, a medium in a safe. */
const base = {
  name: "phases",
  objectives: { rpo: "1d", rto: {} },
  recovery: {
    ...{ notice: "1m", decision: "2m", provisioning: "4m" },
    ...{ restore: "10MiB", verification: "20MiB", replay: "10MiB" },
  },
  identities: {
    deployers: ["arn:aws:iam::111111111111:role/deploy"],
    breakGlass: ["arn:aws:iam::111111111111:role/break-glass"],
  },
  sites: {
    hall: premises({ location: "hall", role: "primary", nodes: 3 }),
    vault: premises({ location: "hall", role: "standby", mode: "pilot-light" }),
    far: premises({ location: "far", role: "standby", mode: "pilot-light" }),
    cold: objectStore({ provider: "aws", region: "eu-west-1", account: "111111111111", tier: "cold" }),
    safe: media({ location: "bank", every: "1d", transit: "3h" }),
  },
  datasets: {
    rows: postgres({
      ...{ at: "hall", category: "rows", database: "rows", size: "6000MiB", changes: "0B" },
      backups: [
        {
          ...{ kind: "logical", schedule: every("1h"), keep: "7d" },
          ...{ direct: ["vault"], replicated: ["far"] },
        },
      ],
    }),
  },
  services: { app: service({ image: "app", needs: ["rows"], startup: "10s" }) },
} satisfies PlanInput;

/** Two regions of a cloud with a lease and DNS that fails over. */
const region = { account: "111111111111" } as const;
const regions = {
  sites: {
    virginia: awsRegion({ ...region, region: "us-east-1", role: "primary" }),
    oregon: awsRegion({ ...region, region: "us-west-2", role: "standby", mode: "pilot-light" }),
    witness: objectStore({ ...region, provider: "aws", region: "eu-west-1" }),
  },
  datasets: {
    rows: postgres({
      ...{ at: "virginia", category: "rows", database: "rows", size: "6000MiB", changes: "100MiB" },
      backups: [
        physical({ schedule: cron("0 2 * * *"), keep: "30d", direct: ["virginia", "oregon"] }),
        wal({ within: "1m", keep: "7d", direct: ["virginia", "oregon"] }),
      ],
    }),
  },
  dns: { provider: "route53", zone: "app.test", name: "app.test", service: "app" },
  lease: { witness: "witness" },
};

const recovery = (scope: Scope, more: object = {}): Recovery => {
  const found = recoveryOf(parsePlan({ ...base, ...more }), scope, asOf);
  if (!found) throw new Error(`nothing to recover in ${scope}`);
  return found;
};
const steps = ({ path }: Pick<Recovery, "path">) => path.map(({ name, seconds }) => [name, seconds]);
const at = (sites: readonly string[]) => ({
  rows: {
    ...base.datasets.rows,
    backups: [copyAt(sites)],
  },
});
const copyAt = (direct: readonly string[]) =>
  ({ kind: "logical", schedule: every("1h"), keep: "7d", direct: [...direct] }) as const;

test("C1: what no takeover can be faster than is lease wait, check turning healthy, and TTL", () => {
  expect(floorSeconds(chat)).toBe(60 + 5 + 3 * 10 + 60);
  const { lease: _, dns: __, ...without } = chat;
  expect(floorSeconds(without as Plan)).toBe(0);
});

test("C1: a lost region, step by step: check, decision, pilot light, restore, lease, log, verification, start, TTL", () => {
  const found = recovery("region", regions);

  expect(found.to).toBe("oregon");
  expect(steps(found)).toEqual([
    ["notice", 30],
    ["decision", 120],
    ["provisioning", 240],
    ["restore-0", 600],
    ["lease", 65],
    // What changes in two days at 10 MiB/s, and a segment for each minute of them.
    ["replay", 200 / 10 + 2880 * 0.25],
    ["verification", 300],
    ["start-0", 10],
    ["healthy", 30],
    ["ttl", 60],
  ]);
});

test("a warm standby needs no provisioning, an active one no start either; both need the data", () => {
  const names = (mode: "warm" | "active") => {
    const oregon = awsRegion({ ...region, region: "us-west-2", role: "standby", mode });
    return steps(recovery("region", { ...regions, sites: { ...regions.sites, oregon } })).map(
      ([name]) => name,
    );
  };
  const always = ["notice", "decision", "restore-0", "lease", "replay", "verification", "healthy", "ttl"];

  expect(names("warm")).toEqual(always.toSpliced(6, 0, "start-0"));
  expect(names("active")).toEqual(always);
});

test("D10: a database is restored onto a new server from beside it, when its own disks are gone", () => {
  expect(steps(recovery("database"))).toEqual([
    ["notice", 60],
    ["decision", 120],
    ["provisioning", 240],
    ["restore-0", 600],
    ["verification", 300],
    ["start-0", 10],
  ]);
});

test("D10: a replica elsewhere is promoted instead; its lag is waited for", () => {
  const replica = { kind: "replica", to: "vault", lag: "30s" } as const;
  const rows = { ...base.datasets.rows, backups: [...base.datasets.rows.backups, replica] };
  const found = recovery("database", { datasets: { rows } });

  expect(found.to).toBe("vault");
  expect(steps(found)).toEqual([
    ["notice", 60],
    ["decision", 120],
    ["promotion-rows", 90],
    ["start-0", 10],
  ]);
});

test("copies on the lost hardware do not count; where none is left the dataset is named", () => {
  expect(recovery("database", { datasets: at(["hall"]) }).missing).toEqual(["rows"]);
  expect(recovery("node", { datasets: at(["hall"]) }).missing).toEqual(["rows"]);
  expect(recovery("region", { datasets: at(["vault"]) }).missing).toEqual(["rows"]);
  expect(recovery("catastrophe", { datasets: at(["far"]) }).missing).toEqual(["rows"]);
  expect(recovery("catastrophe", { datasets: at(["cold"]) }).missing).toEqual([]);
});

test("D7: a cold tier has to be asked for data beforehand; Deep Archive takes twelve hours", () => {
  expect(steps(recovery("database", { datasets: at(["cold"]) }))).toContainEqual([
    "retrieval-cold",
    12 * 3_600,
  ]);
});

test("A10: a medium is fetched while machines are made ready; one that lies at the place is there already", () => {
  const safe = recovery("region", { datasets: at(["safe"]) });
  expect(steps(safe).slice(0, 4)).toEqual([
    ["notice", 60],
    ["decision", 120],
    ["retrieval-safe", 3 * 3_600],
    ["restore-1", 600],
  ]);
  const sites = { ...base.sites, safe: media({ location: "far", every: "1d", transit: "3h" }) };
  expect(steps(recovery("region", { datasets: at(["safe"]), sites }))[2]).toEqual(["provisioning", 240]);
});

test("the fastest copy that is young enough is taken; a fast one that is too old is not", () => {
  const datasets = {
    rows: {
      ...base.datasets.rows,
      backups: [{ ...copyAt(["vault"]), schedule: every("10d") }, copyAt(["cold"])],
    },
  };
  expect(steps(recovery("database", { datasets }))).toContainEqual(["retrieval-cold", 43_200]);
  const objectives = { rpo: "30d", rto: {} } as const;
  expect(steps(recovery("database", { datasets, objectives }))).not.toContainEqual([
    "retrieval-cold",
    43_200,
  ]);
});

test("A6: a cluster begins with one node that is filled; the others join", () => {
  const { standby: _, ...one } = { standby: 0, hall: base.sites.hall };
  const sites = { ...one, store: objectStore({ provider: "minio", region: "far", account: "a" }) };
  const found = recovery("cluster", { sites, datasets: at(["store"]) });

  expect(steps(found)).toContainEqual(["join", 2 * 30]);
});

test("C8: a standby takes over a lost cluster where that is sooner", () => {
  const sites = { ...base.sites, vault: premises({ location: "hall", role: "standby", mode: "active" }) };
  const found = recovery("cluster", { sites });

  expect(found.to).toBe("vault");
  expect(steps(found).map(([name]) => name)).not.toContain("provisioning");
});

test("C9: a standby in the lost region is none", () => {
  const { far: _, ...sites } = base.sites;

  expect(recoveryOf(parsePlan({ ...base, sites, datasets: at(["vault"]) }), "region", asOf)).toBeUndefined();
});

test("E1: certificates are restored by themselves", () => {
  const certificates = {
    ...{ at: "hall", category: "certificates", size: "1000MiB" },
    backups: [copy({ schedule: every("1h"), keep: "7d", direct: ["vault"] })],
  } as const;
  const expected = [
    ["notice", 60],
    ["decision", 120],
    ["restore-0", 100],
    ["verification", 50],
    ["start-0", 10],
  ];
  const authority = { ...base.datasets, authority: { kind: "pki", ...certificates } };
  expect(steps(recovery("certificates", { datasets: authority }))).toEqual(expected);
  const stored = {
    ...base.datasets,
    certificates: { kind: "files", ...certificates, path: "/etc/certificates" },
  };
  expect(steps(recovery("certificates", { datasets: stored }))).toEqual(expected);
});

test("D9: two instances need a restart at most; a single one may have to be deployed anew", () => {
  const single = { app: service({ image: "app", startup: "10s", replicas: 1 }) };

  expect(steps(recovery("service"))).toEqual([
    ["notice", 60],
    ["decision", 120],
    ["restart", 10],
  ]);
  expect(steps(recovery("service", { services: single })).slice(3)).toEqual([
    ["provisioning", 240],
    ["start", 10],
  ]);
});

test("D12: what only services need that are not critical is not waited for; an accepted loss neither", () => {
  const letters = files({
    ...{ at: "hall", category: "letters", path: "/letters", size: "90000MiB" },
    backups: [copy({ schedule: every("1h"), keep: "7d", direct: ["vault"], replicated: ["far"] })],
  });
  const datasets = { ...base.datasets, letters };
  const services = {
    ...base.services,
    mail: service({ image: "mail", needs: ["letters"], critical: false }),
  };
  const plain = recovery("region");

  expect(recovery("region", { datasets, services }).seconds).toBe(plain.seconds);
  expect(recovery("region", { datasets }).seconds).toBeGreaterThan(plain.seconds + 9_000);
  const rpoBy = { region: { accepted: "letters can be written again" } };
  const objectives = { ...base.objectives, classes: { low: { rpo: "1d", rpoBy } } } as const;
  const accepted = { ...datasets, letters: { ...letters, class: "low" } };
  expect(recovery("region", { datasets: accepted, objectives }).seconds).toBe(plain.seconds);
});

test("one machine writes one dataset at a time, a region all of them at once", () => {
  const other = { ...base.datasets.rows, database: "other", references: [] };
  const datasets = { ...base.datasets, other };
  const restore = (found: Recovery) => found.path.find(({ name }) => name.startsWith("restore"))?.seconds;

  expect(restore(recovery("region", { datasets }))).toBe(1_200);
  expect(together([600, 600], Number.POSITIVE_INFINITY)).toBe(600);
});
