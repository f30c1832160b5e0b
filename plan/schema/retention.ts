import { z } from "zod";

import { duration, shown } from "./fields.js";

/**
 * How long recovery points are kept. The newest verified one is kept whatever this says. Where a number is kept, safety
 * backups do not count: they stay as long as the oldest that does.
 */

const some = z.int().min(1);

/** By age: every point of the last so long. */
const byAge = duration;
const forever = z.literal("forever");
/** The newest so many points. */
const byCount = z.strictObject({ count: some });
/** The newest so many versions of each object. */
const byVersions = z.strictObject({ versions: some.or(z.literal("all")) });
/**
 * Grandfather, father, son: the last point of each of the newest so many days, ISO weeks, months and years in
 * which there is one. UTC.
 */
const byCalendar = z
  .strictObject({
    daily: some.optional(),
    weekly: some.optional(),
    monthly: some.optional(),
    yearly: some.optional(),
  })
  .refine((kept) => Object.values(kept).some((each) => each !== undefined), {
    error: "expected at least one of daily, weekly, monthly and yearly",
  });

export const retention = z.union([byAge, forever, byCount, byVersions, byCalendar], {
  error: ({ input }) =>
    `expected how long points are kept: "90d", "forever", { count }, { versions } or { daily, weekly, monthly, yearly }, got ${shown(input)}`,
});

export type Retention = z.output<typeof retention>;
