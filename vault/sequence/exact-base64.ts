import { z } from "zod";

/**
 * Base64 in its only form. Its last digit may have bits that no byte has: changed, they would decode to the same, and a
 * damaged object would pass for the one that was written.
 */
export const exactBase64 = z
  .base64()
  .refine((text) => Buffer.from(text, "base64").toString("base64") === text, "says bits that no byte has");
