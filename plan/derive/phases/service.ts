import { limits } from "../../limits.js";
import type { Plan } from "../../schema/index.js";
import { primarySite, siteOf, standbySites } from "../../sites.js";
import { humanSeconds, seconds } from "../../units.js";
import type { Phase } from "./graph.js";
import type { Context } from "./sources.js";
import { decision, found, noticing, provisioning } from "./steps.js";
import type { Way } from "./way.js";

/**
 * A service failed: it is restarted, and where that does not help and no other instance serves, deployed anew.
 *
 * With two instances or more the others serve while one is deployed anew; only a restart of all is waited for.
 */
export function service({ plan }: Context): Way[] {
  const checked = new Set(plan.dns ? behind(plan, plan.dns.service) : []);
  return Object.entries(plan.services).flatMap(([subject, { critical, startup, replicas }]) => {
    if (!critical) return [];
    const start = noticed(plan, subject, checked.has(subject));
    const restart: Phase = {
      ...{ name: "restart", what: `restart of ${subject}`, seconds: seconds(startup) },
      ...{ basis: `services.${subject}.startup`, after: [start.at(-1)?.name ?? "notice"] },
    };
    const phases: Phase[] = [...start, restart];
    if (replicas === 1)
      phases.push(provisioning(plan, "it did not help: deployed anew from its image", "restart"), {
        ...restart,
        ...{ name: "start", what: `start of ${subject}`, after: ["provisioning"] },
      });
    phases.push(
      ...found(plan, replicas === 1 ? "start" : "restart", standbySites(plan).length > 0).filter(() =>
        checked.has(subject),
      ),
    );
    return [{ subject, phases, missing: [] }];
  });
}

/** Who notices first: the cluster's probes, the check of DNS, or somebody, who then has to decide as well. */
function noticed(plan: Plan, name: string, checked: boolean): Phase[] {
  const sites = plan.services[name]?.at ?? [primarySite(plan)];
  const probed = sites.every((site) => {
    const where = siteOf(plan, site);
    return where.kind === "aws-region" && where.cluster !== undefined;
  });
  if (probed)
    return [
      {
        ...{ name: "notice", what: `probes of ${name} fail`, seconds: limits.probes.seconds, after: [] },
        basis: `3 probes, 10 s apart: ${humanSeconds(limits.probes.seconds)}`,
      },
    ];
  if (checked) return [noticing(plan, true)];
  return [noticing(plan, false), decision(plan)];
}

/** A service and all that it waits for. */
export function behind(plan: Plan, name: string): string[] {
  const found = new Set<string>();
  const rest = [name];
  for (let each = rest.pop(); each !== undefined; each = rest.pop()) {
    if (found.has(each)) continue;
    found.add(each);
    rest.push(...(plan.services[each]?.after ?? []));
  }
  return [...found];
}
