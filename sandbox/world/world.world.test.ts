import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, test } from "vitest";
import { placesOf } from "../address.js";
import { SandboxInputError, WorldError } from "../errors.js";
import { readConnections } from "./connections.js";
import { customer, down, fail, heal, operator, status, up } from "./index.js";
import { pathsOf } from "./paths.js";
import { isAlive, kill } from "./processes.js";
import { run as here } from "./run.js";
import { processesOf } from "./takedown.js";
import { testImages } from "./testing/images.js";
import { noTraces, tracesOf } from "./testing/traces.js";
import { web } from "./testing/web.js";

const spec = {
  name: "test",
  net: 61,
  regions: [
    { region: "us-west-2", cluster: true },
    { region: "us-east-1", cluster: false },
  ],
};
const places = placesOf(spec);
const paths = pathsOf(spec.name);
const [cluster, witness] = places.regions;
if (!cluster || !witness) throw new Error("two regions are needed");

const as = (who: typeof operator) => async (argv: [string, ...string[]], input?: string) => {
  const { process } = await who(spec.name, argv, { reject: false, ...(input ? { input } : {}) });
  const { stdout, stderr, exitCode } = await process;
  return { exitCode, said: `${stdout}`.trim(), complained: `${stderr}`.trim() };
};
const [run, runAsCustomer] = [as(operator), as(customer)];
const kubectl = (...args: string[]) => run(["kubectl", "--context", cluster.region, ...args]);
const curl = (url: string) => ["curl", "--silent", "--max-time", "5", url] as [string, ...string[]];
const addressScript =
  "require('dns').resolve4(process.argv[1], (error, found) => console.log(error?.code ?? found[0]))";
const dig = (name: string) => [process.execPath, "-e", addressScript, name] as [string, ...string[]];
/** Starts of the Pod, one line each, as its load balancer answers them. */
const starts = async () => (await run(curl(`http://${cluster.node}/`))).said.split("\n").filter(Boolean);
/** Hardware address of the region's network card. */
const card = async () => {
  const shown = await here(["ip", "-netns", cluster.namespace, "-json", "link", "show", "eth0"]);
  const [{ address } = {}] = JSON.parse(shown) as { address?: string }[];
  return address;
};

async function eventually(holds: () => Promise<boolean>, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`did not hold within ${seconds} s: ${holds}`);
    await sleep(250);
  }
}

beforeAll(async () => {
  await down(spec);
  const { pause, runner } = await testImages();
  await up(spec, { images: [pause, runner.tar] });
  await run(["kubectl", "--context", cluster.region, "apply", "-f", "-"], web(runner.reference));
  await kubectl("rollout", "status", "statefulset/web", "--timeout=90s");
  // The load balancer's address and kube-proxy's rules follow on their own.
  await eventually(async () => (await starts()).length === 1, 30);
});
afterAll(async () => {
  await down(spec);
});

test("a real cluster: its Pod runs with a volume, its load balancer answers at the node's address", async () => {
  expect((await kubectl("get", "pvc", "data-web-0", "-o=jsonpath={.status.phase}")).said).toBe("Bound");
  expect(await starts()).toHaveLength(1);
  expect((await runAsCustomer(curl(`http://${cluster.node}/`))).said).not.toBe("");
});

test("AWS's own names are answered in every place: global ones by us-east-1, sts by the region that asks", async () => {
  const inPod = async (name: string) =>
    (await kubectl("exec", "web-0", "--", "getent", "ahostsv4", name)).said.split(/\s/)[0];
  expect((await run(dig("bucket.s3.us-west-2.amazonaws.com"))).said).toBe(cluster.gate);
  expect((await run(dig("iam.amazonaws.com"))).said).toBe(witness.gate);
  expect((await run(dig("sts.amazonaws.com"))).said).toBe(witness.gate);
  expect((await run(dig("nothing.amazonaws.com"))).said).toBe("ENOTFOUND");
  expect((await runAsCustomer(dig("s3.us-east-1.amazonaws.com"))).said).toBe(witness.gate);
  expect(await inPod("sts.amazonaws.com")).toBe(cluster.gate);
  expect(await inPod("route53.amazonaws.com")).toBe(witness.gate);
  expect(await inPod("web.default.svc.cluster.local")).toMatch(/^10\.96\.1\./);
});

test("a gate answers at AWS's own address with a certificate that programs trust by one CA", async () => {
  const asked = "https://sts.us-west-2.amazonaws.com/";
  const script = `fetch("${asked}").then(({ status }) => console.log(status))`;
  expect((await run([process.execPath, "-e", script])).said).toBe("403");
});

