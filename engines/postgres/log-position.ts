import { EngineError } from "../errors.js";

/** Bytes of a segment: PostgreSQL's default, and the only size that `initdb` is asked for. */
export const segmentBytes = 0x1000000n;

/** A position in the log, `16/B374D848`, as a number. */
export function position(lsn: string): bigint {
  const [, high, low] = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(lsn) ?? [];
  if (!high || !low) throw new EngineError(`"${lsn}" is no position in a write-ahead log`, 3);
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/** A number as a position in the log. */
export const lsnOf = (at: bigint): string =>
  `${(at >> 32n).toString(16)}/${(at & 0xffffffffn).toString(16)}`.toUpperCase();

/** Names of the segments of a timeline that hold `[from, to)`. */
export function segmentNames(timeline: number, from: bigint, to: bigint): string[] {
  const hex = (value: bigint) => value.toString(16).toUpperCase().padStart(8, "0");
  const found: string[] = [];
  for (let at = from - (from % segmentBytes); at < to; at += segmentBytes)
    found.push(`${hex(BigInt(timeline))}${hex(at >> 32n)}${hex((at & 0xffffffffn) / segmentBytes)}`);
  return found;
}

/** First position of the segment with this name. */
export const segmentStart = (name: string): bigint =>
  (BigInt(`0x${name.slice(8, 16)}`) << 32n) | (BigInt(`0x${name.slice(16)}`) * segmentBytes);

/** Log file and segment of a position, as they stand in the name of its segment on any timeline. */
export const segmentAt = (at: bigint): string => segmentNames(0, at, at + 1n)[0]?.slice(8) ?? "";
