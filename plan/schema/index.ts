import { z } from "zod";

import { dataset } from "./datasets.js";
import { name } from "./fields.js";
import { access, alert, closure, dependency, drill, identities, keys, person, waiver } from "./governance.js";
import { metrics } from "./metrics.js";
import { objectives, recovery } from "./objectives.js";
import { dns, lease, service } from "./services.js";
import { site } from "./sites.js";

/**
 * The plan's shape: one schema gives the types, the defaults and the JSON Schema.
 *
 * Unknown fields are refused everywhere: a misspelt `retentoin` must not silently mean "default".
 * What no single field can say (names that have to exist, sites that have to differ) is in `rules/`.
 */
export const planSchema = z.strictObject({
  name,
  /** Globally unique start of bucket names. @default the plan's name */
  bucketPrefix: name.optional(),
  /** The document that this plan carries out. */
  source: z.string().optional(),
  objectives,
  recovery,
  /** Needed as soon as anything is created at AWS. */
  identities: identities.optional(),
  keys,
  closure,
  access,
  sites: z.record(name, site),
  datasets: z.record(name, dataset),
  services: z.record(name, service).default({}),
  dns: dns.optional(),
  lease: lease.optional(),
  alerts: z.array(alert).default([]),
  metrics,
  drills: z.array(drill).default([]),
  people: z.record(name, person).default({}),
  /** Who is called, in this order; see `people`. */
  escalation: z.array(z.string()).default([]),
  dependencies: z.record(name, dependency).default({}),
  waivers: z.array(waiver).default([]),
});

export type PlanInput = z.input<typeof planSchema>;
export type Plan = z.output<typeof planSchema>;

export * from "./backups.js";
export * from "./datasets.js";
export * from "./governance.js";
export * from "./objectives.js";
export * from "./retention.js";
export * from "./schedules.js";
export * from "./services.js";
export * from "./sites.js";
