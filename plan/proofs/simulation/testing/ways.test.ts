import fc from "fast-check";
import { expect, test } from "vitest";

import type { Dataset, StoredBackup } from "../../../schema/index.js";
import { generated } from "./generate.js";
import { seeded } from "./random.js";
import { length } from "./units.js";
import { sitesOf, wayTo } from "./ways.js";

const day = 86_400;
const start = 1_767_225_600;

test("nothing arrives before it is complete, or later than stores and media promise", () => {
  fc.assert(
    fc.property(fc.nat(), fc.boolean(), fc.nat(365 * day), fc.nat(9 * day), (seed, worst, after, later) => {
      const plan = generated(seeded(seed));
      const phases = new Map(Object.keys(plan.sites).map((site) => [site, seed % 1e6]));
      const [done, at] = [start + after, start + after + later];
      for (const backup of Object.values(plan.datasets).flatMap(storedOf))
        for (const site of sitesOf(backup)) {
          const way = wayTo(plan, backup, site, { phases, seed, worst });
          const takes = way.arrives(done) - done;
          const to = plan.sites[site];

          expect(takes).toBeGreaterThanOrEqual(0);
          expect(takes).toBeLessThanOrEqual(
            to?.kind === "media"
              ? length(to.every) + length(to.transit)
              : backup.direct.includes(site)
                ? 0
                : day,
          );
          if (done <= way.settled(at)) expect(way.arrives(done)).toBeLessThanOrEqual(at);
        }
    }),
  );
});

const storedOf = (dataset: Dataset): StoredBackup[] =>
  dataset.kind === "rebuildable" ? [] : dataset.backups.filter((backup) => backup.kind !== "replica");
