import { join } from "node:path";

import { WorldError } from "../errors.js";
import type { Progress } from "../progress.js";
import { openCache, packageDir, withWorkshop } from "./cache.js";
import type { CachedPackage, Job } from "./model.js";

/** A package to have in the cache. */
export interface Order {
  readonly name: string;
  readonly pkg: CachedPackage;
  /** What is wrong with the programs in a package's folder; empty when they all do. */
  readonly faults: (root: string) => Promise<readonly string[]>;
  readonly need: Job["need"];
}

/**
 * Installs a package into the cache from the first source that works; each source is a step, so that the line of
 * one that failed says why.
 *
 * @throws WorldError with every source's reason when none works.
 */
export async function installCached(order: Order, progress: Progress): Promise<void> {
  const { name, pkg } = order;
  await openCache();
  const reasons: string[] = [];
  for (const source of pkg.sources) {
    try {
      await progress.step(`Install ${name}: ${source.name}`, (say) =>
        withWorkshop(name, pkg, say, async ({ root, downloads, place }) => {
          // Another process may have been first.
          if ((await order.faults(packageDir(name, pkg))).length === 0) return;
          await source.fetch({ root, bin: join(root, "bin"), downloads, say, need: order.need });
          const wrong = await order.faults(root);
          if (wrong.length > 0) throw new Error(`not what was asked for: ${wrong.join("; ")}`);
          await place();
        }),
      );
      return;
    } catch (error) {
      reasons.push(`${source.name}: ${(error as Error).message}`);
    }
  }
  throw new WorldError(
    `${name} ${pkg.version}: no source worked: ${reasons.join("; ")}`,
    "secondsite doctor --install, once this machine reaches one of them",
  );
}
