import * as pulumi from "@pulumi/pulumi";

/** One resource that a component registered. */
export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  /** Types from the outermost parent to its own, joined by `$`. */
  readonly lineage: string;
  /** What was given, all resolved. */
  readonly inputs: Record<string, unknown>;
}

/** What a program registered. */
export interface Recorded {
  /** Inputs of every resource of a type, by resource name. */
  inputsOf(type: string): Record<string, Record<string, unknown>>;
  /** Every resource but components, as `type::name`, sorted. */
  readonly all: readonly string[];
  /** Every resource but components, in the order of their names. */
  readonly resources: readonly RecordedResource[];
  /** What the program returned, resolved. */
  readonly outputs: unknown;
}

/**
 * Runs a program against Pulumi's mocks and returns every resource with its inputs, once all are registered.
 *
 * @throws what the program throws, and what any of its Outputs is rejected with
 */
export async function record(program: () => unknown): Promise<Recorded> {
  const inputs = new Map<string, { type: string; name: string; inputs: Record<string, unknown> }>();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs: given, custom }) => {
        if (custom ?? true) inputs.set(`${type}::${name}`, { type, name, inputs: given });
        return {
          id: `${name}-id`,
          state: { ...given, arn: `arn:aws:mock:::${name}`, keyId: `${name}-key` },
        };
      },
      call: ({ inputs: given }) => given,
    },
    "secondsite",
    "test",
    false,
  );
  const made: pulumi.Resource[] = [];
  let returned: unknown;
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation(({ resource }) => {
      made.push(resource);
      return undefined;
    });
    returned = await program();
    // A resource's URN settles once its registration has, inputs included.
    await Promise.all(made.map(({ urn }) => settled(urn)));
  });
  const outputs = await settled(pulumi.output(returned instanceof pulumi.Resource ? undefined : returned));
  const lineages = new Map<string, string>(
    (await Promise.all(made.map(({ urn }) => settled(urn)))).map((urn) => {
      const [, lineage = "", name = ""] = /^urn:pulumi:test::secondsite::(.+)::(.+)$/.exec(urn) ?? [];
      return [`${lineage.slice(lineage.lastIndexOf("$") + 1)}::${name}`, lineage] as const;
    }),
  );
  const all = [...inputs.keys()].sort();
  const resources = all.flatMap((key) => {
    const found = inputs.get(key);
    return found ? [{ ...found, lineage: lineages.get(key) ?? "" }] : [];
  });
  return {
    inputsOf: (type) =>
      Object.fromEntries(resources.filter((one) => one.type === type).map((one) => [one.name, one.inputs])),
    all,
    resources,
    outputs,
  };
}

/** The value an Output comes to. */
function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return (output as unknown as { promise(): Promise<T> }).promise();
}
