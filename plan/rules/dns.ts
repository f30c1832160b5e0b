import type { CheckablePlan } from "../checkable.js";
import type { Problem } from "../errors.js";
import { isDuration, seconds } from "../units.js";
import { unknownName } from "./names.js";

/**
 * The shortest seconds from one health check to the next that can be subscribed to at Cloudflare: "Minimum time in
 * seconds is 60 (Pro), 15 (Business), and 10 (Enterprise)",
 * https://developers.cloudflare.com/learning-paths/load-balancing/setup/create-monitor (read 2026-11-21).
 */
const cloudflareIntervals: Readonly<Record<string, number>> = { pro: 60, business: 15, enterprise: 10 };

/**
 * Route 53 checks every 10 or 30 seconds and nothing else: `RequestInterval`,
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html.
 */
const route53Intervals = [10, 30];

/** The checked name lies in its zone, its checks are ones that the provider makes, and a lease stands behind it. */
export function dnsRules({ dns, services, lease }: CheckablePlan): Problem[] {
  if (!dns) return [];
  const problems = unknownName("service", "dns.service", dns.service, services);
  const { name, zone } = dns;
  if (name !== undefined && zone !== undefined && name !== zone && !name.endsWith(`.${zone}`))
    problems.push({ at: "dns.name", message: `must lie inside the zone "${zone}", got "${name}"` });
  if (!lease)
    problems.push({
      at: "lease",
      message: "DNS that fails over needs a lease, or two sites could write at once; add lease: { witness }",
    });
  return [...problems, ...intervals(dns)];
}

function intervals({ provider, subscription, check }: NonNullable<CheckablePlan["dns"]>): Problem[] {
  const { every } = check;
  if (!isDuration(every)) return [];
  const at = "dns.check.every";
  const given = seconds(every);
  const shortest = provider === "cloudflare" ? cloudflareIntervals[subscription] : undefined;
  if (shortest !== undefined && given < shortest)
    return [
      {
        at,
        message: `Cloudflare checks no oftener than every ${shortest}s with the subscription "${subscription}", got "${every}"; write "60s", or name a subscription that allows it`,
      },
    ];
  if (provider === "route53" && !route53Intervals.includes(given))
    return [{ at, message: `Route 53 checks every "10s" or "30s", got "${every}"` }];
  return [];
}
