import type { Attempt, Ledger } from "./ledger.js";

/** Who is the old site, who the new. */
export interface Sites {
  /** Addresses at which the old site acknowledges. */
  readonly old: readonly string[];
  /** Addresses at which the new site acknowledges. */
  readonly new: readonly string[];
  /**
   * When the new epoch began, on the monotonic clock in milliseconds.
   *
   * @default the new site's first acknowledgement
   */
  readonly epochStart?: number;
}

/** What the ledgers say about who was writing. */
export interface TwoWriters {
  /** From when the old site had to be silent, on the monotonic clock; undefined if no new epoch was seen. */
  readonly from: number | undefined;
  /** Acknowledgements by the old site after that. Any is a violation. */
  readonly violations: readonly (Attempt & { readonly writer: string })[];
  /** Acknowledgements at addresses that are neither: the check says nothing about them. */
  readonly elsewhere: number;
}

/** Looks for writes that the old site acknowledged once the new one was the writer. */
export function twoWriters(ledgers: readonly Ledger[], sites: Sites): TwoWriters {
  const acknowledged = ledgers.flatMap(({ name, attempts }) =>
    attempts
      .filter(({ outcome }) => outcome === "committed")
      .map((attempt) => ({ ...attempt, writer: name })),
  );
  const by = (addresses: readonly string[]) =>
    acknowledged.filter(({ address }) => address !== undefined && addresses.includes(address));
  const firstNew = by(sites.new).reduce<number | undefined>(
    (first, { answered }) =>
      answered && answered.mono < (first ?? Number.POSITIVE_INFINITY) ? answered.mono : first,
    undefined,
  );
  const starts = [firstNew, sites.epochStart].filter((start) => start !== undefined);
  const from = starts.length > 0 ? Math.min(...starts) : undefined;
  const old = by(sites.old);
  return {
    from,
    violations: from === undefined ? [] : old.filter(({ answered }) => answered && answered.mono >= from),
    elsewhere: acknowledged.length - old.length - by(sites.new).length,
  };
}
