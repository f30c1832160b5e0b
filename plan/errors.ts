/** One thing wrong with a plan. */
export interface Problem {
  /** Where: a path into the plan, for example `datasets.messages.backups[1].direct[0]`. */
  readonly at: string;
  /** What was given and what would be right. */
  readonly message: string;
}

/** A plan that cannot be used; carries every problem found, not only the first. Exit code 2. */
export class InvalidPlan extends Error {
  readonly exitCode = 2;
  override readonly name = "InvalidPlan";

  constructor(
    /** Name of the plan, as far as it has one. */
    readonly plan: string,
    readonly problems: readonly Problem[],
    /** What was read, so that it can be looked at again as of some day. */
    readonly input?: unknown,
  ) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(
      [`plan "${plan}" has ${count}:`, ...problems.map(({ at, message }) => `  ${at}: ${message}`)].join(
        "\n",
      ),
    );
  }
}
