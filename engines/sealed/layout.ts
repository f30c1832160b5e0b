import { names } from "../../plan/index.js";

/** Where sealed points lie in a copy: `points/<dataset>/<kind>/<label>/`, a folder each. */

/** Start of the keys of every point of a kind. */
export const kindPrefix = (dataset: string, kind: string): string => `${names.pointsPrefix(dataset)}${kind}/`;

/** Start of the keys of one point's parts. */
export const pointPrefix = (dataset: string, kind: string, label: string): string =>
  `${kindPrefix(dataset, kind)}${label}/`;

/** The part in which the engine describes its point: what it says may be as private as the data. */
export const descriptionPart = "point.json";
