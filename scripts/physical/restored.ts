import { chown, mkdir } from "node:fs/promises";
import { join } from "node:path";

import { EngineError, withHint } from "../../engines/errors.js";
import { restoreIntoFolder } from "../../engines/postgres/host/restore.js";
import { openStaging, stagingFolder } from "../../engines/staging.js";
import { unprivileged } from "../../engines/system-user.js";
import type { Plan } from "../../plan/index.js";
import { unwrapPassphrase, VaultError } from "../../vault/index.js";
import { inPod } from "../in-pod.js";
import { drawnFrom, noneToDraw } from "../sealed/drawn.js";
import { postgresOf } from "../sealed/job.js";
import type { JobOptions } from "../sealed/job-options.js";
import { sinceDays } from "../sealed/since.js";
import type { JudgedPoint } from "../verify/judged-points.js";
import { physicalDataset } from "./job.js";

/** Which points are restored to verify them, and how. */
export interface RestoredOptions extends Pick<JobOptions, "store" | "identity"> {
  /** Only points of the last so many days. @default all */
  readonly days?: number | undefined;
  /** Only this one. @default all */
  readonly point?: string | undefined;
  /** Only so many, drawn by lot. @default all */
  readonly sample?: number | undefined;
  /** That there is none to draw one from is no error: dumps are drawn as well. @default false */
  readonly lenient?: boolean;
  /** Where there is room for a whole database. @default a folder below the system's for temporary files */
  readonly staging?: string | undefined;
  readonly say: (line: string) => void;
}

/**
 * Restores points to their own ends, each into a folder that is thrown away: the log that makes them consistent is replayed,
 * and every page and index checked. Those in which something was found already are not tried, nor those of a server in
 * Kubernetes unless this is a Pod: only there are its keys, and room that was set aside for it.
 *
 * @returns all points, with what was found of those that were restored
 * @throws EngineError when there is none to restore: 2 where one was named, 1 where some were to be drawn
 */
export async function restoredToo(
  plan: Plan,
  judged: readonly JudgedPoint[],
  options: RestoredOptions,
): Promise<JudgedPoint[]> {
  const since = sinceDays(options.days);
  const here = inPod() ? ["server", "kubernetes"] : ["server"];
  const own = judged.filter(({ copy }) => here.includes(postgresOf(plan, copy.dataset).runs));
  const named = own.filter(({ point }) => options.point === undefined || point.label === options.point);
  if (options.point !== undefined && named.length === 0)
    throw new EngineError(
      `no copy has a physical point "${options.point}" that can be restored here`,
      2,
      "secondsite points <plan> --kind physical lists them",
    );
  const wanted = named.filter(
    ({ point, faults }) => faults.length === 0 && Date.parse(point.finishedAt) >= since,
  );
  if (options.sample !== undefined && wanted.length === 0 && !options.lenient)
    throw noneToDraw("physical point", options.days);
  const chosen =
    options.sample === undefined
      ? new Set(wanted)
      : drawnFrom(wanted, options.sample, ({ point }) => point.label);
  const results: JudgedPoint[] = [];
  // One after the other: each takes the room of a whole database.
  for (const one of judged) results.push(chosen.has(one) ? await restored(plan, one, options) : one);
  return results;
}

async function restored(
  plan: Plan,
  judged: JudgedPoint,
  { store, identity, staging: given, say }: RestoredOptions,
): Promise<JudgedPoint> {
  const { copy: at, epoch, point } = judged;
  try {
    const of = await physicalDataset(plan, at.dataset, { store, identity, site: at.site });
    const [copy] = of.copies;
    if (!copy) throw new EngineError(`site "${at.site}" holds no physical copy of "${at.dataset}"`, 2);
    const passphrase = await unwrapPassphrase(copy.ring);
    await using staging = await openStaging(await stagingFolder(given));
    const parent = join(staging.folder, "server");
    await mkdir(parent);
    const as = await unprivileged();
    if (as) for (const folder of [staging.folder, parent]) await chown(folder, as.uid, as.gid);
    const target = { kind: "end" } as const;
    await restoreIntoFolder({ of, copy, epoch, point, target, passphrase, into: join(parent, "data") }, say);
    return { ...judged, level: "restored" };
  } catch (error) {
    if (!(error instanceof EngineError || error instanceof VaultError)) throw error;
    // The answer is no: the point does not restore. All else is the matter of this machine.
    if (error.exitCode === 1)
      return { ...judged, level: "restored", faults: [{ item: "restore", message: error.message }] };
    return { ...judged, unverified: withHint(error) };
  }
}
