/** The lease was set up with something it cannot take: exit code 2. */
export class LeaseInputError extends Error {
  readonly exitCode = 2;
  override readonly name = "LeaseInputError";
}

/** The witness could not be asked, or what it holds is no lease: exit code 3. */
export class LeaseStoreError extends Error {
  readonly exitCode = 3;
  override readonly name = "LeaseStoreError";
  /** @param hint the next command or change that helps. */
  constructor(
    message: string,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
