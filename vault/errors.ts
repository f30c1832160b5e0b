/** The store, the key or the network failed while recovery points were handled: exit code 3. */
export class VaultError extends Error {
  readonly exitCode: number = 3;
  override readonly name = "VaultError";
  /** @param hint the next command or change that helps. */
  constructor(
    message: string,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What an error says, in its own words. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
