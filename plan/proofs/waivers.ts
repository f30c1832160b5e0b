import type { Plan, Waiver } from "../schema/index.js";
import type { Finding } from "./finding.js";
import { risk } from "./holdings.js";

/**
 * Findings with the plan's waivers applied: an error or a warning that is waived is an `info` that says until when;
 * a waiver that has expired is an error, and what it waived is one again; a waiver that waives nothing is a warning,
 * and so is one for longer than a year. Findings about waivers cannot be waived.
 *
 * A waiver without a place is of every finding of its rule; with one, of those at that place or inside it.
 */
export function withWaivers({ waivers }: Plan, findings: readonly Finding[], asOf: Date): Finding[] {
  if (waivers.length === 0) return [...findings];
  const today = asOf.toISOString().slice(0, 10);
  const broken = findings.filter(({ severity }) => severity !== "info");
  return [
    ...findings.map((finding) => {
      const waiver = waivers.find((each) => each.until >= today && waives(each, finding));
      return waiver && finding.severity !== "info" ? waived(finding, waiver) : finding;
    }),
    ...waivers.flatMap((waiver, index) => judged(waiver, index, broken, today)),
  ];
}

function waives({ rule, at }: Waiver, finding: Finding): boolean {
  if (rule !== finding.rule) return false;
  if (at === undefined || at === finding.at) return true;
  return finding.at.startsWith(at) && /^[.[]/.test(finding.at.slice(at.length));
}

function waived({ fix: _fix, ...finding }: Finding, { until, by, reason }: Waiver): Finding {
  return {
    ...finding,
    severity: "info",
    waived: { until, by },
    message: `waived until ${until} by ${by} (${reason}): ${finding.message}`,
  };
}

function judged(waiver: Waiver, index: number, broken: readonly Finding[], today: string): Finding[] {
  const { rule, at, until } = waiver;
  const place = `waivers[${index}]`;
  const matched = broken.filter((finding) => waives(waiver, finding)).length;
  const where = at === undefined ? "anywhere" : `at ${at}`;
  if (until < today)
    return [
      {
        ...{ rule: "waiver/expired", severity: "error", at: `${place}.until` },
        message: `the waiver of "${rule}" ${where} has expired`,
        arithmetic: `its last day was ${until}, this is ${today}; it would waive ${matched} findings`,
        fix: { sentence: "mend what it waives and take the waiver away, or decide again with a new date" },
      },
    ];
  return [...tooLong(waiver, place, where, today), ...(matched > 0 ? [] : [unused(waiver, place, where)])];
}

/** Days for which something may be accepted before somebody looks again: a year, a leap day included. */
const longest = 366;

function tooLong({ rule, until }: Waiver, place: string, where: string, today: string): Finding[] {
  const days = Math.round((Date.parse(until) - Date.parse(today)) / 86_400_000);
  if (days <= longest) return [];
  const latest = new Date(Date.parse(today) + 365 * 86_400_000).toISOString().slice(0, 10);
  return [
    risk(
      "waiver/long",
      `${place}.until`,
      {
        message: `the waiver of "${rule}" ${where} lasts longer than a year: nobody looks again before ${until}`,
        arithmetic: `${today} to ${until} is ${days} days; a year is ${longest} at most`,
      },
      { sentence: `mend what it waives, or decide again by ${latest} at the latest` },
    ),
  ];
}

function unused({ rule }: Waiver, place: string, where: string): Finding {
  return risk(
    "waiver/unused",
    place,
    {
      message: `the waiver of "${rule}" ${where} waives nothing`,
      arithmetic: `0 errors and warnings of "${rule}" ${where}`,
    },
    { sentence: "take it away, or it will hide what breaks there later" },
  );
}
