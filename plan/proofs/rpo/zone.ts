/** A stretch of time in which a zone's clocks are not changed. Seconds since 1970. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  /** Added to universal time gives the local. */
  readonly offset: number;
}

/** A time zone over a span of years. */
export interface Zone {
  /** One after the other without a hole; the first begins and the last ends at infinity. */
  readonly stretches: readonly Stretch[];
  /** The stretch that an instant is in. */
  at(instant: number): Stretch;
}

const day = 86_400;
/** No zone changes its clocks twice within so many days. */
const probe = 5 * day;
const zones = new Map<string, Zone>();
const mostZones = 1_000;

/**
 * When a zone's clocks change between two instants (seconds), by the data that comes with the runtime.
 *
 * @throws RangeError when there is no such zone
 */
export function zoneOf(timeZone: string, from: number, until: number): Zone {
  const key = `${timeZone} ${from} ${until}`;
  const known = zones.get(key);
  if (known) return known;
  if (zones.size >= mostZones) zones.clear();
  const zone = follow(timeZone, from, until);
  zones.set(key, zone);
  return zone;
}

function follow(timeZone: string, from: number, until: number): Zone {
  const offsetAt = clockOf(timeZone);
  const stretches: Stretch[] = [];
  let start = Number.NEGATIVE_INFINITY;
  let offset = offsetAt(from);
  for (let before = from; before < until; before += probe) {
    const after = before + probe;
    const next = offsetAt(after);
    if (next === offset) continue;
    const change = firstWith(next, before, after, offsetAt);
    stretches.push({ start, end: change, offset });
    [start, offset] = [change, next];
  }
  stretches.push({ start, end: Number.POSITIVE_INFINITY, offset });
  const [only] = stretches;
  if (only && stretches.length === 1) return { stretches, at: () => only };
  return {
    stretches,
    at: (instant) => {
      const found = stretches.find(({ end }) => instant < end);
      if (!found) throw new RangeError(`no clock of "${timeZone}" shows ${instant}`);
      return found;
    },
  };
}

/** The first second of (before, after] at which the clock is ahead by `next`. */
function firstWith(next: number, before: number, after: number, offsetAt: (at: number) => number): number {
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === next) high = middle;
    else low = middle;
  }
  return high;
}

function clockOf(timeZone: string): (instant: number) => number {
  if (timeZone === "UTC" || timeZone === "Etc/UTC") return () => 0;
  const format = formatOf(timeZone);
  return (instant) => {
    const parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
    for (const { type, value } of format.formatToParts(instant * 1_000))
      if (type in parts) parts[type as keyof typeof parts] = Number(value);
    const { year, month, day: ofMonth, hour, minute, second } = parts;
    return Date.UTC(year, month - 1, ofMonth, hour, minute, second) / 1_000 - instant;
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const numeric = "numeric";
  try {
    return new Intl.DateTimeFormat("en-US", {
      ...{ timeZone, hourCycle: "h23", year: numeric, month: numeric, day: numeric },
      ...{ hour: numeric, minute: numeric, second: numeric },
    });
  } catch (error) {
    throw new RangeError(`"${timeZone}" is no time zone; write for example "Europe/Berlin"`, {
      cause: error,
    });
  }
}
