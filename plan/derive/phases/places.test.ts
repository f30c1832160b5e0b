import { expect, test } from "vitest";

import { awsRegion, copy, every, files, media, objectStore, premises, service } from "../../builders.js";
import { parsePlan } from "../../define.js";
import { recoveryOf } from "../phases.js";
import { asOf, at, base, recovery, region, regions, steps } from "../testing/recoveries.js";

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
