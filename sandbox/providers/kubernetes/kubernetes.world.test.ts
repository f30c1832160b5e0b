import { afterAll, beforeAll, expect, test } from "vitest";

import { testImages } from "../../images/testing/container.js";
import { down, up } from "../../world/index.js";
import { Project } from "./testing/project.js";

const world = { name: "k8s-objects", net: 141, regions: [{ region: "us-east-1", cluster: true }] };
let project: Project;

beforeAll(async () => {
  const { images } = await testImages();
  await up(world, { images: [images.pause, images.runner.tar] });
  const image = JSON.stringify(images.runner.reference);
  project = await Project.create(world.name, program.replaceAll("IMAGE", image));
});
afterAll(async () => {
  await project?.remove();
  await down(world);
});

const program = `
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
const config = new pulumi.Config();
const mistake = config.get("mistake");
const namespace = new k8s.core.v1.Namespace("shop").metadata.name;
const password = pulumi.secret("correct-horse-battery");
const data = new k8s.core.v1.Secret("password", { metadata: { namespace }, stringData: { password } });
const run = (script: string) => ({
  name: "main", image: IMAGE, command: ["/bin/sh", "-c", script],
  resources: { requests: { cpu: "0.05", memory: "0.03125Gi" } },
  ...(mistake === "unknown" ? { imgae: "x" } : {}),
  ...(mistake === "enum" ? { imagePullPolicy: "Sometimes" } : {}),
  ...(mistake === "missing" ? { name: undefined } : {}),
}) as any;
const labels = { app: "web", ...(config.get("selector") ? { more: "x" } : {}) };
new k8s.apps.v1.Deployment("web", { metadata: { namespace, name: "web" }, spec: {
  replicas: 1, selector: { matchLabels: labels },
  template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [{ ...run("exec sleep 1d"), envFrom: [{ secretRef: { name: data.metadata.name } }] }] } },
} });
new k8s.batch.v1.Job("job", { metadata: { namespace }, spec: { backoffLimit: 0, template: { spec: { restartPolicy: "Never",
  containers: [run(config.get("job") ?? "true")] } } } });
export const place = namespace;
`;

test.each([
  ["unknown", "spec.template.spec.containers[0].imgae is no property here"],
  [
    "enum",
    'spec.template.spec.containers[0].imagePullPolicy must be one of "Always", "IfNotPresent", "Never", got "Sometimes"',
  ],
  ["missing", "spec.template.spec.containers[0].name is missing"],
])("preview refuses a mistake of the kind '%s' and names its place", async (mistake, message) => {
  const { exitCode, output } = await project.pulumi("preview", "-c", `mistake=${mistake}`);

  expect(output).toContain(message);
  expect(exitCode).not.toBe(0);
  await project.pulumi("config", "rm", "mistake");
});

test("up waits until objects are ready, up again changes nothing, refresh shows no drift, no secret is in the state", async () => {
  const first = await project.pulumi("up", "--yes", "--skip-preview");
  expect(first.output).toContain("created");
  expect(first.exitCode, first.output).toBe(0);
  const { output } = await project.kubectl(
    "get",
    "deployment/web",
    "-n",
    await place(),
    "-o",
    "jsonpath={.status.readyReplicas}",
  );
  expect(output.trim()).toBe("1");

  expect(await project.pulumi("up", "--yes", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
  expect(await project.pulumi("refresh", "--yes", "--expect-no-changes")).toMatchObject({ exitCode: 0 });
  const state = await project.pulumi("stack", "export");
  expect(state.output).toContain('"web"');
  expect(state.output).not.toContain("correct-horse-battery");
});

test("a property changed directly in the cluster is named by refresh and put back by up", async () => {
  await project.kubectl("scale", "deployment/web", "-n", await place(), "--replicas=2");

  const refresh = await project.pulumi("refresh", "--yes", "--diff");
  expect(refresh.output).toMatch(/replicas\s*: 1 => 2/);
  const again = await project.pulumi("up", "--yes", "--skip-preview");
  expect(again.exitCode, again.output).toBe(0);
  const { output } = await project.kubectl(
    "get",
    "deployment/web",
    "-n",
    await place(),
    "-o",
    "jsonpath={.spec.replicas}",
  );
  expect(output.trim()).toBe("1");
});

test("what the server won't change is replaced, said already in the preview", async () => {
  const { output } = await project.pulumi("preview", "--diff", "-c", "selector=x");
  await project.pulumi("config", "rm", "selector");

  expect(output).toMatch(/\+-kubernetes:apps\/v1:Deployment: \(replace\)/);
});

test("a failed Job fails the update with what its Pod logged last", async () => {
  const { exitCode, output } = await project.pulumi(
    "up",
    "--yes",
    "--skip-preview",
    "-c",
    "job=echo the disk is full; exit 3",
  );
  await project.pulumi("config", "rm", "job");

  expect(exitCode).not.toBe(0);
  expect(output).toContain("BackoffLimitExceeded");
  expect(output).toContain("the disk is full");
});

test("destroy deletes for real and waits for it", async () => {
  const namespace = await place();
  const { exitCode, output } = await project.pulumi("destroy", "--yes", "--skip-preview");

  expect(exitCode, output).toBe(0);
  expect((await project.kubectl("get", "namespace", namespace)).output).toContain("NotFound");
});

async function place(): Promise<string> {
  return (await project.pulumi("stack", "output", "place")).output.trim();
}
