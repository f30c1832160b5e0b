/** The sandbox was asked for something it cannot take: exit code 2. */
export class SandboxInputError extends Error {
  readonly exitCode = 2;
  override readonly name = "SandboxInputError";
  /** @param hint the next command or change that helps. */
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** Something the sandbox needs from the machine, the network or a program failed: exit code 3. */
export class WorldError extends Error {
  readonly exitCode = 3;
  override readonly name = "WorldError";
  /** @param hint the next command or change that helps. */
  constructor(
    message: string,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
