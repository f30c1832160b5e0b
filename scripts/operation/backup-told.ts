import type { Captured } from "../../engines/postgres/capture.js";
import type { SealedPoint } from "../../engines/sealed/capture.js";
import { wordsOf } from "../../vault/errors.js";
import type { ChainEntry } from "../../vault/index.js";
import type { Told } from "./operation.js";

/** A copy that has the point, by its entry there. */
interface Stored {
  readonly site: string;
  readonly entry: ChainEntry;
}

/** What a physical backup is recorded with. */
export const physicalTold = (dataset: string, kind: string, captured: readonly Captured[]): Told =>
  told({ dataset, kind }, captured[0]?.label, captured);

/** What a dump is recorded with; a copy that failed is an exit code of 3. */
export function sealedTold(dataset: string, kind: string, { facts, copies }: SealedPoint): Told {
  const stored = copies.flatMap(({ site, appended }) => (appended ? [{ site, entry: appended.entry }] : []));
  const failed = copies.flatMap(({ site, appended, failure }) =>
    appended ? [] : [`${site}: ${wordsOf(failure)}`],
  );
  return {
    ...told({ dataset, kind }, facts.label, stored),
    ...(failed.length > 0 ? { exitCode: 3, message: `not every copy has it: ${failed.join("; ")}` } : {}),
  };
}

function told(
  labels: { readonly dataset: string; readonly kind: string },
  point: string | undefined,
  stored: readonly Stored[],
): Told {
  const sizes = stored.flatMap(({ site, entry }) =>
    entry.entry === "point" ? [{ site, ...entry.bytes }] : [],
  );
  return {
    point,
    details: {
      copies: sizes.map(({ site }) => site).join(", "),
      storedBytes: sizes[0]?.stored ?? 0,
      sourceBytes: sizes[0]?.source ?? 0,
    },
    samples: sizes.flatMap((size) => [
      { name: "backup_size_bytes", labels: { ...labels, site: size.site }, value: size.stored },
      { name: "backup_source_bytes", labels: { ...labels, site: size.site }, value: size.source },
    ]),
  };
}
