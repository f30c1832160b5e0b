import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";

/** A resource as a test writes it down. */
export interface Given {
  readonly type: string;
  readonly name: string;
  readonly props: Record<string, unknown>;
  /** Types of its parents, outermost first. @default none */
  readonly within?: readonly string[];
  /** Names of the resources that a property was made from. @default none */
  readonly from?: Readonly<Record<string, string>>;
}

/** Runs a rule over a stack of these resources and returns what it reports. */
export async function judge(
  policy: ResourceValidationPolicy | StackValidationPolicy,
  stack: readonly Given[],
): Promise<string[]> {
  const reported: string[] = [];
  const report = (message: string) => {
    reported.push(message);
  };
  const resources = stack.map(asPolicyResource);
  for (const [index, { from = {} }] of stack.entries())
    for (const [property, name] of Object.entries(from)) {
      const made = resources[index];
      if (made) made.propertyDependencies[property] = resources.filter((source) => source.name === name);
    }
  const shared = {
    stackTags: new Map<string, string>(),
    getConfig: <T extends object>() => ({}) as T,
    notApplicable: () => {
      throw new Error("not applicable");
    },
  };
  if ("validateStack" in policy) await policy.validateStack({ ...shared, resources }, report);
  else
    for (const { type, name, urn, props, opts } of resources) {
      const args: ResourceValidationArgs = {
        ...shared,
        type,
        name,
        urn,
        props,
        opts,
        isType: () => false,
        asType: () => undefined,
      };
      for (const validate of [policy.validateResource].flat()) await validate?.(args, report);
    }
  return reported;
}

function asPolicyResource({ type, name, props, within = [] }: Given): PolicyResource {
  return {
    type,
    name,
    props,
    urn: `urn:pulumi:test::secondsite::${[...within, type].join("$")}::${name}`,
    opts: {
      protect: false,
      ignoreChanges: [],
      aliases: [],
      additionalSecretOutputs: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    },
    dependencies: [],
    propertyDependencies: {},
    isType: () => false,
    asType: () => undefined,
  };
}
