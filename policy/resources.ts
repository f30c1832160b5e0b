import type { PolicyResource, StackValidationArgs } from "@pulumi/policy";

/** A resource's properties as a rule reads them: whatever the program gave, checked by nobody yet. */
export type Properties = Readonly<Record<string, unknown>>;

/** Resources of one type. */
export const ofType = ({ resources }: StackValidationArgs, type: string): PolicyResource[] =>
  resources.filter((resource) => resource.type === type);

/** Whether `part` configures `bucket`: it was made from that bucket's output, or names it. */
export function configures(part: PolicyResource, bucket: PolicyResource): boolean {
  const from = part.propertyDependencies.bucket ?? [];
  if (from.length > 0) return from.some(({ urn }) => urn === bucket.urn);
  return part.props.bucket === bucket.props.bucket;
}

/** Properties of the resource of a type that configures a bucket; undefined when there is none. */
export function partOf(
  stack: StackValidationArgs,
  bucket: PolicyResource,
  type: string,
): Properties | undefined {
  return ofType(stack, type).find((part) => configures(part, bucket))?.props;
}

/** A policy document's statements. */
export interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Statements of a policy document in JSON or as an object. */
export function statementsOf(document: unknown): readonly Statement[] {
  const parsed = typeof document === "string" ? JSON.parse(document) : document;
  const { Statement = [] } = (parsed ?? {}) as { Statement?: Statement | readonly Statement[] };
  return Array.isArray(Statement) ? Statement : [Statement as Statement];
}

/** One value or several as a list. */
export const listOf = (given: string | readonly string[] | undefined): readonly string[] =>
  given === undefined ? [] : typeof given === "string" ? [given] : given;
