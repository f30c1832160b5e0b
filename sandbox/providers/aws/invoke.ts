import type { Failure, Outgoing, Value, Values } from "../protocol/index.js";
import type { Aws } from "./aws.js";
import { nearest } from "./check/nearest.js";
import { shapeFailures } from "./check/shape.js";
import { schema } from "./schema/schema.js";
import { type FunctionToken, functionTokens } from "./tokens.js";

const functions: Readonly<Record<FunctionToken, (aws: Aws, args: Values) => Promise<Outgoing>>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": async (aws) => {
    const { account, arn, userId } = await aws.identity();
    return { accountId: account, arn, id: account, userId };
  },
  "aws:index/getPartition:getPartition": async ({ partition, dnsSuffix }) => {
    const reverseDnsPrefix = dnsSuffix.split(".").reverse().join(".");
    return { dnsSuffix, id: partition, partition, reverseDnsPrefix };
  },
  "aws:index/getRegion:getRegion": async (aws, args) => {
    const named = [args.region, args.name, args.id].find(
      (value): value is string => typeof value === "string",
    );
    const ofEndpoint =
      typeof args.endpoint === "string" ? /^ec2\.([a-z0-9-]+)\./.exec(args.endpoint)?.[1] : undefined;
    const region = named ?? ofEndpoint ?? aws.region;
    const endpoint = `ec2.${region}.${aws.dnsSuffix}`;
    return { description: region, endpoint, id: region, name: region, region };
  },
};

/**
 * Answers a function of the provider.
 *
 * @throws when it serves no such function
 */
export async function invoke(
  aws: Aws,
  token: string,
  args: Values,
): Promise<{ result: Outgoing; failures?: readonly Failure[] }> {
  if (!isServed(token)) {
    const near = nearest(token, functionTokens);
    const hint =
      near.length > 0 ? `did you mean ${near.join(" or ")}?` : `it serves ${functionTokens.join(", ")}`;
    throw new Error(`the sandbox's AWS provider does not serve the function ${token}; ${hint}`);
  }
  const { region: _region, ...rest } = args;
  const own: Record<string, Value> = "region" in (schema.functions[token] ?? {}) ? args : rest;
  const failures = shapeFailures(own, schema.functions[token] ?? {}, token);
  return failures.length > 0 ? { result: {}, failures } : { result: await functions[token](aws, args) };
}

function isServed(token: string): token is FunctionToken {
  return (functionTokens as readonly string[]).includes(token);
}
