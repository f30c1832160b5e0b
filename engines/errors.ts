/** An engine refused or its tool failed: 2 when what was asked cannot be right, 3 when the world failed. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  /** @param hint the next command or change that helps. */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 | 3,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
