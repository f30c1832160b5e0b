const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** A number of bytes as people read it: `31457280` is `30.0 MiB`. */
export function humanBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 2 ** (10 * power)).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}
