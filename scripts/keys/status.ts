import type { Plan } from "../../plan/index.js";
import { isWrappedFor, type KeptSecret, secretsOf } from "../../vault/index.js";
import { type KeyedDataset, type KeyOptions, keyedDatasets } from "./job.js";

/** A dataset's newest key of a purpose, and whether it is as the plan wants it. */
export interface KeyState {
  readonly dataset: string;
  readonly purpose: KeptSecret["purpose"];
  readonly id: string;
  /** ISO 8601; absent where the first vaults did not say. */
  readonly createdAt?: string;
  readonly ageSeconds?: number;
  /** After how many seconds the next one is due; absent for a passphrase, which changes with its repository alone. */
  readonly rotationSeconds?: number;
  /** Keys before it, which stay for what they sealed or signed. */
  readonly older: number;
  /** What is not as the plan wants it, each a sentence; empty when nothing is. */
  readonly problems: readonly string[];
}

/** What is known of a plan's keys. */
export interface KeysFound {
  readonly keys: readonly KeyState[];
  /** Copies that do not answer, and objects that are no keys, each a sentence. */
  readonly problems: readonly string[];
}

/** Looks at every key of a plan at every direct copy; needs no secret. */
export async function keysOf(plan: Plan, options: KeyOptions, now: Date): Promise<KeysFound> {
  const keys: KeyState[] = [];
  const problems: string[] = [];
  for (const one of await keyedDatasets(plan, options)) {
    const { dataset, silent } = one;
    problems.push(...silent.map(({ site, why }) => `${dataset} at ${site} does not answer: ${why}`));
    keys.push(...(await statesOf(one, now, (problem) => problems.push(problem))));
  }
  return { keys, problems };
}

async function statesOf(
  { dataset, copies, recipients, rotation }: KeyedDataset,
  now: Date,
  spoiled: (problem: string) => void,
): Promise<KeyState[]> {
  const silent = ({ site }: { readonly site: string }, why: string) =>
    spoiled(`${dataset} at ${site} does not answer: ${why}`);
  const held = (
    await Promise.all(
      copies.map(async (copy) => ({
        site: copy.site,
        secrets: await secretsOf(copy, silent, (_, problem) => spoiled(problem)),
      })),
    )
  ).flatMap(({ site, secrets }) => (secrets ? [{ site, secrets }] : []));
  return (["data", "signing", "passphrase"] as const).flatMap((purpose): KeyState[] => {
    const at = held.map(({ site, secrets }) => ({
      site,
      own: secrets.filter((secret) => secret.purpose === purpose),
    }));
    const all = at.flatMap(({ own }) => own);
    const newest = all.toSorted((a, b) => (a.id < b.id ? 1 : -1))[0];
    if (!newest) return [];
    const age =
      newest.createdAt === undefined ? undefined : (now.getTime() - Date.parse(newest.createdAt)) / 1_000;
    const turns = purpose !== "passphrase";
    const due = turns && age !== undefined && age > rotation;
    // Who writes and cannot open makes a key for each run, at the copies that it writes to; only what is used again is shared.
    const shared = !turns || recipients.some(({ kind }) => kind === "kms");
    const without = (shared ? at : []).filter(
      ({ own }) => !own.some(({ sha256 }) => sha256 === newest.sha256),
    );
    const closed = recipients.filter((recipient) =>
      all.some(({ wrapped }) => !isWrappedFor(wrapped, recipient)),
    );
    const strangers = newest.wrapped.filter((one) => !recipients.some((own) => isWrappedFor([one], own)));
    return [
      {
        ...{ dataset, purpose, id: newest.id, older: new Set(all.map(({ id }) => id)).size - 1 },
        ...(newest.createdAt === undefined ? {} : { createdAt: newest.createdAt }),
        ...(age === undefined ? {} : { ageSeconds: Math.round(age) }),
        ...(turns ? { rotationSeconds: rotation } : {}),
        problems: [
          ...(due ? ["the next one is due: secondsite keys rotate"] : []),
          ...without.map(({ site }) => `${site} does not have it`),
          ...closed.map(({ key }) => `not wrapped for ${key} everywhere: secondsite keys rewrap`),
          ...[...new Set(strangers.map(({ key }) => key))].map((key) =>
            turns
              ? `wrapped for ${key}, whom the plan does not name: secondsite keys rotate`
              : `wrapped for ${key}, whom the plan does not name`,
          ),
        ],
      },
    ];
  });
}
