import { join } from "node:path";

import { execa } from "execa";

import { names, postgresDatasets } from "../../plan/index.js";
import { type CustomerOptions, customer } from "../customer/index.js";
import { worldMark } from "../world/launch.js";
import { networkHandle } from "../world/network.js";
import { kubectl } from "./kubectl.js";
import type { GoodDay } from "./model.js";
import { until } from "./until.js";

/** Customers inside the primary's region. */
export interface LocalCustomers {
  readonly ledgers: readonly string[];
  /** Address of the database that sessions write to. */
  readonly database: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts those whom a cut link doesn't stop: one writes through the service beside it, one in a database session
 * that overrides every read-only setting, one in a transaction that it leaves open.
 *
 * @param hold seconds until the open transaction commits.
 */
export async function localCustomers(day: GoodDay, hold: number): Promise<LocalCustomers> {
  const { world, plan, dataset, primary, population, workspace } = day;
  const namespace = names.namespace(plan);
  const get = (...args: string[]) => kubectl(world, primary.region, "get", ...args, "--namespace", namespace);
  const [database, password] = await Promise.all([
    get("service", dataset, "--output", "jsonpath={.spec.clusterIP}"),
    get("secret", names.datasetSecret(dataset), "--output", "jsonpath={.data.app-password}"),
  ]);
  const env = {
    PGUSER: "app",
    PGDATABASE: postgresDatasets(plan).find(([name]) => name === dataset)?.[1].database ?? "",
    PGPASSWORD: Buffer.from(password, "base64").toString("utf8").trim(),
    // The connection is encrypted; whose certificate it is matters to no test of fencing.
    PGSSLMODE: "no-verify",
  };
  const common = { ...population, rate: 10 };
  const ledger = (name: string) => join(workspace.folder, `ledger-${name}.jsonl`);
  const customers: CustomerOptions[] = [
    {
      ...common,
      name: "beside",
      url: `http://${plan.dns?.name}`,
      address: primary.service,
      lane: 1,
      ledger: ledger("beside"),
    },
    {
      ...common,
      name: "override",
      mode: "override",
      address: database,
      lane: 2,
      ledger: ledger("override"),
      env,
    },
    {
      ...common,
      name: "open-transaction",
      mode: "open-transaction",
      address: database,
      lane: 3,
      hold,
      ledger: ledger("open-transaction"),
      env,
    },
  ];
  const running = await Promise.all(customers.map((options) => start(day, options)));
  return {
    ledgers: customers.map((options) => options.ledger),
    database,
    stop: async () => {
      await Promise.all(running.map((end) => end()));
    },
  };
}

/** Starts a customer in the primary's network; it is the rehearsal's own and in no record of the region's programs. */
async function start(
  { world, primary, signal }: GoodDay,
  options: CustomerOptions,
): Promise<() => Promise<void>> {
  const program = customer(options);
  const place = world.places.regions.find(({ region }) => region === primary.region);
  const [mark = "", value = ""] = worldMark(world.spec.name).split("=");
  const child = execa("nsenter", [`--net=${networkHandle(place?.namespace ?? "")}`, "--", ...program.argv], {
    env: { ...program.env, [mark]: value },
    stdin: "ignore",
    reject: false,
    cancelSignal: signal,
  });
  await until(async () => ((await program.ready?.()) ? true : undefined), {
    what: `customer "${options.name}" to write`,
    within: 60,
    signal,
  });
  return async () => {
    child.kill("SIGTERM");
    await child;
  };
}
