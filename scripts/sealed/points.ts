import { EngineError } from "../../engines/errors.js";
import { type FoundCopy, findPoints } from "../../engines/sealed/points.js";
import { namedBackups, type Plan, postgresDatasets } from "../../plan/index.js";
import { appendEntry, writingKeys } from "../../vault/index.js";
import { doneBy, type JobOptions, sealedJob } from "./job.js";

/** What every copy of every dump of a plan holds. */
export async function allSealed(
  plan: Plan,
  { dataset, ...options }: JobOptions & { readonly dataset?: string | undefined },
): Promise<(FoundCopy & { readonly kind: string })[]> {
  const wanted = postgresDatasets(plan).flatMap(([name, spec]) =>
    dataset !== undefined && name !== dataset
      ? []
      : namedBackups(spec).flatMap(([kind, backup]) =>
          backup.kind === "logical" &&
          (options.site === undefined || [...backup.direct, ...backup.replicated].includes(options.site))
            ? [{ name, kind }]
            : [],
        ),
  );
  const found = await Promise.all(
    wanted.map(async ({ name, kind }) => {
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

/**
 * Holds a point at every copy that has it, or releases it.
 *
 * @returns sites at which it was done
 * @throws EngineError (2) when no copy has such a point
 */
export async function holdSealed(plan: Plan, options: HoldOptions): Promise<string[]> {
  const { dataset, label, entry, reason } = options;
  const { kind, direct, recipients } = await sealedJob(plan, dataset, options);
  const found = (await findPoints(direct, kind)).flatMap(({ points }) => points);
  const those = found.filter(({ point }) => point.label === label);
  if (those.length === 0)
    throw new EngineError(
      `no copy has a point "${label}" of "${dataset}"`,
      2,
      `secondsite points <plan> --dataset ${dataset} lists them`,
    );
  for (const { copy, chain, epoch, reference } of those) {
    const { signer } = await writingKeys([copy], recipients, new Date());
    const at = { plan: plan.name, dataset, site: copy.site, epoch };
    await appendEntry(copy.store, chain, { ...at, entry, point: reference, by: doneBy(), reason }, signer);
  }
  return those.map(({ copy }) => copy.site);
}
