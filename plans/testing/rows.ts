/** A place in a plan and what has to be there: `[path, value]`; objects may hold more than is said. */
export type Place = readonly [path: string, value: unknown];

/** Requirement rows by their number, with the places in the plan that carry them. */
export type Rows = Readonly<Record<string, readonly Place[]>>;
