import { auditLogs } from "../audit.js";
import type { Finding, Proof } from "./finding.js";
import { holds, listed, risk } from "./holdings.js";

/**
 * The end of every audit log is held at another site: whoever cuts it where it lies is noticed.
 *
 * A category's records stay among its own vaults, where its jobs may write and its data may be: a category that is
 * written to one site alone has nowhere else to anchor its log.
 */
export const auditEnds: Proof = (plan) => {
  const alone = new Map<string, string[]>();
  for (const { site, category, anchors } of auditLogs(plan))
    if (!anchors) alone.set(site, [...(alone.get(site) ?? []), category]);
  const found = [...alone].map(([site, categories]) => notHeld(site, categories));
  const total = auditLogs(plan).length;
  if (found.length > 0 || total === 0) return found;
  return [
    holds("copies/audit-log", "datasets", {
      message: "whoever cuts an audit log at its end is noticed",
      arithmetic: `the ends of ${total === 1 ? "the log" : `all ${total} logs`} are held at other sites`,
    }),
  ];
};

const notHeld = (site: string, categories: readonly string[]): Finding =>
  risk(
    "copies/audit-log",
    `sites.${site}`,
    {
      message: `nobody would notice if the audit log of ${listed(categories)} were cut at its end`,
      arithmetic: `jobs write ${categories.length === 1 ? "that category" : "each of these categories"} to "${site}" alone: no other site holds the end of its log`,
    },
    {
      sentence:
        "write a backup directly to another site too, or note elsewhere what secondsite audit says of the last record",
    },
  );
