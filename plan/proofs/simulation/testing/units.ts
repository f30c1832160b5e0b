const lengths: Record<string, number> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};
const sizes: Record<string, number> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** Seconds of a duration, read here so that the simulator shares no arithmetic with the proofs. */
export const length = (text: string): number => read(text, lengths);
/** Bytes of a size. */
export const amount = (text: string): number => read(text, sizes);

function read(text: string, units: Record<string, number>): number {
  const number = Number.parseFloat(text);
  const unit = units[text.replace(/^[\d.]+/, "")];
  if (unit === undefined || Number.isNaN(number)) throw new RangeError(`cannot read "${text}"`);
  return number * unit;
}
