import { directSites, names, type Plan, type PostgresDataset, postgresDatasets } from "../../plan/index.js";
import {
  type Access,
  copyAt,
  type DatasetCopy,
  headFault,
  knownHeads,
  lastFault,
  missingParts,
  type Reference,
  type Store,
  wordsOf,
} from "../../vault/index.js";
import { EngineError } from "../errors.js";
import type { RecoveryPoint } from "./points.js";
import {
  type CopySigners,
  type EpochChain,
  type PhysicalPoint,
  readEpochChain,
  signersAt,
} from "./points-chain.js";
import { segmentOf, type WalReach, type WalSegment, walReach } from "./points-wal.js";

/** One direct copy of a dataset. */
export type CopyRef = DatasetCopy;

/** What a copy holds, or why it could not be asked. */
export interface Copy {
  readonly dataset: string;
  readonly site: string;
  /** Where it is, for people. */
  readonly store: string;
  /** Why it does not answer; everything else is empty then. */
  readonly unreachable?: string;
  /** Why its signing keys cannot be read: nothing that is signed is believed then. */
  readonly keyProblem?: string;
  readonly points: readonly RecoveryPoint[];
  readonly epochs: readonly EpochContent[];
}

/** What a copy holds of one epoch. */
export interface EpochContent {
  readonly epoch: number;
  readonly chain: EpochChain;
  /** By name. */
  readonly wal: ReadonlyMap<string, WalSegment>;
  /** Segments stored more than once with different content: two writers. */
  readonly conflicting: readonly string[];
  /** When the epoch's repository was made; nothing older was written in it. */
  readonly begunAt: Date | undefined;
}

/**
 * The direct copies of a plan's physical backups, or of one of its datasets or sites.
 *
 * @param none that there are none is no error. @default false
 * @param access how they are reached. @default as the plan says
 * @throws EngineError (2) when there is no such dataset or site
 */
export function copiesOf(
  plan: Plan,
  { dataset, site }: { readonly dataset?: string; readonly site?: string } = {},
  none = false,
  access: Access = {},
): CopyRef[] {
  const all = postgresDatasets(plan);
  if (dataset !== undefined && !none && !all.some(([name]) => name === dataset))
    throw new EngineError(
      `plan "${plan.name}" has no dataset with backups called "${dataset}"; it has ${all.map(([name]) => name).join(", ") || "none"}`,
      2,
    );
  const copies = all
    .filter(([name]) => dataset === undefined || name === dataset)
    .flatMap(([name, spec]) => repositorySites(spec).map((at) => ({ dataset: name, site: at })));
  const chosen = copies.filter((copy) => site === undefined || copy.site === site);
  if (chosen.length > 0 || none) return chosen.map((copy) => copyAt(plan, copy.dataset, copy.site, access));
  const holders = [...new Set(copies.map((copy) => copy.site))].join(", ");
  throw new EngineError(
    site === undefined || holders === ""
      ? `plan "${plan.name}" has no physical backups${site === undefined ? "" : `, and no dump at "${site}"`}`
      : `no site called "${site}" holds a direct copy; these do: ${holders}`,
    2,
  );
}

/** Sites with a repository of their own. What a provider runs has its own snapshots instead. */
export const repositorySites = ({ runs, backups }: PostgresDataset): string[] =>
  runs === "kubernetes" || runs === "server"
    ? directSites({ backups: backups.filter(({ kind }) => kind === "physical" || kind === "wal") })
    : [];

/** Asks every copy, all at once; one that does not answer says so and hides no other. */
export async function readCopies(copies: readonly CopyRef[]): Promise<Copy[]> {
  const asked = await Promise.all(
    copies.map(async (copy) => {
      try {
        const signers = await signersAt(copy);
        const keyProblem = signers.problem === undefined ? {} : { keyProblem: signers.problem };
        const others = copies.filter((other) => other !== copy && other.dataset === copy.dataset);
        // At once: another copy that is lost must not be waited for twice.
        const [epochs, heads] = await Promise.all([readEpochs(copy, signers), knownHeads(copy, others)]);
        return { copy, epochs: withHeads(copy.dataset, epochs, heads), ...keyProblem };
      } catch (error) {
        return { copy, epochs: [], unreachable: wordsOf(error) };
      }
    }),
  );
  return Promise.all(
    asked.map(async ({ copy, epochs, ...rest }) => {
      const { dataset, site, store } = copy;
      const others = asked.filter((other) => other.copy.dataset === dataset).flatMap((other) => other.epochs);
      const points = epochs.flatMap((content) => {
        const ended = endOf(content.epoch, others);
        return content.chain.points.map((point) => pointOf(point, content, ended, copy));
      });
      try {
        const found = withoutLostParents(await Promise.all(points));
        return { dataset, site, store: store.label, epochs, points: found, ...rest };
      } catch (error) {
        // One that stops answering half-way is one that does not answer.
        const nothing = { epochs: [], points: [], unreachable: wordsOf(error) };
        return { dataset, site, store: store.label, ...nothing };
      }
    }),
  );
}

/** When the next epoch began, as far as any copy knows: what an older repository got later is no part of the history. */
function endOf(epoch: number, all: readonly EpochContent[]): Date | undefined {
  const began = all.flatMap((other) =>
    other.epoch > epoch && other.begunAt ? [other.begunAt.getTime()] : [],
  );
  return began.length > 0 ? new Date(Math.min(...began)) : undefined;
}

