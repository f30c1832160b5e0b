import { labelNames, type Sample } from "./definitions.js";
import { exposition, families } from "./exposition.js";
import { post } from "./post.js";

/** Where and how samples are pushed. */
export interface PushOptions {
  /** Address of the Pushgateway, or of something that understands it; may carry user and password. */
  readonly url: string;
  readonly plan: string;
  /** How every metric's name begins. */
  readonly prefix: string;
  /** Tries after the first one, with growing pauses. @default 3 */
  readonly retries?: number;
  /** Longest one try may take, seconds. @default 5 */
  readonly trySeconds?: number;
}

/**
 * Pushes samples, a group for each dataset, kind and site: within a group POST replaces metrics of the same name and leaves
 * the others, so a run that failed does not take away when the last one succeeded.
 *
 * @throws Error that names the address without its password, when it is given up or refused
 */
export async function pushSamples(samples: readonly Sample[], options: PushOptions): Promise<void> {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const path = groupPath(options.plan, sample);
    groups.set(path, [...(groups.get(path) ?? []), sample]);
  }
  await Promise.all([...groups].map(([path, group]) => push(path, group, options)));
}

async function push(path: string, samples: readonly Sample[], options: PushOptions): Promise<void> {
  const { url, prefix, retries, trySeconds } = options;
  const { address, headers } = destination(url, path);
  const body = await exposition(families(prefix, samples));
  await post({
    address,
    headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8", ...headers },
    ...{ body, retries, trySeconds },
  });
}

/** fetch takes no user in an address, and messages must not show one. */
function destination(url: string, path: string): { address: string; headers: Record<string, string> } {
  const given = new URL(url);
  const { username, password } = given;
  given.username = "";
  given.password = "";
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return {
    address: `${given.href.replace(/\/+$/, "")}/metrics/${path}`,
    headers: username === "" ? {} : { authorization: `Basic ${credentials.toString("base64")}` },
  };
}

/** The grouping key; values with a slash, or empty ones, have to be encoded in a path. */
function groupPath(plan: string, { labels }: Sample): string {
  const group = { job: "secondsite", plan, ...labels };
  return ["job", "plan", ...labelNames]
    .flatMap((key) => {
      const value = (group as Record<string, string | undefined>)[key];
      return value === undefined ? [] : [segment(key, value)];
    })
    .join("/");
}

const segment = (key: string, value: string) =>
  value === "" || value.includes("/")
    ? `${key}@base64/${Buffer.from(value).toString("base64url") || "="}`
    : `${key}/${encodeURIComponent(value)}`;
