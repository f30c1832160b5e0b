import type { FoundPoint } from "../../engines/sealed/points.js";

/** A sealed point in JSON: which copy has it, its name, and the moment that it holds. */
export const named = ({ copy, point, at }: FoundPoint) => ({ site: copy.site, label: point.label, at });

/** A chosen point for people: where it comes from, and how well it is known to be good. */
export function fromLine({ copy, point, verification }: FoundPoint): string {
  const verified = verification
    ? `verified ${verification.at}, ${verification.level}${verification.deeper ? `, and ${verification.deeper.level} ${verification.deeper.at}` : ""}`
    : "never verified before";
  return `  from      ${point.label} at ${copy.site}, ${verified}`;
}

/** What to try when that one fails, for people. */
export const otherwiseLine = ([other]: readonly FoundPoint[]): string =>
  `  otherwise ${other ? `${other.point.label} at ${other.copy.site}, of ${other.at}` : "there is no other point"}`;
