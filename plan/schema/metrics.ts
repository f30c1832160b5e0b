import { z } from "zod";

import { shown } from "./fields.js";

/** What operations measured, for Prometheus. */
export const metrics = z
  .strictObject({
    /** How every metric's name begins: with `"chat_"` there is a `chat_backup_last_success_timestamp`. */
    prefix: z
      .string()
      .regex(/^[A-Za-z_](?:[A-Za-z0-9_]*[A-Za-z0-9])?_$/, {
        error: ({ input }) =>
          `expected letters, digits and underscores, ending in one underscore, such as "chat_", got ${shown(input)}`,
      })
      .default("secondsite_"),
    /**
     * Address of a Pushgateway that jobs push to, whose Pods are gone before anybody could ask them. The plan is read
     * by many: an address with a password belongs into `SECONDSITE_METRICS_PUSH_URL`. @default none
     */
    push: z
      .string()
      .regex(/^https?:\/\/[^\s@]+$/, {
        error: "expected an http(s) address without a user in it",
      })
      .optional(),
  })
  .prefault({});
