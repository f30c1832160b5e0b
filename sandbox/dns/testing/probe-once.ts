import type { EndpointCheck } from "../model.js";
import { probe } from "../probe.js";

/** Sends one health check request and prints what it showed and how long it took: PROTOCOL ADDRESS PORT. */
const [protocol, address = "", port] = process.argv.slice(2);
const check: EndpointCheck = {
  kind: "endpoint",
  id: "once",
  inverted: false,
  disabled: false,
  protocol: protocol as EndpointCheck["protocol"],
  address,
  port: Number(port),
  path: "/",
  sni: true,
  requestInterval: 10,
  failureThreshold: 3,
  regions: [],
};
const started = performance.now();
const observation = await probe(check, () => undefined);
const seconds = (performance.now() - started) / 1_000;
process.stdout.write(JSON.stringify({ ...observation, seconds }));
process.exit(0);
