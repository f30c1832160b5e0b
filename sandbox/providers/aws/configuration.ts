import { SandboxInputError } from "../../errors.js";
import { type Failure, isObject, type Value, type Values } from "../protocol/index.js";
import type { AssumedRole, Aws, AwsOptions } from "./aws.js";
import { at } from "./check/rules.js";
import { shapeFailures } from "./check/shape.js";
import { schema } from "./schema/schema.js";

/** The provider's own arguments, as far as the sandbox's AWS has use for them. */
export interface Configuration extends AwsOptions {
  /** Tags put on everything that takes tags. */
  readonly defaultTags: Readonly<Record<string, string>>;
  /** Rejects when the credentials belong to an account that the configuration excludes. */
  admit(aws: Aws): Promise<void>;
}

/** Arguments that change nothing here: the sandbox's AWS needs no such care. */
const harmless = [
  "skipCredentialsValidation",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "skipRequestingAccountId",
];
const served = [
  "region",
  "allowedAccountIds",
  "forbiddenAccountIds",
  "assumeRoles",
  "defaultTags",
  ...harmless,
];

/** What is wrong with the provider's arguments. */
export function configurationFailures(args: Values): Failure[] {
  const { version: _version, pluginDownloadURL: _url, ...own } = args;
  const values = decoded(own);
  const failures = shapeFailures(values, schema.provider, "the AWS provider");
  for (const name of Object.keys(values)) {
    if (name in schema.provider && !served.includes(name)) {
      const reason =
        "is not served by the sandbox's AWS provider, which takes endpoints and credentials from its environment";
      failures.push({ property: name, reason });
    }
  }
  if (Array.isArray(values.assumeRoles) && values.assumeRoles.length > 1)
    failures.push({
      property: "assumeRoles",
      reason: "has several roles; the sandbox's AWS provider assumes one",
    });
  return failures;
}

/**
 * Reads the provider's arguments; the region comes from them, `AWS_REGION` or `AWS_DEFAULT_REGION`.
 *
 * @throws {SandboxInputError} without a region
 */
export function readConfiguration(args: Values): Configuration {
  const values = decoded(args);
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const region = text(values.region) ?? AWS_REGION ?? AWS_DEFAULT_REGION;
  if (!region) {
    throw new SandboxInputError(
      "the AWS provider has no region",
      "pulumi config set aws:region us-east-1, or set AWS_REGION",
    );
  }
  const [role] = at(values, "assumeRoles[*]").flatMap(({ value }) =>
    isObject(value) ? [assumed(value)] : [],
  );
  const tags =
    isObject(values.defaultTags) && isObject(values.defaultTags.tags) ? values.defaultTags.tags : {};
  const allowed = texts(values.allowedAccountIds);
  const forbidden = texts(values.forbiddenAccountIds);
  return {
    region,
    ...(role && { assumedRole: role }),
    defaultTags: Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, String(value)])),
    admit: async (aws) => {
      if (allowed.length === 0 && forbidden.length === 0) return;
      const { account } = await aws.identity();
      if (forbidden.includes(account) || (allowed.length > 0 && !allowed.includes(account)))
        throw new SandboxInputError(
          `the credentials belong to account ${account}, which the AWS provider's configuration excludes`,
        );
    },
  };
}

function assumed(value: Values): AssumedRole {
  const externalId = text(value.externalId);
  return {
    roleArn: text(value.roleArn) ?? "",
    sessionName: text(value.sessionName) ?? "pulumi",
    ...(externalId && { externalId }),
  };
}

/** Arguments other than texts arrive as JSON texts. */
function decoded(args: Values): Values {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      const kind = schema.provider[name]?.shape.kind;
      if (typeof value !== "string" || kind === undefined || kind === "string") return [name, value];
      try {
        return [name, JSON.parse(value) as Value];
      } catch {
        // Not JSON, so it is of the wrong type; the check of types says so.
        return [name, value];
      }
    }),
  );
}

function text(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function texts(value: Value | undefined): string[] {
  return Array.isArray(value) ? (value as readonly Value[]).map(String) : [];
}
