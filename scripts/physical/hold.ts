import { referenceTo } from "../../engines/postgres/points-chain.js";
import { copiesOf, readCopies } from "../../engines/postgres/points-copies.js";
import { names, type Plan } from "../../plan/index.js";
import { appendEntry, copyAt, recipientsOf, signingKeys } from "../../vault/index.js";
import { accessOf, doneBy } from "../sealed/job.js";
import { type Held, type HoldOptions, noSuchPoint } from "../sealed/points.js";

/** A label as pgBackRest gives it: `20260301-020000F`, `20260301-020000F_20260302-020000I`. */
export const isPhysical = (label: string): boolean => /^\d{8}-\d{6}F(?:_\d{8}-\d{6}[DI])?$/.test(label);

/**
 * Holds a physical point at every copy that has it, or releases it: it stays, and with it all that it adds to.
 *
 * @throws EngineError when no copy has such a point: 2, or 3 where one does not answer
 */
export async function holdPhysical(plan: Plan, options: Omit<HoldOptions, "kind" | "folder">): Promise<Held> {
  const { dataset, label, entry, reason, site: only } = options;
  const access = await accessOf(plan, options);
  const wanted = { dataset, ...(only === undefined ? {} : { site: only }) };
  const refs = copiesOf(plan, wanted, true, access);
  const found = await readCopies(refs);
  const silent = found.flatMap(({ site, unreachable: why }) => (why === undefined ? [] : [{ site, why }]));
  const those = found.flatMap(({ site, epochs }, index) =>
    epochs.flatMap(({ epoch, chain }) => {
      const point = chain.points.find((one) => one.label === label);
      const reference = point && referenceTo(chain, point);
      const store = refs[index]?.store;
      return store && reference ? [{ site, epoch, store, reference }] : [];
    }),
  );
  if (those.length === 0) throw noSuchPoint(dataset, label, silent);
  const sites = refs.map((ref) => ref.site);
  for (const { site, epoch, store, reference } of those) {
    const copy = copyAt(plan, dataset, site, access);
    const { signer } = await signingKeys([copy], recipientsOf(plan, dataset, sites), new Date());
    const at = { plan: plan.name, dataset, site, epoch };
    const content = { ...at, entry, point: reference, by: doneBy(), reason };
    await appendEntry(store, names.manifestPrefix(dataset, epoch), content, signer);
  }
  return { sites: those.map(({ site }) => site), silent };
}
