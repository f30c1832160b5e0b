import { EngineError } from "../../engines/errors.js";
import { namedBackups, type Plan } from "../../plan/index.js";
import type { BackupOf } from "../../plan/schema/index.js";
import type { JobOptions } from "./job-options.js";
import { type Sealed, sealedNames, sealedOf } from "./kept.js";

/** A backup that a command captures: a tool's own, or a sealed point. */
export type WantedBackup = Sealed | Physical;

interface Physical {
  readonly engine: "postgres-physical";
  readonly kind: string;
  readonly backup: BackupOf<"physical">;
}

/**
 * A dataset's backup by its name.
 *
 * @param name see `namedBackups`. @default the first that a command captures
 * @param options.sealedOnly it goes into a folder of one's own
 * @throws EngineError (2) that says what there is
 */
export function backupCalled(
  plan: Plan,
  dataset: string,
  name: string | undefined,
  { sealedOnly = false } = {},
): WantedBackup {
  const sealed = sealedOf(plan, dataset);
  if (sealedOnly && name === "physical")
    throw new EngineError(
      "--output is for dumps and copies: a physical backup needs the log that goes to the plan's copies",
      2,
      sealed[0] ? `--kind ${sealed[0].kind}` : undefined,
    );
  const all = sealedOnly ? sealed : capturable(plan, dataset, sealed);
  return called(plan, dataset, all, name ?? all[0]?.kind);
}

/** Every backup that a command captures, in the plan's order. */
function capturable(plan: Plan, dataset: string, sealed: readonly Sealed[]): WantedBackup[] {
  const spec = plan.datasets[dataset];
  if (spec?.kind !== "postgres") return [...sealed];
  return namedBackups(spec).flatMap(([kind, backup]): WantedBackup[] =>
    backup.kind === "physical"
      ? [{ engine: "postgres-physical", kind, backup }]
      : sealed.filter((one) => one.kind === kind),
  );
}

/** What narrows down the sealed points that a command is about. */
export interface SealedWanted extends Pick<JobOptions, "kind" | "site" | "folder"> {
  /** Only this dataset. @default all */
  readonly dataset?: string | undefined;
}

/**
 * The backups of a plan whose sealed points a command is about, in the plan's order.
 *
 * @throws EngineError (2) that says what there is: a name that is none must not look like a job that is done
 */
export function sealedWanted(
  plan: Plan,
  { dataset, kind, site, folder }: SealedWanted,
): (Sealed & { readonly dataset: string })[] {
  const names = dataset === undefined ? sealedNames(plan) : [dataset];
  const all = names.flatMap((name) => sealedOf(plan, name).map((one) => ({ ...one, dataset: name })));
  const ofKind = all.filter((one) => kind === undefined || one.kind === kind);
  if (kind !== undefined && ofKind.length === 0)
    throw new EngineError(
      `${dataset === undefined ? `plan "${plan.name}"` : `"${dataset}"`} has no points called "${kind}"`,
      2,
      `it has ${[...new Set(all.map((one) => one.kind))].join(", ") || "none"}`,
    );
  const heldAt = ({ backup }: Sealed) => [...backup.direct, ...backup.replicated];
  const there = ofKind.filter(
    (one) => site === undefined || folder !== undefined || heldAt(one).includes(site),
  );
  if (site !== undefined && there.length === 0 && ofKind.length > 0 && !Object.hasOwn(plan.sites, site))
    throw new EngineError(
      `plan "${plan.name}" has no site called "${site}"`,
      2,
      `copies are at ${[...new Set(ofKind.flatMap(heldAt))].join(", ")}`,
    );
  return there;
}

/**
 * One of a dataset's backups by its name.
 *
 * @param name @default the only one
 * @throws EngineError (2) that says what there is
 */
export function called<Kept extends { readonly kind: string }>(
  { datasets }: Plan,
  dataset: string,
  all: readonly Kept[],
  name: string | undefined,
): Kept {
  const [first, second] = all;
  const found = name === undefined ? (second ? undefined : first) : all.find(({ kind }) => kind === name);
  if (found) return found;
  const names = all.map(({ kind }) => kind).join(", ");
  const missing = datasets[dataset]?.kind === "postgres" ? "logical({ ... })" : "copy({ ... })";
  throw new EngineError(
    name === undefined
      ? first
        ? `"${dataset}" has several: ${names}`
        : `"${dataset}" has no such backup in the plan`
      : `"${dataset}" has no backup called "${name}"; it has ${names || "none"}`,
    2,
    first ? `--kind ${first.kind}` : `add ${missing} to its backups`,
  );
}
