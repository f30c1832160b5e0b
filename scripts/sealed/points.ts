import { EngineError } from "../../engines/errors.js";
import { type FoundCopy, findPoints } from "../../engines/sealed/points.js";
import type { Plan } from "../../plan/index.js";
import { appendEntry, signingKeys } from "../../vault/index.js";
import { doneBy, sealedJob } from "./job.js";
import type { JobOptions } from "./job-options.js";
import { sealedWanted } from "./wanted.js";

/** What every copy of every sealed backup of a plan holds. */
export async function allSealed(
  plan: Plan,
  { dataset, ...options }: JobOptions & { readonly dataset?: string | undefined },
): Promise<(FoundCopy & { readonly kind: string })[]> {
  const wanted = sealedWanted(plan, { ...options, dataset });
  const found = await Promise.all(
    wanted.map(async ({ dataset: name, kind }) => {
      const { copies } = await sealedJob(plan, name, { ...options, kind });
      return (await findPoints(copies, kind)).map((copy) => ({ ...copy, kind }));
    }),
  );
  return found.flat();
}

/** Holds points against retention, or lets go of them. */
export interface HoldOptions extends JobOptions {
  readonly dataset: string;
  readonly label: string;
  readonly entry: "hold" | "release";
  readonly reason: string;
}

/** Where a point was held or released, and where nobody could see whether it is there. */
export interface Held {
  readonly sites: readonly string[];
  readonly silent: readonly { readonly site: string; readonly why: string }[];
}

/** No copy that answers has a point of that name. */
export const noSuchPoint = (dataset: string, label: string, silent: Held["silent"]): EngineError =>
  new EngineError(
    [
      `no copy has a point "${label}" of "${dataset}"`,
      ...silent.map(({ site, why }) => `${site} does not answer: ${why}`),
    ].join("; "),
    silent.length > 0 ? 3 : 2,
    `secondsite points <plan> --dataset ${dataset} lists them`,
  );

/**
 * Holds a point at every copy that has it, or releases it.
 *
 * @throws EngineError when no copy has such a point: 2, or 3 where one does not answer
 */
export async function holdSealed(plan: Plan, options: HoldOptions): Promise<Held> {
  const { dataset, label, entry, reason } = options;
  const { kind, direct, recipients } = await sealedJob(plan, dataset, options);
  const found = await findPoints(direct, kind);
  const those = found.flatMap(({ points }) => points).filter(({ point }) => point.label === label);
  const silent = found.flatMap(({ copy, unreachable: why }) =>
    why === undefined ? [] : [{ site: copy.site, why }],
  );
  if (those.length === 0) throw noSuchPoint(dataset, label, silent);
  for (const { copy, chain, epoch, reference } of those) {
    const { signer } = await signingKeys([copy], recipients, new Date());
    const at = { plan: plan.name, dataset, site: copy.site, epoch };
    await appendEntry(copy.store, chain, { ...at, entry, point: reference, by: doneBy(), reason }, signer);
  }
  return { sites: those.map(({ copy }) => copy.site), silent };
}
