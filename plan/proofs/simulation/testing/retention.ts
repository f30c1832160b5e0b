import type { StoredBackup } from "../../../schema/index.js";
import { length } from "./units.js";

/** Whether something so old is no longer kept: only what is kept by age goes by it. */
export const isGone = ({ keep }: StoredBackup, age: number): boolean =>
  typeof keep === "string" && keep !== "forever" && age > length(keep);