test("token keys can be read without credentials, the API can not", async () => {
  const ask = (path: string) => run(curl(`https://${cluster.node}:6443${path}`));
  expect(JSON.parse((await ask("/openid/v1/jwks")).said)).toMatchObject({ keys: [{ kty: "RSA" }] });
  expect(JSON.parse((await ask("/.well-known/openid-configuration")).said)).toMatchObject({
    issuer: "https://oidc.eks.us-west-2.amazonaws.com/id/SECONDSITE",
  });
  expect(JSON.parse((await ask("/api/v1/secrets")).said)).toMatchObject({ code: 403 });
});

test("every connection that the operator and a Pod open is recorded", async () => {
  await kubectl("exec", "web-0", "--", "node", "-e", `fetch("https://${witness.gate}/").catch(() => 0)`);
  const pod = (await kubectl("get", "pod", "web-0", "-o=jsonpath={.status.podIP}")).said;
  const [region, own] = await Promise.all(
    [cluster, places.operator].map(({ namespace }) => readConnections(paths.connections(namespace))),
  );
  const wanted = { protocol: "tcp", destination: witness.gate, port: 443 };
  expect(region).toContainEqual(expect.objectContaining({ ...wanted, source: pod }));
  expect(own).toContainEqual(
    expect.objectContaining({ source: places.operator.resolver, destination: cluster.node, port: 6443 }),
  );
});

test("a sandbox already up, and addresses that are taken, are refused with one clear message", async () => {
  await expect(up(spec, { images: [] })).rejects.toThrow(
    new SandboxInputError('sandbox "test" is up already', "secondsite sandbox down --name test"),
  );
  const other = up({ ...spec, name: "test-other" }, { images: [] });
  await expect(other).rejects.toThrow(/^bridge ss61 is there already/);
  await expect(other).rejects.toBeInstanceOf(WorldError);
  await expect(fail(spec.name, "mars-1")).rejects.toThrow(/no region "mars-1"; it has us-west-2, us-east-1/);
});

test("fail: nothing of the region runs, nobody reaches it, nobody else is touched; heal: the Pod comes back with its data", async () => {
  const before = await processesOf({ paths }, cluster);
  const cardBefore = await card();
  expect(before.length).toBeGreaterThan(12);
  await fail(spec.name, cluster.region);
  expect(before.filter(isAlive)).toEqual([]);
  expect((await run(curl(`http://${cluster.node}/`))).exitCode).not.toBe(0);
  expect((await status(spec.name)).regions).toMatchObject([
    { link: "down", processes: 0, nodeReady: false, gateAnswers: false },
    { link: "up", gateAnswers: true },
  ]);

  await heal(spec.name, cluster.region);
  // With another card, neighbours that remember the old one send to it for up to eight seconds.
  expect(await card()).toBe(cardBefore);
  await eventually(async () => (await starts()).length === 2, 60);
  expect((await status(spec.name)).regions[0]).toMatchObject({
    link: "up",
    nodeReady: true,
    gateAnswers: true,
  });
});

test("partition: the link is cut and everything in the region runs on; heal only restores the link", async () => {
  const before = (await processesOf({ paths }, cluster)).map(({ pid }) => pid);
  await fail(spec.name, cluster.region, { linkOnly: true });
  expect((await run(curl(`http://${cluster.node}/`))).exitCode).not.toBe(0);
  const program = (await status(spec.name)).programs.filter(
    ({ namespace }) => namespace === cluster.namespace,
  );
  expect(program.every(({ alive }) => alive)).toBe(true);

  await heal(spec.name, cluster.region);
  await eventually(async () => (await starts()).length === 2, 30);
  const after = (await processesOf({ paths }, cluster)).map(({ pid }) => pid);
  expect(after).toEqual(expect.arrayContaining(before.slice(0, 8)));
});

test("a region killed by hand with SIGKILL gives the same results as fail: nothing is told", async () => {
  for (const each of await processesOf({ paths }, cluster)) kill(each);
  await eventually(async () => (await processesOf({ paths }, cluster)).length === 0, 10);
  expect((await run(curl(`http://${cluster.node}/`))).exitCode).not.toBe(0);
  expect((await status(spec.name)).regions[0]).toMatchObject({ processes: 0, gateAnswers: false });

  await heal(spec.name, cluster.region);
  await eventually(async () => (await starts()).length === 3, 60);
});

test("down leaves nothing behind: no process, mount, namespace, link or folder", async () => {
  const before = await processesOf({ paths }, cluster);
  await down(spec);
  expect(await tracesOf(spec)).toEqual(noTraces);
  expect(before.filter(isAlive)).toEqual([]);
});
