/** A StatefulSet as a restricted namespace takes it, that notes its starts on its volume and serves the notes. */
export function web(image: string): string {
  const program = `
    const { appendFileSync, readFileSync } = require("node:fs");
    appendFileSync("/data/starts", new Date().toISOString() + "\\n");
    require("node:http").createServer((_, answer) => answer.end(readFileSync("/data/starts"))).listen(8080);
    process.on("SIGTERM", () => process.exit());`;
  const pod = {
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 999,
      fsGroup: 999,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: "web",
        image,
        command: ["node", "-e", program],
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [{ name: "data", mountPath: "/data" }],
        readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
      },
    ],
  };
  const labels = { app: "web" };
  return [
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "web" },
      spec: {
        serviceName: "web",
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: pod },
        volumeClaimTemplates: [
          {
            metadata: { name: "data" },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
          },
        ],
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { type: "LoadBalancer", selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ]
    .map((object) => JSON.stringify(object))
    .join("\n---\n");
}
