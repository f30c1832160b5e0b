/** A long-running program of the world: how to start it and how to know that it serves. */
export interface Program {
  /** Unique within its namespace; names its log. */
  readonly name: string;
  /** Program and arguments; never a shell. */
  readonly argv: readonly [string, ...string[]];
  /** Added to a minimal environment (PATH, HOME). */
  readonly env?: Readonly<Record<string, string>>;
  /** Resolves true once it serves. Polled until then. */
  readonly ready?: () => Promise<boolean>;
}
