import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { TableVerification } from "./restored-content.js";
import type { Phase } from "./timeline.js";

/** What a rehearsal found. Every time is in seconds. */
export interface Report {
  /** Name of the plan. */
  readonly plan: string;
  readonly scenario: string;
  readonly seed: number;
  /** What the plan promises; null where it promises nothing. */
  readonly objectives: { readonly rtoSeconds: number | null; readonly rpoSeconds: number };
  /** What was measured; null where it never came to that. */
  readonly measured: {
    readonly rtoSeconds: number | null;
    readonly rpoSeconds: number | null;
    /** Rows whose change the customer was told committed, over the whole rehearsal. */
    readonly rowsCommitted: number;
    readonly rowsLost: number | null;
  };
  /** What a failover of this plan waits for: lease, health check and the whole TTL; see `floorSeconds`. */
  readonly floorSeconds: number;
  readonly phases: readonly Phase[];
  readonly verification: { readonly tables: readonly TableVerification[] };
  readonly verdict: "met" | "missed";
}

/** A report with what its verdict rests on. */
export interface Evidence {
  readonly report: Report;
  /** Why the verdict is not "met"; empty when it is. */
  readonly reasons: readonly string[];
  /** Anything that explains a number, as JSON. */
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * Writes `report.json`, `report.html`, `evidence.json` and the ledgers into a dated folder and into `latest`.
 *
 * @param files copied beside them.
 * @returns the folder of the latest.
 */
export async function writeReport(
  { report, reasons, details }: Evidence,
  page: string,
  files: readonly string[],
  root = ".secondsite/report",
): Promise<string> {
  const dated = resolve(
    root,
    `${new Date().toISOString().replaceAll(/[:.]/g, "-")}-${report.scenario}-${report.seed}`,
  );
  const latest = resolve(root, "latest");
  await mkdir(dated, { recursive: true });
  await writeFile(join(dated, "report.json"), `${JSON.stringify(report, undefined, 2)}\n`);
  await writeFile(join(dated, "evidence.json"), `${JSON.stringify({ reasons, ...details }, undefined, 2)}\n`);
  await writeFile(join(dated, "report.html"), page);
  for (const file of files) await cp(file, join(dated, file.split("/").at(-1) ?? "file"));
  await rm(latest, { recursive: true, force: true });
  await cp(dated, latest, { recursive: true });
  return latest;
}
