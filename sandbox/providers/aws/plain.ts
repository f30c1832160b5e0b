import type * as pulumi from "@pulumi/pulumi";

/**
 * The official package's `Args` or `State` as a provider sees it: no promises, Outputs, resources or policy
 * objects, only values. The compiler then holds every mapping against the official property names.
 */
export type Plain<T> = T extends Promise<unknown> | pulumi.OutputInstance<unknown> | pulumi.Resource
  ? never
  : T extends { readonly Statement: unknown }
    ? never
    : T extends string | number | boolean | null | undefined
      ? T
      : T extends readonly (infer Item)[]
        ? readonly Plain<Item>[]
        : { readonly [Key in keyof T]: Plain<T[Key]> };
