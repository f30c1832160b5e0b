/** A cron expression of five fields, read as Kubernetes' controller reads it. */
export interface Calendar {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** Whether it starts at all on a day, given its month (1 to 12), day of the month and weekday (0 is Sunday). */
  readonly onDay: (month: number, day: number, weekday: number) => boolean;
  /** Whether `onDay` is true whatever the day. */
  readonly everyDay: boolean;
  /** Starts of a day in seconds since midnight, ascending. */
  readonly times: readonly number[];
}

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

interface Field {
  readonly what: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}
const fields = [
  { what: "minute", least: 0, most: 59 },
  { what: "hour", least: 0, most: 23 },
  { what: "day of the month", least: 1, most: 31 },
  { what: "month", least: 1, most: 12, names: monthNames },
  { what: "day of the week", least: 0, most: 6, names: weekdayNames },
] as const satisfies readonly Field[];

interface Values {
  readonly all: ReadonlySet<number>;
  /** A bare star: the field restricts nothing, which decides how days and weekdays combine. */
  readonly star: boolean;
}

/**
 * Reads a cron expression.
 *
 * No library is used: their dialects differ from the controller's (a 7 for Sunday, `L`, how a step on a star combines
 * with weekdays), and what would not start there must not be proved here. Tests compare it with the controller's own.
 *
 * @throws RangeError that says which field is wrong
 */
export function calendarOf(cron: string): Calendar {
  const given = cron.trim().split(/\s+/);
  if (given.length !== fields.length)
    throw new RangeError(`"${cron}" has ${given.length} fields; a cron expression has five`);
  const [minute, hour, day, month, weekday] = fields.map((field, index) =>
    valuesOf(given[index] ?? "", field, cron),
  );
  if (!minute || !hour || !day || !month || !weekday) throw new RangeError(`"${cron}" is no cron expression`);
  const both = day.star || weekday.star;
  const times = [...hour.all]
    .flatMap((h) => [...minute.all].map((m) => h * 3_600 + m * 60))
    .toSorted((a, b) => a - b);
  return {
    ...{ minutes: minute.all, hours: hour.all, months: month.all, times },
    onDay: (ofYear, ofMonth, ofWeek) =>
      month.all.has(ofYear) &&
      (both
        ? day.all.has(ofMonth) && weekday.all.has(ofWeek)
        : day.all.has(ofMonth) || weekday.all.has(ofWeek)),
    everyDay: month.all.size === 12 && day.all.size === 31 && weekday.all.size === 7,
  };
}

function valuesOf(text: string, field: Field, cron: string): Values {
  const all = new Set<number>();
  let star = false;
  for (const part of text.split(",")) {
    const bare = rangeOf(part, field, cron, all);
    star ||= bare;
  }
  return { all, star };
}

/** Adds one range's values; says whether it is a bare star. */
function rangeOf(part: string, field: Field, cron: string, into: Set<number>): boolean {
  const { what, least, most } = field;
  const wrong = (why: string) => new RangeError(`"${part}" in "${cron}" is no ${what}: ${why}`);
  const [range = "", stepText, ...more] = part.split("/");
  if (more.length > 0) throw wrong("one step at most");
  const step = stepText === undefined ? 1 : numberIn(stepText);
  if (step === undefined || step < 1) throw wrong("a step is a whole number above 0");
  const any = range === "*" || range === "?";
  const [lowText = "", highText, ...rest] = any ? [] : range.split("-");
  if (rest.length > 0) throw wrong("a range has two ends");
  const low = any ? least : numberIn(lowText, field.names);
  const single = highText === undefined;
  const high =
    any || (single && stepText !== undefined) ? most : single ? low : numberIn(highText, field.names);
  if (low === undefined || high === undefined) throw wrong(`expected numbers from ${least} to ${most}`);
  if (low < least || high > most)
    throw wrong(
      what === "day of the week" && high === 7
        ? "write 0 for Sunday, which is the one that Kubernetes and GitHub know"
        : `expected numbers from ${least} to ${most}`,
    );
  if (low > high) throw wrong("its beginning is beyond its end");
  for (let value = low; value <= high; value += step) into.add(value);
  return any && step === 1;
}

/** Names count from the field's least value, which for weekdays is 0 and for months 1. */
function numberIn(text: string, names?: readonly string[]): number | undefined {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  if (names && named >= 0) return names.length === 12 ? named + 1 : named;
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}
