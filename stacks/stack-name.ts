import type { Plan } from "../plan/index.js";

/** Name of the stack that plays a role for a plan: `chat-backup`, `chat-standby-oregon`, `chat-dns`. */
export function stackName(plan: Plan, role: "backup" | "standby" | "dns", site?: string): string {
  return [plan.name, role, site].filter((part) => part !== undefined).join("-");
}
