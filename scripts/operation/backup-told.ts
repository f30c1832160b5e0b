import type { Captured } from "../../engines/postgres/capture.js";
import type { SealedPoint } from "../../engines/sealed/capture.js";
import type { Sample } from "../../metrics/index.js";
import type { ChainEntry } from "../../vault/index.js";
import type { Told } from "./recorded.js";

/** What a physical backup is recorded with. */
export function physicalTold(dataset: string, kind: string, captured: readonly Captured[]): Told {
  const sizes = captured.flatMap(({ site, entry }) => sizeAt(dataset, kind, site, entry));
  return told(captured[0]?.label, sizes, []);
}

/** What a dump is recorded with; a copy that failed is an exit code of 3. */
export function sealedTold(dataset: string, kind: string, { facts, copies }: SealedPoint): Told {
  const sizes = copies.flatMap(({ site, appended }) =>
    appended ? sizeAt(dataset, kind, site, appended.entry) : [],
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

function sizeAt(dataset: string, kind: string, site: string, entry: ChainEntry): Size[] {
  return entry.entry === "point"
    ? [{ dataset, kind, site, stored: entry.bytes.stored, source: entry.bytes.source }]
    : [];
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
