/**
 * The beginning of the last so many days, in milliseconds since 1970; the beginning of time where nobody says how many.
 *
 * @param now @default now
 */
export const sinceDays = (days: number | undefined, now = Date.now()): number =>
  days === undefined ? 0 : now - days * 86_400_000;
