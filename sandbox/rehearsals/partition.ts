import { setTimeout as sleep } from "node:timers/promises";

import { ports } from "../../plan/index.js";
import { now, readLedger, twoWriters } from "../customer/index.js";
import { WorldError } from "../errors.js";
import { fail, heal, status } from "../world/index.js";
import type { Control } from "./controls/index.js";
import { checkOf, dnsAnswers } from "./dns-answers.js";
import { recordedSince } from "./forbidden.js";
import type { Outcome } from "./judge.js";
import { keeperStatus, monotonic, whenFirst } from "./keeper-status.js";
import { localCustomers } from "./local-customers.js";
import type { GoodDay } from "./model.js";
import { momentOf } from "./moment.js";
import { moment } from "./region-loss.js";
import { archiveInterval } from "./rehearsed-plan.js";
import { query } from "./restored-content.js";
import { takeOver } from "./take-over.js";

/** How long the old primary is watched after the link has returned: long enough for three health checks, seconds. */
const watched = 45;
/** An open transaction tries to commit this long after the link was cut, in seconds: a new epoch has begun by then. */
const held = 180;

/**
 * The primary's link is cut and everything in it runs on: a customer beside it, a session that overrides its
 * settings, a transaction left open. The standby takes over; then the link returns.
 */
export async function partition(quiet: GoodDay, seed: number, control: Control): Promise<Outcome> {
  const { world, primary, standby, timeline, plan, dataset } = quiet;
  await control.beforeFault?.(quiet);
  const hold = Math.ceil(momentOf(seed, archiveInterval(plan, dataset)) + held);
  const local = await timeline.phase("Customers beside the primary write", () => localCustomers(quiet, hold));
  const day: GoodDay = { ...quiet, ledgers: [quiet.ledger, ...local.ledgers] };
  await moment(day, seed);
  const begun = await timeline.phase(`Link of ${primary.region} cut`, async () => {
    const at = now();
    await fail(world.spec.name, primary.region, { linkOnly: true });
    const after = (await status(world.spec.name)).regions.find(({ region }) => region === primary.region);
    if (after?.link !== "down" || after.processes === 0)
      throw new WorldError(
        `the fault was not injected: the link of ${primary.region} is ${after?.link}, ${after?.processes} processes run`,
      );
    return at;
  });
  await control.afterFault?.(day);
  const taken = await takeOver(day, begun, control.beforeVerification);
  // A transaction left open gets its chance to commit.
  await timeline.phase("Old primary alone", () =>
    sleep(Math.max(0, begun.wall + (held + 5) * 1000 - Date.now()), undefined, { signal: day.signal }),
  );
  const recorded = await recordedSince(day, begun.wall);
  await timeline.phase(`Link of ${primary.region} back`, () => heal(world.spec.name, primary.region));
  const unfenced = await timeline.phase("Old primary stays fenced", () => watch(day));
  await Promise.all([day.stopCustomer(), local.stop()]);

  const acquired = taken.keeper && whenFirst(taken.keeper, "lease: acquired");
  const found = twoWriters(day.ledgers.map(readLedger), {
    old: [primary.service, local.database],
    new: [standby.service],
    ...(acquired === undefined ? {} : { epochStart: monotonic(acquired) }),
  });
  const silent = day.ledgers.filter(
    (ledger) =>
      !ledger.includes("open-transaction") &&
      !readLedger(ledger).attempts.some(({ outcome }) => outcome === "committed"),
  );
  return {
    ledgers: day.ledgers,
    taken,
    recorded,
    wrong: [
      ...found.violations
        .slice(0, 1)
        .map(
          ({ writer, number }) =>
            `${found.violations.length} writes were acknowledged by the old primary after the new epoch began, the first by "${writer}" (number ${number})`,
        ),
      ...(found.from === undefined ? ["no new epoch was seen"] : []),
      ...(found.elsewhere > 0 ? [`${found.elsewhere} writes were acknowledged at neither site`] : []),
      ...silent.map((ledger) => `the load never ran: nothing was ever committed in ${ledger}`),
      ...unfenced,
    ],
    details: { fault: begun, twoWriters: { ...found, violations: found.violations.slice(0, 20) } },
  };
}

/** Watches an old primary whose link has returned. @returns what it must not do, each once */
async function watch(day: GoodDay): Promise<string[]> {
  const { primary, standby, signal, plan } = day;
  const wrong = new Set<string>();
  const end = performance.now() + watched * 1000;
  while (performance.now() < end) {
    const [site, check, answers] = await Promise.all([
      fetch(`http://${primary.health}:${ports.keeper}/site`, { signal: AbortSignal.timeout(3000) }).catch(
        () => undefined,
      ),
      checkOf(day, primary),
      dnsAnswers(day, plan.dns?.name ?? ""),
    ]);
    if (site?.status === 200) wrong.add("the old primary's checked endpoint says yes again");
    if (check?.status === "healthy") wrong.add("the old primary's health check says yes again");
    if (answers.includes(primary.service)) wrong.add("DNS answers the old primary again");
    if (!answers.includes(standby.service))
      wrong.add(`DNS answers ${answers.join(", ") || "nothing"} instead of the new primary`);
    await sleep(1000, undefined, { signal });
  }
  const old = await keeperStatus(primary);
  if (!old) wrong.add("the old primary's keeper does not answer");
  if (old?.epoch !== undefined) wrong.add(`the old primary's gate is open in epoch ${old.epoch}`);
  const recovering = await query(day, primary, "SELECT pg_is_in_recovery()").catch(() => "no answer");
  if (recovering !== "t")
    wrong.add(`the old primary's database is no hot standby: asked, it says ${recovering}`);
  return [...wrong];
}
