import { podReadable } from "../../plan/index.js";
import type { Statement } from "./policy-document.js";

/**
 * Reads Pulumi's own objects below a backend's prefix, and nothing else of its bucket: Pulumi writes there, who backs up
 * never does. Where the bucket is encrypted under a key of its own, that key's policy has to let the role decrypt by it.
 *
 * @param reference the backend, as `pulumi login` takes it; nothing is allowed on what is no bucket at AWS
 */
export function readState(reference: string): Statement[] {
  const backend = podReadable(reference);
  if (!backend) return [];
  const bucket = `arn:aws:s3:::${backend.bucket}`;
  const own = `${backend.prefix}.pulumi/*`;
  return [
    {
      ...{ Sid: "ListState", Effect: "Allow", Action: "s3:ListBucket", Resource: bucket },
      Condition: { StringLike: { "s3:prefix": own } },
    },
    { Sid: "ReadState", Effect: "Allow", Action: "s3:GetObject", Resource: `${bucket}/${own}` },
  ];
}
