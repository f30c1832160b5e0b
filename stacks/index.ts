import { settings } from "./settings.js";

/**
 * One Pulumi project, several programs; the stack's `secondsite:role` picks one.
 * Each is imported only when it runs: loading SDKs is most of a preview's time.
 */
const programs = {
  backup: () => import("./backup.js"),
  standby: () => import("./standby.js"),
  dns: () => import("./dns.js"),
  restore: () => import("./restore.js"),
} as const;

const given = await settings(Object.keys(programs));
const { program } = await programs[given.role as keyof typeof programs]();
export const outputs = program(given);