/** Chains that end before an entry that other copies know of were cut; those of which nothing is left, too. */
function withHeads(
  dataset: string,
  epochs: readonly EpochContent[],
  heads: ReadonlyMap<number, Reference>,
): EpochContent[] {
  const gone = [...heads.keys()].filter((epoch) => !epochs.some((one) => one.epoch === epoch));
  const none = { chain: { entries: [], faults: [], points: [] }, wal: new Map(), conflicting: [] };
  return [...epochs, ...gone.map((epoch) => ({ epoch, ...none, begunAt: undefined }))].map((content) => {
    const { chain, epoch } = content;
    const head = heads.get(epoch);
    const cut = head ? headFault(chain.entries, { head, prefix: names.manifestPrefix(dataset, epoch) }) : [];
    return { ...content, chain: { ...chain, faults: [...chain.faults, ...cut] } };
  });
}

/** A copy's epochs, oldest first. Those with a chain count, too: a repository that is gone must not take the news of it along. */
export async function epochsAt({ dataset, store }: CopyRef): Promise<number[]> {
  const labels = await Promise.all([
    store.folders(names.repositoryPrefix(dataset)),
    store.folders(names.chainsPrefix(dataset)),
  ]);
  const epochs = labels.flat().flatMap((label) => names.epochOf(label) ?? []);
  return [...new Set(epochs)].sort((a, b) => a - b);
}

async function readEpochs(copy: CopyRef, signers: CopySigners): Promise<EpochContent[]> {
  const { dataset, store } = copy;
  return Promise.all(
    (await epochsAt(copy)).map(async (epoch) => {
      const wal = new Map<string, WalSegment>();
      const conflicting: string[] = [];
      let begunAt: Date | undefined;
      const archive = `${names.repositoryPath(dataset, epoch).slice(1)}/archive/${dataset}/`;
      for await (const { key, modifiedAt } of store.list(archive)) {
        if (!begunAt || modifiedAt < begunAt) begunAt = modifiedAt;
        const name = segmentOf(key);
        if (!name) continue;
        if (wal.has(name)) conflicting.push(name);
        wal.set(name, { name, storedAt: modifiedAt });
      }
      return {
        epoch,
        chain: await readEpochChain(copy, epoch, signers),
        wal,
        conflicting,
        begunAt,
      };
    }),
  );
}

/** A point that adds to one that cannot be restored cannot either. */
function withoutLostParents(points: readonly RecoveryPoint[]): RecoveryPoint[] {
  const found: RecoveryPoint[] = [];
  // Oldest first: a parent is judged before what adds to it.
  for (const point of [...points].sort((a, b) => a.epoch - b.epoch || a.sequence - b.sequence)) {
    const { addsTo, epoch, problem } = point;
    const parent = found.find((one) => one.epoch === epoch && one.label === addsTo);
    const lost = addsTo !== undefined && problem === undefined && (!parent || parent.problem !== undefined);
    const why = parent?.problem ?? "it is not there";
    found.push(lost ? { ...point, problem: `${addsTo}, which it adds to: ${why}` } : point);
  }
  return found;
}

async function pointOf(
  found: PhysicalPoint,
  { epoch, wal, chain }: EpochContent,
  ended: Date | undefined,
  { dataset, site, store }: CopyRef,
): Promise<RecoveryPoint> {
  const { takenAt, sequence, label, startedAt, finishedAt, bytes, startWal, stopWal, stopLsn, parent } =
    found;
  const { verification, held } = found;
  const addsTo = parent === undefined ? undefined : labelOf(chain, parent);
  const point: RecoveryPoint = {
    ...{ dataset, site, takenAt, epoch, sequence, kind: "physical" },
    ...{ label, startedAt, finishedAt, bytes },
    ...(stopLsn === "" ? {} : { stopLsn }),
    ...(addsTo === undefined ? {} : { addsTo }),
    ...(verification ? { verification } : {}),
    ...(held ? { held } : {}),
  };
  const problem = found.problem ?? (await missing(found, store)) ?? lastFault(found);
  if (problem !== undefined) return { ...point, problem };
  const reach = walReach(wal, startWal);
  if (!reach || !reaches(reach, stopWal))
    return { ...point, problem: `log that it needs is missing: ${reach?.missing ?? startWal}` };
  const { name, storedAt } = reach.last;
  const until = (ended && ended < storedAt ? ended : storedAt).toISOString();
  return { ...point, newestWal: name, ...(until > finishedAt ? { until } : {}) };
}

/** A point's label; its number where its entry is gone or unreadable. */
const labelOf = ({ points }: EpochChain, sequence: number) =>
  points.find((point) => point.sequence === sequence)?.label ?? `number ${sequence}`;

const reaches = ({ last }: WalReach, stop: string) => last.name.slice(8) >= stop.slice(8);

/** What an entry promises and the store does not have at that size, or what would open it. */
async function missing({ parts, keys }: PhysicalPoint, store: Store): Promise<string | undefined> {
  const [fault] = await missingParts(store, parts);
  if (fault) return `${fault.key}: ${fault.problem}`;
  for (const { object } of keys) if (!(await store.head(object))) return `${object}: it is missing`;
  return undefined;
}
