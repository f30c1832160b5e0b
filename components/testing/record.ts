import * as pulumi from "@pulumi/pulumi";

/** What a component registered. */
export interface Recorded {
  /** Inputs of every resource of a type, by resource name. */
  inputsOf(type: string): Record<string, Record<string, unknown>>;
  /** Every resource as `type::name`, sorted. */
  readonly all: readonly string[];
}

/** Runs a program against Pulumi's mocks and returns every resource with its inputs, all resolved. */
export async function record(program: () => unknown): Promise<Recorded> {
  const seen: { type: string; name: string; inputs: Record<string, unknown> }[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => {
        if (custom ?? true) seen.push({ type, name, inputs });
        return {
          id: `${name}-id`,
          state: { ...inputs, arn: `arn:aws:mock:::${name}`, keyId: `${name}-key` },
        };
      },
      call: ({ inputs }) => inputs,
    },
    "secondsite",
    "test",
    false,
  );
  await pulumi.runtime.runInPulumiStack(async () => {
    await program();
  });
  return {
    inputsOf: (type) =>
      Object.fromEntries(seen.filter((one) => one.type === type).map((one) => [one.name, one.inputs])),
    all: seen.map(({ type, name }) => `${type}::${name}`).sort(),
  };
}
