const half = 1_800;

/** How far ahead of universal time a zone's clocks are, half hour by half hour. */
export interface Clocks {
  readonly from: number;
  /** Seconds; one entry for each half hour since `from`. */
  readonly offsets: readonly number[];
}

const known = new Map<string, Clocks>();

/** Asks the runtime what clocks show at each hour, and at each half hour in between where they differ. */
export function clocksOf(timeZone: string, from: number, until: number): Clocks {
  const key = `${timeZone} ${from} ${until}`;
  const found = known.get(key);
  if (found) return found;
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, timeZoneName: "longOffset" });
  const ask = (at: number): number => {
    const shown = format.formatToParts(at * 1_000).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign = "+", hours = "0", minutes = "0"] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(shown) ?? [];
    return (sign === "-" ? -1 : 1) * (Number(hours) * 3_600 + Number(minutes) * 60);
  };
  const offsets: number[] = [];
  for (let at = from, offset = ask(from); at < until; at += 2 * half) {
    const next = ask(at + 2 * half);
    offsets.push(offset, next === offset ? offset : ask(at + half));
    offset = next;
  }
  const clocks = { from, offsets };
  known.set(key, clocks);
  return clocks;
}
