import type { CopyStatus } from "../../engines/postgres/status.js";
import type { Sample } from "../../metrics/index.js";

/** How copies stand, as figures: what an alert by absence or by age looks at. */
export function statusSamples(copies: readonly CopyStatus[], now: Date): Sample[] {
  const at = (ageSeconds: number) => now.getTime() / 1_000 - ageSeconds;
  return copies.flatMap(({ dataset, site, newestPoint, newestLog, lossSeconds, met }): Sample[] => {
    const labels = { dataset, site };
    return [
      { name: "objective_met", labels, value: met ? 1 : 0 },
      ...(newestPoint
        ? [{ name: "recovery_point_timestamp", labels, value: at(newestPoint.ageSeconds) } as const]
        : []),
      ...(newestLog
        ? [{ name: "wal_archiver_last_success_timestamp", labels, value: at(newestLog.ageSeconds) } as const]
        : []),
      ...(lossSeconds === undefined ? [] : [{ name: "lag_seconds", labels, value: lossSeconds } as const]),
    ];
  });
}
