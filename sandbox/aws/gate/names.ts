import { controlPlaneRegion } from "./settings.js";

/**
 * DNS names that a region's gate answers to: what its certificate has to hold.
 *
 * `sts.amazonaws.com` is in every region's list, as AWS serves it from the region that asks.
 */
export function gateNames(region: string): string[] {
  const names = [`*.${region}.amazonaws.com`, `*.s3.${region}.amazonaws.com`, "sts.amazonaws.com"];
  return region === controlPlaneRegion
    ? [...names, "iam.amazonaws.com", "route53.amazonaws.com", "s3.amazonaws.com", "*.s3.amazonaws.com"]
    : names;
}
