import { expect, test } from "vitest";

import { record } from "../testing/record.js";
import { ClusterTrust } from "./oidc-provider.js";
import { WorkloadRole } from "./workload-role.js";

const issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/ABC";

test("exactly one ServiceAccount of one cluster gets in: issuer, subject and audience are pinned", async () => {
  const recorded = await record(
    () =>
      new WorkloadRole("backup", {
        roleName: "chat-virginia-messages-backup",
        providerArn: "arn:aws:iam::111111111111:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC",
        issuer,
        namespace: "chat",
        serviceAccount: "messages-backup",
        statements: [{ Sid: "Read", Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::a/*" }],
      }),
  );

  expect(recorded.all).toEqual([
    "aws:iam/role:Role::backup-role",
    "aws:iam/rolePolicy:RolePolicy::backup-permissions",
  ]);
  const { "backup-role": role } = recorded.inputsOf("aws:iam/role:Role");
  expect(role?.name).toBe("chat-virginia-messages-backup");
  expect(JSON.parse(String(role?.assumeRolePolicy))).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "OneServiceAccount",
        Effect: "Allow",
        Principal: {
          Federated: "arn:aws:iam::111111111111:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABC",
        },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            "oidc.eks.us-east-1.amazonaws.com/id/ABC:sub": "system:serviceaccount:chat:messages-backup",
            "oidc.eks.us-east-1.amazonaws.com/id/ABC:aud": "sts.amazonaws.com",
          },
        },
      },
    ],
  });
  const { "backup-permissions": permissions } = recorded.inputsOf("aws:iam/rolePolicy:RolePolicy");
  expect(JSON.parse(String(permissions?.policy)).Statement).toEqual([
    { Sid: "Read", Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::a/*" },
  ]);
});

test("AWS accepts a cluster's tokens for its own audience only", async () => {
  const recorded = await record(() => new ClusterTrust("chat", { issuer }));

  expect(recorded.inputsOf("aws:iam/openIdConnectProvider:OpenIdConnectProvider")).toEqual({
    "chat-issuer": { url: issuer, clientIdLists: ["sts.amazonaws.com"] },
  });
});

test("an issuer without TLS is refused", () => {
  expect(() => new ClusterTrust("chat", { issuer: "http://oidc.test" })).toThrow(
    'ClusterTrust "chat": issuer must start with https://, got "http://oidc.test"',
  );
});
