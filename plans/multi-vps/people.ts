import type { PlanInput } from "../../plan/index.js";

/** Who does what. */
export const people = {
  operations: { title: "Operations", reach: "ops@mesh.test", duties: ["answers alerts", "drills"] },
  platform: { title: "Platform team", reach: "platform@mesh.test", duties: ["authentication", "chain"] },
  publishing: { title: "Publishing team", reach: "publishing@mesh.test", duties: ["content", "marketing"] },
  security: { title: "Security", reach: "security@mesh.test", duties: ["keys", "wallets"] },
  director: {
    title: "Director",
    reach: "+49 30 0000000",
    duties: ["declares a catastrophe", "informs users"],
  },
} satisfies PlanInput["people"];

/** Who is called, one after the other. */
export const escalation = ["operations", "platform", "security", "director"];

/** What others do for us, and what happens while they do not. */
export const dependencies = {
  hetzner: {
    what: "Servers in Europe",
    impact: "the primary is gone; America takes over",
    contact: "console.hetzner.com",
  },
  digitalocean: {
    what: "Servers in America",
    impact: "the first standby is gone",
    contact: "cloud.digitalocean.com",
  },
  vultr: { what: "Servers in Asia", impact: "the second standby is gone", contact: "my.vultr.com" },
  registrar: { what: "Domain", impact: "the name cannot be moved to other name servers" },
  dns: { what: "Name servers and failover", impact: "users stay with the lost region" },
  cdn: { what: "Content delivery", impact: "pages are slower" },
  payments: { what: "Payment processor", impact: "nobody can pay" },
  email: { what: "E-mail delivery", impact: "neither sign-in mails nor newsletters leave" },
} satisfies PlanInput["dependencies"];
