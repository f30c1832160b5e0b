import { z } from "zod";

import { because, duration, name, someSize } from "./fields.js";

/** What is promised. */

/**
 * What can go wrong: somebody deletes the wrong thing; a database and its disks are gone; so is all in one region
 * or at one location; an account is closed or taken over; a provider is gone.
 */
export const disasters = ["operator-error", "database", "region", "account", "provider"] as const;
export type Disaster = (typeof disasters)[number];

/** What has to work again within its time. */
export const scopes = [
  "service",
  "certificates",
  "database",
  "node",
  "cluster",
  "region",
  "catastrophe",
] as const;
export type Scope = (typeof scopes)[number];

/** A disaster for which nothing is promised, by decision. */
const accepted = z.strictObject({ accepted: because("why this loss is accepted") });
const loss = z.union([duration, accepted], {
  error: 'expected a duration such as "5m", or { accepted: "why this loss is accepted" }',
});

const rpoByDisaster = z.partialRecord(z.enum(disasters), loss);

export const objectives = z.strictObject({
  /** The most that may be lost, in time, in any disaster that `rpoBy` does not name. */
  rpo: duration,
  rpoBy: rpoByDisaster.default({}),
  /** Until it works again, for each scope that is promised. */
  rto: z.partialRecord(z.enum(scopes), duration),
  /** Objectives of classes of data. */
  classes: z.record(name, z.strictObject({ rpo: duration, rpoBy: rpoByDisaster.default({}) })).default({}),
});

/**
 * How long the steps of a recovery take here. The defaults are guesses on the slow side; a drill replaces them.
 */
export const recovery = z
  .strictObject({
    /** Somebody notices what no check sees. */
    notice: duration.default("5m"),
    /** Somebody looks and decides. */
    decision: duration.default("10m"),
    /** Infrastructure, images, Pods and volumes, where they do not run yet. */
    provisioning: duration.default("3m"),
    /** Restored onto disks, for each second. */
    restore: someSize.default("100MiB"),
    /** Read and compared, for each second. */
    verification: someSize.default("100MiB"),
    /** Log fetched and replayed, for each second. */
    replay: someSize.default("64MiB"),
    /** Drill or rehearsal that these figures come from. @default guesses */
    measured: z.strictObject({ by: z.string().min(1), on: z.iso.date() }).optional(),
  })
  .prefault({});

export type Loss = z.output<typeof loss>;
