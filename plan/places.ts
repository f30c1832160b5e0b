/** Parts of a region that providers number and that share its fate: halls of one park, clusters of one store. */
const parts: Readonly<Record<string, RegExp>> = {
  // "FSN1-DC3" is the third hall at "FSN1": https://wiki.hetzner.de/index.php/Benennung_Rechenzentren (read 2026-11-21).
  hetzner: /-dc\d+$/,
  // The clusters of its object storage: "us-ord-1" is in "us-ord".
  linode: /-\d+$/,
};

/** The place that a provider's name of a region means: `"FSN1-DC14"` is at `"fsn1"`. */
export function placeOf(provider: string, region: string): string {
  const written = region.trim().toLowerCase();
  const part = Object.hasOwn(parts, provider) ? parts[provider] : undefined;
  return part ? written.replace(part, "") : written;
}
