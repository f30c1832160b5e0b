import fc from "fast-check";
import { expect, test } from "vitest";

import { copy, definePlan, files, objectStore, on, vps } from "../index.js";
import { vaultsOf } from "../vaults.js";
import { said } from "./testing/said.js";

const store = { kind: "object-store", provider: "hetzner", region: "nbg1" };
const home = { kind: "vps", provider: "hetzner", region: "fsn1", role: "primary" };
const data = (category: string, site: string, kind = "copy") => ({
  ...{ kind: "files", at: "home", category },
  backups: [{ kind, direct: [site], to: "home" }],
});
const shop = (parts: object) => said({ name: "shop", services: {}, lease: undefined, ...parts });
const two = { home, offsite: store, "offsite-eu": store };

test("no two buckets come to the same name", () => {
  const datasets = { a: data("eu-x", "offsite"), b: data("x", "offsite-eu"), c: data("x", "offsite-eu") };

  expect(shop({ sites: two, datasets })).toEqual([
    'sites.offsite-eu: category "x" at "offsite-eu" and category "eu-x" at "offsite" would both have the bucket "shop-offsite-eu-x"; rename a site or a category',
  ]);
  expect(shop({ sites: two, datasets: { a: data("eu-x", "offsite"), b: data("y", "offsite-eu") } })).toEqual(
    [],
  );
});

test("neither does a category come to the lease's", () => {
  expect(
    shop({ sites: two, datasets: { a: data("lease", "offsite") }, lease: { witness: "offsite" } }),
  ).toEqual([
    'sites.offsite: the lease at "offsite" and category "lease" at "offsite" would both have the bucket "shop-offsite-lease"; rename a site or a category',
  ]);
});

test("what is there already, and what is no bucket, has a name of its own", () => {
  const there = { ...store, bucket: { existing: "ours" } };
  const sites = { home, offsite: there, "offsite-eu": store };

  expect(shop({ sites, datasets: { a: data("eu-x", "offsite"), b: data("x", "offsite-eu") } })).toEqual([]);
  expect(shop({ sites: { home }, datasets: { a: data("c".repeat(60), "home") } })).toEqual([]);
});

test("a name is no longer than stores allow", () => {
  const long = "c".repeat(32);
  const sites = { home, [long]: store };
  const name = `${long}-${long}-${long}`;

  expect(
    said({ name: long, sites, datasets: { a: data(long, long) }, services: {}, lease: undefined }),
  ).toEqual([
    `sites.${long}: category "${long}" at "${long}" would have the bucket "${name}" of 98 characters, and 63 are allowed; shorten bucketPrefix, the site's name or the category`,
  ]);
  // "shop-" and "-" leave 57 of 63 characters.
  expect(shop({ sites: { home, [long]: store }, datasets: { a: data("d".repeat(25), long) } })).toEqual([]);
  expect(shop({ sites: { home, [long]: store }, datasets: { a: data("d".repeat(26), long) } })).toHaveLength(
    1,
  );
  expect(
    shop({ bucketPrefix: "s", sites: { home, [long]: store }, datasets: { a: data("d".repeat(28), long) } }),
  ).toEqual([]);
});

test("law: the vaults of a plan that was read have names of their own, and short ones", () => {
  const part = fc.stringMatching(/^[a-c](?:-[a-c])?$/);
  fc.assert(
    fc.property(fc.uniqueArray(part, { minLength: 2, maxLength: 2 }), part, part, (sites, one, other) => {
      const [left = "", right = ""] = sites;
      let plan: ReturnType<typeof definePlan>;
      const dataset = (category: string, site: string) =>
        files({
          ...{ at: "home", category, path: "/srv" },
          backups: [copy({ schedule: on("change", "1m"), keep: "1d", direct: [site] })],
        });
      const place = objectStore({ provider: "hetzner", region: "nbg1", account: "shop" });
      try {
        plan = definePlan({
          name: "shop",
          objectives: { rpo: "1d", rto: {} },
          sites: {
            home: vps({ provider: "hetzner", region: "fsn1", account: "shop", role: "primary" }),
            [left]: place,
            [right]: place,
          },
          datasets: { first: dataset(one, left), second: dataset(other, right) },
        });
      } catch {
        return;
      }
      const names = vaultsOf(plan).map(({ bucket }) => bucket);
      expect(new Set(names).size).toBe(names.length);
    }),
  );
});
