import { promises as dns } from "node:dns";

import { route53Status } from "../dns/index.js";
import type { CheckStatus } from "../dns/status.js";
import type { SiteView, Stage } from "./model.js";
import { until } from "./until.js";

/** What Route 53 thinks of a site; undefined while it has no check of it. */
export async function checkOf({ world }: Stage, { health }: SiteView): Promise<CheckStatus | undefined> {
  const found = await route53Status(world.places.dns.server);
  return found?.healthChecks.find(({ target }) => target.includes(` ${health}:`));
}

/** Waits until the primary's check says yes and the standby's no: a new check counts as healthy at first. */
export async function waitForDns(
  stage: Stage & { readonly primary: SiteView; readonly standby: SiteView },
): Promise<void> {
  const { primary, standby, signal } = stage;
  await until(
    async () => {
      const [here, there] = await Promise.all([checkOf(stage, primary), checkOf(stage, standby)]);
      return here?.status === "healthy" && there?.status === "unhealthy" ? true : undefined;
    },
    { what: "the primary's health check to say yes and the standby's to say no", within: 180, signal },
  );
}

/**
 * Waits until a name is served: a change takes a moment to be, and who asks before that is told that there is no such
 * name, which a resolver remembers for as long as the zone says.
 */
export async function waitForName(stage: Stage, name: string): Promise<void> {
  const look = async () => ((await dnsAnswers(stage, name)).length > 0 ? true : undefined);
  await until(look, { what: `${name} to be served`, within: 60, signal: stage.signal });
}

/** Addresses that Route 53 answers for a name right now. */
export async function dnsAnswers({ world }: Stage, name: string): Promise<readonly string[]> {
  const resolver = new dns.Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([world.places.dns.server]);
  return resolver.resolve4(name).catch(() => []);
}
