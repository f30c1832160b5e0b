import { expect, test } from "vitest";
import { copy, definePlan, domainsOf, every, files, media, objectStore, premises, vps } from "./index.js";
import { rpoBound } from "./proofs/rpo/bound.js";

const office = (region: string, account = "own") =>
  objectStore({ provider: "minio", region, account, endpoint: "https://objects.example.test" });
const hetzner = (region: string, account: string) => objectStore({ provider: "hetzner", region, account });

const plan = definePlan({
  name: "shop",
  objectives: { rpo: "1d", rto: {} },
  sites: {
    hall: premises({ location: "hall", role: "primary" }),
    shelf: media({ location: "hall", every: "1d", transit: "1h" }),
    bucket: office("hall"),
    loud: office(" Hall ", " OWN"),
    branch: office("branch"),
    rented: vps({ provider: "hetzner", region: "fsn1", account: "shop", role: "standby" }),
    "third-hall": hetzner("FSN1-DC3", " Shop "),
    north: hetzner("hel1", "archive"),
    cluster: objectStore({ provider: "linode", region: "us-ord-1", account: "a" }),
    chicago: vps({ provider: "linode", region: "us-ord", account: "a", role: "standby" }),
  },
  datasets: {
    scans: files({
      ...{ at: "hall", category: "scans", path: "/srv/scans", size: "1GiB", changes: "1MiB" },
      backups: [
        copy({ schedule: every("15m", { deadline: "1m" }), keep: "30d", direct: ["bucket", "loud"] }),
      ],
    }),
  },
});
const regionOf = (name: string) => domainsOf(plan, name).region;
const accountOf = (name: string) => domainsOf(plan, name).account;

test("own hardware, media and stores of one's own at one location burn down together", () => {
  expect(["hall", "shelf", "bucket", "loud", "branch"].map(regionOf)).toEqual([
    ...["hall", "hall", "hall", "hall"],
    "branch",
  ]);
});

test("a region is the same however it is written, and so are its numbered parts", () => {
  expect(regionOf("third-hall")).toBe(regionOf("rented"));
  expect(regionOf("cluster")).toBe(regionOf("chicago"));
  expect(regionOf("north")).not.toBe(regionOf("rented"));
});

test("an account is the same however it is written", () => {
  expect(accountOf("third-hall")).toBe(accountOf("rented"));
  expect(accountOf("loud")).toBe(accountOf("bucket"));
  expect(accountOf("north")).not.toBe(accountOf("rented"));
});

test("MinIO is a program: two installations share a provider only where they are with the same one", () => {
  const at = (region: string, account: string, hostedBy?: string) =>
    objectStore({
      ...{ provider: "minio", region, account, endpoint: `https://${region}.example.test` },
      ...(hostedBy === undefined ? {} : { hostedBy }),
    });
  const { sites } = definePlan({
    ...{ name: "stores", objectives: { rpo: "1d", rto: {} }, datasets: {} },
    sites: {
      hall: premises({ location: "hall", role: "primary" }),
      rented: vps({ provider: "hetzner", region: "fsn1", account: "shop", role: "standby" }),
      here: at("hall", "desk"),
      there: at("branch", "desk"),
      guest: at("FSN1-DC3", "Shop", "hetzner"),
      partner: at("fsn1", "shop", "acme"),
    },
  });
  const domains = (name: string) => domainsOf({ ...plan, sites }, name);

  expect(domains("here")).toEqual({ region: "hall", account: "minio/desk", provider: "own/here" });
  expect(domains("there")).toEqual({ region: "branch", account: "minio/desk", provider: "own/there" });
  expect(domains("guest")).toEqual(domains("rented"));
  expect(domains("partner")).toEqual({ region: "acme/fsn1", account: "acme/shop", provider: "acme" });
});

test("what is in a store of one's own outlives the provider of another, and falls with its host's", () => {
  const made = (hostedBy?: string) => {
    const stored = definePlan({
      ...{ name: "stores", objectives: { rpo: "1d", rto: {} } },
      sites: {
        first: objectStore({
          ...{ provider: "minio", region: "hall", account: "one", endpoint: "https://one.example.test" },
        }),
        second: objectStore({
          ...{ provider: "minio", region: "fsn1", account: "two", endpoint: "https://two.example.test" },
          ...(hostedBy === undefined ? {} : { hostedBy }),
        }),
        rented: vps({ provider: "hetzner", region: "hel1", account: "shop", role: "primary" }),
      },
      datasets: {
        scans: files({
          ...{ at: "rented", category: "scans", path: "/srv/scans", size: "1GiB", changes: "1MiB" },
          backups: [
            copy({ schedule: every("15m", { deadline: "1m" }), keep: "30d", direct: ["second"] }),
            copy({ schedule: every("6h", { deadline: "1m" }), keep: "30d", direct: ["first"] }),
          ],
        }),
      },
    });
    const { scans } = stored.datasets;
    if (!scans || scans.kind === "rebuildable") throw new Error("no scans");
    return rpoBound(stored, scans, "provider", new Date("2026-11-21")).best?.site;
  };

  expect(made()).toBe("second");
  expect(made("hetzner")).toBe("first");
});

test("copies in two stores at home are gone with home", () => {
  const { scans } = plan.datasets;
  if (!scans || scans.kind === "rebuildable") throw new Error("no scans");

  expect(rpoBound(plan, scans, "region", new Date("2026-11-21")).seconds).toBe(Number.POSITIVE_INFINITY);
});
