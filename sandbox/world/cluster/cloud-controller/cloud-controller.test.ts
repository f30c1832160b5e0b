import { expect, test } from "vitest";

import { portTaken } from "./load-balancers.js";
import { volumeFor } from "./volumes.js";

test("a pending claim gets a volume of its own on its region's node, deleted with the claim", () => {
  const claim = {
    metadata: { name: "data", namespace: "chat", uid: "u-1" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "5Gi" } } },
  };
  const { spec, metadata } = volumeFor(claim, "us-east-1", "/volumes");
  expect(metadata?.name).toBe("pvc-u-1");
  expect(spec).toMatchObject({
    capacity: { storage: "5Gi" },
    claimRef: { namespace: "chat", name: "data", uid: "u-1" },
    local: { path: "/volumes/pvc-u-1" },
    persistentVolumeReclaimPolicy: "Delete",
    storageClassName: "standard",
  });
  expect(JSON.stringify(spec.nodeAffinity)).toContain('"values":["us-east-1"]');
});

test("two load balancers share the node's address unless they want the same port", () => {
  const service = (uid: string, port: number, ip?: string) => ({
    metadata: { uid, name: uid, namespace: "n" },
    spec: { ports: [{ port }] },
    status: { loadBalancer: ip ? { ingress: [{ ip }] } : {} },
  });
  const serving = service("a", 80, "10.9.1.10");
  expect(portTaken(service("b", 80), [serving])).toBe("n/a");
  expect(portTaken(service("b", 81), [serving])).toBeUndefined();
  expect(portTaken(serving, [serving])).toBeUndefined();
  expect(portTaken(service("b", 80), [service("c", 80)])).toBeUndefined();
});
