/** A length of time, for example `"90s"`, `"5m"`, `"24h"`, `"90d"`. Days are 24 hours, weeks 7 days, years 365 days. */
export type Duration = `${number}${"ms" | "s" | "m" | "h" | "d" | "w" | "y"}`;

/** An amount of data, for example `"10GiB"`. */
export type Size = `${number}${"B" | "KiB" | "MiB" | "GiB" | "TiB"}`;

const secondsPer = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800, y: 31_536_000 } as const;
const bytesPer = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

/** A thousand years: more is a slip of the finger. */
const longest = 1_000 * secondsPer.y;

/** A zebibyte: more is a slip of the finger, and far more is no number any longer. */
const largest = 2 ** 70;

/** What a duration looks like. */
export const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)$/;
/** What a size looks like. */
export const sizePattern = /^(\d+(?:\.\d+)?)(B|KiB|MiB|GiB|TiB)$/;

/** Whether `text` is a duration. */
export function isDuration(text: unknown): text is Duration {
  return typeof text === "string" && durationPattern.test(text) && seconds(text as Duration) <= longest;
}

/** Whether `text` is a size. */
export function isSize(text: unknown): text is Size {
  return typeof text === "string" && sizePattern.test(text) && bytes(text as Size) <= largest;
}

/** A plan says the same few durations thousands of times. */
const lengths = new Map<Duration, number>();
const mostLengths = 10_000;

/** Seconds in a duration. */
export function seconds(duration: Duration): number {
  const known = lengths.get(duration);
  if (known !== undefined) return known;
  const [, amount, unit] = durationPattern.exec(duration) ?? [];
  if (!amount || !unit)
    throw new RangeError(`not a duration: "${duration}"; write for example "5m" or "90d"`);
  const length = Number(amount) * secondsPer[unit as keyof typeof secondsPer];
  if (lengths.size >= mostLengths) lengths.clear();
  lengths.set(duration, length);
  return length;
}

/** Bytes in a size. */
export function bytes(size: Size): number {
  const [, amount, unit] = sizePattern.exec(size) ?? [];
  if (!amount || !unit) throw new RangeError(`not a size: "${size}"; write for example "10GiB"`);
  return Math.round(Number(amount) * bytesPer[unit as keyof typeof bytesPer]);
}

/** A number of seconds as people write it: `5400` is `1h 30m`. */
export function humanSeconds(total: number): string {
  if (total < 1) return `${Math.round(total * 1_000)}ms`;
  const parts: string[] = [];
  let rest = Math.round(total);
  for (const unit of ["d", "h", "m", "s"] as const) {
    const whole = Math.floor(rest / secondsPer[unit]);
    if (whole > 0) parts.push(`${whole}${unit}`);
    rest -= whole * secondsPer[unit];
  }
  return parts.join(" ");
}
