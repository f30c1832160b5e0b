/**
 * An engine refused or its tool failed: 2 when what was asked cannot be right, 3 when the world failed, 4 when another run
 * does it.
 */
export class EngineError extends Error {
  override readonly name = "EngineError";
  /** @param hint the next command or change that helps. */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 | 3 | 4,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What went wrong and what helps, in one line: for a finding among others. */
export function withHint({ message, hint }: Error & { readonly hint?: string | undefined }): string {
  return hint === undefined ? message : `${message}; ${hint}`;
}

/** A disk that is full, in words; anything else as it is. */
export function fullDisk(error: unknown, folder: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOSPC"
    ? new EngineError(`${folder} is full`, 3, "free some space, or name another folder", { cause: error })
    : error;
}
