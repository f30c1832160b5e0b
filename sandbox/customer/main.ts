import { parseArgs } from "node:util";

import { SandboxInputError } from "../errors.js";
import { type LaneOptions, runLane, type Send, throughService } from "./lane.js";
import { LedgerWriter, now } from "./ledger.js";
import { openTransaction, overridingSession } from "./sessions.js";
import { lookup, Transport } from "./transport.js";

/**
 * A customer as a process; `program.ts` documents the options. Writes until SIGTERM or SIGINT, then finishes
 * the write under way.
 */
const { values: given } = parseArgs({
  options: {
    name: { type: "string", default: "customer" },
    mode: { type: "string", default: "service" },
    url: { type: "string" },
    address: { type: "string" },
    resolver: { type: "string" },
    ledger: { type: "string" },
    seed: { type: "string" },
    rows: { type: "string", default: "0" },
    lanes: { type: "string", default: "1" },
    lane: { type: "string", default: "" },
    from: { type: "string", default: "1" },
    rate: { type: "string", default: "20" },
    hold: { type: "string", default: "60" },
  },
});

const population = { seed: required("seed"), rows: count("rows", 0), lanes: count("lanes", 1) };
const url = new URL(given.url ?? "http://service");
const resolve = lookup(given.resolver);
const fixed = given.address;
const find = fixed ? async () => fixed : () => resolve(url.hostname);
const ledger = new LedgerWriter(required("ledger"));
const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());

ledger.append({ type: "start", name: given.name, ...population, ...now() });
const lanes =
  given.lane === "" ? Array.from({ length: population.lanes }, (_, lane) => lane) : [count("lane", 0)];
await Promise.all(
  lanes.map((lane) => {
    const transport = new Transport(url);
    const options: LaneOptions = {
      population,
      lane,
      from: count("from", 1),
      rate: Number(given.rate),
      ledger,
      find,
      send: sender(transport),
      stop: stop.signal,
    };
    return runLane(options).finally(() => transport.close());
  }),
);
ledger.close();
// A session that no longer answers would keep the process.
process.exit(0);

function sender(transport: Transport): Send {
  switch (given.mode) {
    case "service":
      return throughService(transport);
    case "override":
      return overridingSession();
    case "open-transaction": {
      const send = openTransaction(count("hold", 0));
      return (...write) => send(...write).finally(() => stop.abort());
    }
    default:
      throw new SandboxInputError(
        `customer: mode must be service, override or open-transaction, got "${given.mode}"`,
      );
  }
}

function required(option: "seed" | "ledger"): string {
  const value = given[option];
  if (!value) throw new SandboxInputError(`customer: --${option} is missing`);
  return value;
}

function count(option: "rows" | "lanes" | "lane" | "from" | "hold", least: number): number {
  const value = Number(given[option]);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new SandboxInputError(
    `customer: --${option} must be a whole number from ${least}, got "${given[option]}"`,
  );
}
