import * as pulumi from "@pulumi/pulumi";

/** Arguments a component cannot use. A RunError, so that plain programs print it without a stack. */
export class InvalidArguments extends pulumi.RunError {
  /** @param component type and name, for example `VaultBucket "chat-virginia"` */
  constructor(component: string, problems: readonly string[]) {
    super(`${component}: ${problems.join("; ")}`);
  }
}

/**
 * Throws once with every problem, before anything is registered.
 *
 * @param problems property name → what is wrong with it, or a falsy value
 * @throws InvalidArguments
 */
export function rejectInvalid(
  component: string,
  problems: Readonly<Record<string, string | false | undefined>>,
): void {
  const wrong = Object.entries(problems).flatMap(([property, problem]) =>
    problem ? [`${property} ${problem}`] : [],
  );
  if (wrong.length > 0) throw new InvalidArguments(component, wrong);
}
