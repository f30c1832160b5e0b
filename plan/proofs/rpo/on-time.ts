import type { EventSchedule, KeptDataset, Plan, PointBackup } from "../../schema/index.js";
import { type Duration, humanSeconds, seconds } from "../../units.js";
import type { Finding } from "../finding.js";
import { pointer } from "../patched.js";
import { eventUpload } from "./runs.js";

/** A backup that an event makes, and its place in the plan. */
interface MadeByEvent {
  readonly plan: Plan;
  readonly name: string;
  readonly dataset: KeptDataset;
  readonly backup: PointBackup;
  readonly schedule: EventSchedule;
  readonly index: number;
}

/** `schedule/within`: what an event makes can be stored within the time that is promised for it. */
export function onTime({ plan, name, dataset, backup, schedule, index }: MadeByEvent): Finding[] {
  const { within, on } = schedule;
  const { once, twice } = eventUpload(plan, dataset, backup);
  if (twice <= seconds(within)) return [];
  const never = once.seconds > seconds(within);
  const enough = asDuration(twice);
  const sum = `${once.what} = ${humanSeconds(once.seconds)}`;
  return [
    {
      ...{ rule: "schedule/within", severity: never ? "error" : "warning" },
      at: `datasets.${name}.backups[${index}].schedule.within`,
      message: never
        ? `no ${backup.kind} of "${name}" that is made on ${on} is stored within ${within}: its upload alone takes longer`
        : `a ${backup.kind} of "${name}" that is made on ${on} while another is uploaded is stored later than within ${within}`,
      arithmetic: never
        ? sum
        : `${sum}, and as long again for the one that is under way: ${humanSeconds(twice)}`,
      fix: {
        sentence: `set within: "${enough}" or more, upload faster, or write to fewer copies directly`,
        patch: [
          {
            op: "replace",
            path: pointer("datasets", name, "backups", index, "schedule", "within"),
            value: enough,
          },
        ],
      },
    },
  ];
}

/** The shortest duration of whole seconds that is enough, in the largest unit that says it. */
function asDuration(least: number): Duration {
  const whole = Math.ceil(least);
  if (whole % 3_600 === 0) return `${whole / 3_600}h`;
  return whole % 60 === 0 ? `${whole / 60}m` : `${whole}s`;
}
