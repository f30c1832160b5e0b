import type { CommandModule } from "../command.js";
import type { FailoverPlan } from "../failover/failover.js";
import type { FailoverLook, Holder } from "../failover/look.js";
import type { Tell } from "../failover/phases.js";
import { metricsOption } from "../options.js";

/** `secondsite failover`: one human decision, one command that can be run again. */
export const failover: CommandModule = {
  register(program, done) {
    program
      .command("failover <plan>")
      .description(
        "Makes a standby take over: deploys it, waits for lease, restore and verification, sees DNS follow.",
      )
      .requiredOption("--to <site>", "standby that takes over")
      .option("--yes", "act; without it only what would happen is shown", false)
      .option("--wait <seconds>", "longest the site may take to open after its deployment", "900")
      .addOption(metricsOption())
      .option("--json", "print each phase as a line of JSON", false)
      .addHelpText(
        "after",
        "\nExit codes: 0 the site has taken over (or could, where it was only looked), 1 it could not, 2 bad input, 3 it did not open or DNS did not follow.\n\nExample:\n  $ secondsite failover plans/kubernetes-chat.ts --to oregon        # look\n  $ secondsite failover plans/kubernetes-chat.ts --to oregon --yes  # act",
      )
      .action(async (path, { to, yes, wait, metrics, json }) => {
        const { loadPlan } = await import("../../plans/load.js");
        const { secondsGiven } = await import("../options.js");
        const { planFailover, failover: act } = await import("../failover/failover.js");
        const patience = secondsGiven("--wait", wait);
        const intended = planFailover(await loadPlan(path), to);
        if (!yes) {
          const { lookAtFailover } = await import("../failover/look.js");
          const seen = { ...intended, ...(await lookAtFailover(intended)) };
          process.stdout.write(json ? `${JSON.stringify({ ...seen, plan: seen.plan.name })}\n` : shown(seen));
          done(seen.obstacles.length > 0 ? 1 : 0);
          return;
        }
        const startedAt = performance.now();
        const tell: Tell = (phase, detail) => {
          const at = new Date().toISOString();
          const elapsed = `${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s`;
          process.stdout.write(
            json
              ? `${JSON.stringify({ phase, at, detail })}\n`
              : `${elapsed}  ${phase.padEnd(8)} ${detail}\n`,
          );
        };
        const { recorded } = await import("../operation/recorded.js");
        const { plan, stack } = intended;
        await recorded(
          { plan, name: "failover", site: to, metricsFile: metrics },
          () => act(intended, tell, patience),
          () => ({ details: { stack } }),
        );
        done(0);
      });
  },
};

function holderShown(holder: Holder | undefined, ttl: string | undefined): string {
  if (!holder) return "nobody holds a lease";
  if ("unknown" in holder)
    return `unknown, because the witness does not answer (${holder.unknown}); the site opens only once it does`;
  return `"${holder.site}" holds epoch ${holder.epoch}; it loses it once it has not renewed for ${ttl}`;
}

function shown({ plan, to, stack, holders, obstacles, floorSeconds }: FailoverPlan & FailoverLook): string {
  const leases = Object.entries(holders).map(
    ([dataset, holder]) => `  ${dataset}: ${holderShown(holder, plan.lease?.ttl)}`,
  );
  return [
    `Taking over plan "${plan.name}" at "${to}" would:`,
    `  deploy stack ${stack} with mode=active`,
    "  restore each dataset from that site's own copy, to the newest point it holds",
    "  take each lease's next epoch, verify, and open the site",
    "Leases:",
    ...leases,
    `DNS answers the new site ${floorSeconds} s after the start at the earliest.`,
    ...(obstacles.length > 0
      ? ["It would not get that far now:", ...obstacles.map((each) => `  ${each}`)]
      : []),
    `  try: secondsite failover <plan> --to ${to} --yes`,
    "",
  ].join("\n");
}
