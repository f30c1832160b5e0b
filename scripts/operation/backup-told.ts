import type { Captured } from "../../engines/postgres/capture.js";
import type { SealedPoint } from "../../engines/sealed/capture.js";
import type { Sample } from "../../metrics/index.js";
import type { Told } from "./recorded.js";

/** What a physical backup is recorded with. */
export function physicalTold(dataset: string, kind: string, captured: readonly Captured[]): Told {
  return told(
    captured[0]?.point.manifest.label,
    captured.map(({ site, point }) => ({
      ...{ dataset, kind, site },
      ...{ stored: point.manifest.bytes.stored, source: point.manifest.bytes.database },
    })),
    [],
  );
}

/** What a dump is recorded with; a copy that failed is an exit code of 3. */
export function sealedTold(dataset: string, kind: string, { facts, copies }: SealedPoint): Told {
  const sizes = copies.flatMap(({ site, appended }) =>
    appended?.entry.entry === "point"
      ? [
          {
            ...{ dataset, kind, site },
            ...{ stored: appended.entry.bytes.stored, source: appended.entry.bytes.source },
          },
        ]
      : [],
  );
  const failed = copies.flatMap(({ site, appended, failure }) =>
    appended ? [] : [`${site}: ${failure instanceof Error ? failure.message : failure}`],
  );
  return told(facts.label, sizes, failed);
}

/** A point's size at one copy, bytes. */
interface Size {
  readonly dataset: string;
  readonly kind: string;
  readonly site: string;
  readonly stored: number;
  readonly source: number;
}

function told(point: string | undefined, sizes: readonly Size[], failed: readonly string[]): Told {
  return {
    point,
    ...(failed.length > 0 ? { exitCode: 3, message: `not every copy has it: ${failed.join("; ")}` } : {}),
    details: {
      copies: sizes.map(({ site }) => site).join(", "),
      storedBytes: sizes[0]?.stored ?? 0,
      sourceBytes: sizes[0]?.source ?? 0,
    },
    samples: sizes.flatMap(({ dataset, kind, site, stored, source }): Sample[] => {
      const labels = { dataset, kind, site };
      return [
        { name: "backup_size_bytes", labels, value: stored },
        { name: "backup_source_bytes", labels, value: source },
      ];
    }),
  };
}
