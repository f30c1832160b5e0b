import { z } from "zod";

import { clusterOf, names, type Plan, ports } from "../../plan/index.js";
import { siteCluster } from "../restore/cluster.js";

/** One site's own answer to whether users may be sent there. */
export interface SiteStatus {
  readonly site: string;
  readonly serves: boolean;
  readonly reason: string;
}

/** How long a site may take to answer, milliseconds. */
const patience = 5_000;

/** Asks every site with a cluster, at the address that DNS checks; one that is lost hides no other. */
export function siteStatuses(plan: Plan): Promise<SiteStatus[]> {
  if (!plan.dns) return Promise.resolve([]);
  const namespace = names.namespace(plan);
  return Promise.all(
    Object.entries(plan.sites).flatMap(([site, spec]) => {
      if (spec.kind !== "aws-region") return [];
      const { context } = clusterOf(plan, site);
      return ask(() => siteCluster(context, namespace).address("site-health"))
        .then((answer) => ({ site, ...answer }))
        .catch((error: unknown) => ({ site, serves: false, reason: told(error) }));
    }),
  );
}

async function ask(find: () => Promise<string | undefined>): Promise<Omit<SiteStatus, "site">> {
  const address = await within(find(), "its cluster does not answer");
  if (!address) return { serves: false, reason: "it has no address yet" };
  const answer = await fetch(`http://${address}:${ports.keeper}/site`, {
    signal: AbortSignal.timeout(patience),
  });
  const { reason } = z.object({ reason: z.string().default("") }).parse(await answer.json());
  return { serves: answer.status === 200, reason };
}

async function within<T>(asked: Promise<T>, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise)), patience);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** `fetch failed` says nothing; its cause does. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && "code" in cause) return `no keeper answers (${cause.code})`;
  return error.name === "TimeoutError" ? "no keeper answers" : error.message;
}
