import {
  append,
  auditLog,
  binlog,
  bucket,
  configuration,
  copy,
  cron,
  every,
  files,
  logical,
  mysql,
  on,
  type Plan,
  parsePlan,
  physical,
  pki,
  postgres,
  raft,
  rebuildable,
  replica,
  service,
  snapshot,
  sqlite,
  versions,
  wal,
  wallet,
} from "../../plan/index.js";
import {
  alerts,
  identities,
  keys,
  oneProvider,
  people,
  twoRegions,
} from "../../plan/proofs/testing/two-regions.js";

/** What a generated plan is like. */
export interface Wanted {
  readonly datasets: number;
  /** Of how many datasets one misses its objectives, so that a repair has to be found. @default none does */
  readonly brokenEach?: number;
}

const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Tokyo"] as const;
const runners = ["kubernetes", "systemd", "github-actions"] as const;
const direct = ["east", "west"];
const replicated = ["apart"];
const atStandby = [
  "state",
  "state-secrets",
  "registry",
  "control-plane",
  "secrets",
  "identity",
  "sign-on",
] as const;

/**
 * A plan with so many datasets of every kind, each with its own schedule by one of three runners in one of five time
 * zones. The same numbers give the same plan.
 *
 * @throws InvalidPlan when the schema has changed and this has not
 */
export function generatedPlan({ datasets: count, brokenEach = Number.POSITIVE_INFINITY }: Wanted): Plan {
  const names = Array.from({ length: count }, (_, index) => `data-${index}`);
  return parsePlan({
    name: "generated",
    objectives: {
      rpo: "5d",
      rpoBy: oneProvider,
      rto: { service: "2h", database: "4d", region: "8d" },
      classes: {
        strict: { rpo: "1h", rpoBy: oneProvider },
        loose: { rpo: "22d", rpoBy: oneProvider },
      },
    },
    identities,
    keys,
    sites: twoRegions("active"),
    datasets: Object.fromEntries(
      names.map((name, index) => [name, dataset(index, index % brokenEach === brokenEach - 1)]),
    ),
    services: services(names),
    closure: {
      ...Object.fromEntries(atStandby.map((need) => [need, { at: ["west"], outside: "sealed envelopes" }])),
      plugins: { outside: "kit" },
      packages: { outside: "kit" },
    },
    people,
    drills: [
      { kind: "integrity", every: "1d", owner: "ada", last: "2026-11-20" },
      { kind: "restore", every: "30d", owner: "bob", last: "2026-11-10" },
      { kind: "region", every: "91d", owner: "bob", last: "2026-11-10" },
      { kind: "service", every: "30d", owner: "bob", last: "2026-11-10" },
    ],
    alerts: [...alerts, { on: "lag", to: ["ada"] }],
  });
}

/** A service for each ten datasets; each waits for an earlier one. */
const services = (names: readonly string[]) =>
  Object.fromEntries(
    Array.from({ length: Math.ceil(names.length / 10) }, (_, index) => [
      `service-${index}`,
      service({
        image: `service-${index}`,
        needs: names.slice(index * 10, index * 10 + 10),
        critical: index % 4 === 0,
        after: index > 0 ? [`service-${Math.floor((index - 1) / 2)}`] : [],
      }),
    ]),
  );

/** One dataset of each kind in turn. A broken one has all its copies in the region that it lives in. */
function dataset(index: number, broken: boolean) {
  const copies = broken ? { direct: ["east"] } : { direct, replicated };
  const strict = { class: "strict" } as const;
  const common = {
    at: "east",
    category: `category-${index % 20}`,
    owner: index % 2 === 0 ? "ada" : "bob",
    size: `${1 + (index % 7)}GiB`,
    changes: "100MiB",
    // To an earlier one, so that no circle comes about.
    references: index % 3 === 0 && index > 0 ? [{ to: `data-${Math.floor(index / 3)}` }] : [],
  } as const;
  const daily = cron(`${index % 60} ${Math.floor(index / 60) % 24} * * *`, {
    timeZone: zones[index % zones.length] ?? "UTC",
    runner: runners[Math.floor(index / zones.length) % runners.length] ?? "systemd",
  });
  const point = { schedule: daily, keep: "30d", ...copies } as const;
  const stream = { within: "5m", keep: "7d", ...copies } as const;
  const change = { schedule: on("change", "10m"), keep: { versions: 10 }, ...copies } as const;
  const path = `/srv/data-${index}`;
  const database = `data_${index}`;
  const makers = [
    () =>
      postgres({ ...common, ...strict, database, backups: [physical(point), wal(stream), logical(point)] }),
    () => mysql({ ...common, ...strict, database, backups: [logical(point), binlog(stream)] }),
    () => sqlite({ ...common, path, backups: [copy({ ...point, schedule: every("6h") })] }),
    () =>
      files({ ...common, path, backups: [copy({ ...point, schedule: cron(`${index % 60} */6 * * *`) })] }),
    () => bucket({ ...common, ...strict, bucket: `data-${index}`, backups: [versions(stream), copy(point)] }),
    () =>
      configuration({
        ...common,
        ...strict,
        source: { kind: "git", reference: path },
        backups: [copy(change)],
      }),
    () => auditLog({ ...common, ...strict, path, head: "west", backups: [append(stream)] }),
    () => raft({ ...common, path, backups: [snapshot(point)] }),
    () => pki({ ...common, backups: [copy(change)] }),
    () => wallet({ ...common, path, backups: [copy({ ...change, keep: "forever" })] }),
    () =>
      postgres({
        ...common,
        class: "loose",
        database,
        runs: "server",
        backups: [
          logical({ ...point, schedule: cron(`${index % 60} 3 * * ${index % 7}`) }),
          replica({ to: "west", lag: "1m" }),
        ],
      }),
    () => rebuildable({ reason: "filled again on first use" }),
  ];
  return (makers[index % makers.length] ?? makers[0])?.();
}
