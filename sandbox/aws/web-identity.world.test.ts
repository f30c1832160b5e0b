import { CreateOpenIDConnectProviderCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createRole } from "./testing/clients.js";
import { startIssuer, type TestIssuer } from "./testing/issuer.js";
import { type Credentials, type LocalAws, startLocalAws } from "./testing/local-aws.js";

const issuerUrl = "https://oidc.eks.us-west-2.amazonaws.com/id/SECONDSITE";
const host = issuerUrl.replace("https://", "");
const job = "system:serviceaccount:chat:backup";

let aws: LocalAws;
let issuer: TestIssuer;
let stranger: TestIssuer;
let role: string;
let sts: STSClient;

beforeAll(async () => {
  aws = await startLocalAws({
    issuers: async (dir) => {
      issuer = await startIssuer(dir, issuerUrl);
      stranger = await startIssuer(dir, "https://stranger.example");
      return [issuer];
    },
  });
  const iam = new IAMClient(aws.client("us-east-1"));
  await iam.send(
    new CreateOpenIDConnectProviderCommand({ Url: issuerUrl, ClientIDList: ["sts.amazonaws.com"] }),
  );
  role = await createRole(
    aws,
    "backup",
    {
      Principal: { Federated: `arn:aws:iam::000000000000:oidc-provider/${host}` },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: { StringEquals: { [`${host}:aud`]: "sts.amazonaws.com", [`${host}:sub`]: job } },
    },
    { Action: "s3:PutObject", Resource: "arn:aws:s3:::vault/dumps/*" },
  );
  const LocationConstraint = "us-west-2";
  const s3 = new S3Client(aws.client("us-west-2"));
  await s3.send(
    new CreateBucketCommand({ Bucket: "vault", CreateBucketConfiguration: { LocationConstraint } }),
  );
  sts = new STSClient(aws.client("us-west-2"));
});
afterAll(async () => {
  issuer?.close();
  stranger?.close();
  await aws?.stop();
});

const assume = (WebIdentityToken: string) =>
  sts.send(new AssumeRoleWithWebIdentityCommand({ RoleArn: role, RoleSessionName: "job", WebIdentityToken }));

const form = (WebIdentityToken: string) =>
  new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: role,
    RoleSessionName: "job",
    WebIdentityToken,
  });

describe("a Pod's own role by web identity", () => {
  test("the ServiceAccount's token yields credentials that reach one prefix and nothing else", async () => {
    const { Credentials: given, SubjectFromWebIdentityToken } = await assume(await issuer.token(job));
    expect(SubjectFromWebIdentityToken).toBe(job);
    const credentials: Credentials = {
      accessKeyId: given?.AccessKeyId ?? "",
      secretAccessKey: given?.SecretAccessKey ?? "",
      sessionToken: given?.SessionToken ?? "",
    };
    const s3 = new S3Client(aws.client("us-west-2", credentials));
    const denied = { name: "AccessDenied" };
    await s3.send(new PutObjectCommand({ Bucket: "vault", Key: "dumps/1", Body: "x" }));
    await expect(
      s3.send(new PutObjectCommand({ Bucket: "vault", Key: "elsewhere", Body: "x" })),
    ).rejects.toMatchObject(denied);
    await expect(s3.send(new GetObjectCommand({ Bucket: "vault", Key: "dumps/1" }))).rejects.toMatchObject(
      denied,
    );
    await expect(s3.send(new ListObjectsV2Command({ Bucket: "vault" }))).rejects.toMatchObject(denied);
    await expect
      .poll(async () => (await aws.calls("us-west-2")).find((call) => call.action === "s3:PutObject"))
      .toMatchObject({ principal: "arn:aws:sts::000000000000:assumed-role/backup/job", status: 200 });
  });

  test("tools that ask sts.amazonaws.com by GET, as pgBackRest does, are answered", async () => {
    const path = `/?${form(await issuer.token(job))}`;
    const answer = await aws.raw("us-west-2", "sts.amazonaws.com", { path });
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining("<SecretAccessKey>") });
    const forged = await aws.raw("us-west-2", "sts.amazonaws.com", {
      path: `/?${form(await issuer.forged(job))}`,
    });
    expect(forged).toMatchObject({
      status: 400,
      body: expect.stringContaining("<Code>InvalidIdentityToken</Code>"),
    });
  });

  test("another ServiceAccount is refused by the role's trust", async () => {
    const other = await issuer.token("system:serviceaccount:chat:default");
    await expect(assume(other)).rejects.toMatchObject({ name: "AccessDenied" });
  });

  test("a forged signature is refused", async () => {
    await expect(assume(await issuer.forged(job))).rejects.toMatchObject({
      name: "InvalidIdentityTokenException",
    });
  });

  test("an unsigned token is refused", async () => {
    const [, payload] = (await issuer.token(job)).split(".");
    const header = Buffer.from('{"alg":"none"}').toString("base64url");
    await expect(assume(`${header}.${payload}.`)).rejects.toMatchObject({
      name: "InvalidIdentityTokenException",
    });
  });

  test("an expired token is refused as such", async () => {
    const past = Math.floor(Date.now() / 1000) - 10;
    const token = await issuer.token(job, { iat: past - 60, nbf: past - 60, exp: past });
    await expect(assume(token)).rejects.toMatchObject({ name: "ExpiredTokenException" });
  });

  test.each([
    ["that is not valid yet", { nbf: Math.floor(Date.now() / 1000) + 600 }],
    ["for another audience", { aud: ["https://kubernetes.default.svc"] }],
    ["without an expiry", { exp: undefined }],
  ])("a token %s is refused", async (_what, changes) => {
    await expect(assume(await issuer.token(job, changes))).rejects.toMatchObject({
      name: "InvalidIdentityTokenException",
    });
  });

  test("an issuer that nobody told about is refused", async () => {
    await expect(assume(await stranger.token(job))).rejects.toMatchObject({
      name: "InvalidIdentityTokenException",
      message: expect.stringContaining("No OpenIDConnect provider found"),
    });
  });

  test("keys are fetched again for an unknown key id, and the old key is refused then", async () => {
    const old = await issuer.token(job);
    await issuer.rotate();
    // The fetched set may be fetched again a second later at the earliest.
    await expect
      .poll(async () => assume(await issuer.token(job)).then(() => "ok", String), { timeout: 5_000 })
      .toBe("ok");
    await expect(assume(old)).rejects.toMatchObject({ name: "InvalidIdentityTokenException" });
  });

  test("claims that a client brings itself count for nothing, and no other endpoint takes tokens", async () => {
    const claims = Buffer.from(JSON.stringify({ iss: issuerUrl, sub: job, aud: "sts.amazonaws.com" }));
    const body = form(await issuer.forged(job)).toString();
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "x-sandbox-web-identity": claims.toString("base64url"),
    };
    for (const name of ["sts", "kms", "s3"]) {
      const host = `${name}.us-west-2.amazonaws.com`;
      const answer = await aws.raw("us-west-2", host, { method: "POST", headers, body });
      expect(answer.status, name).toBeGreaterThanOrEqual(400);
      expect(answer.body, name).not.toContain("SecretAccessKey");
    }
  });
});
