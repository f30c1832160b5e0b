import * as apps from "@pulumi/kubernetes/apps/v1/index.js";
import * as pulumi from "@pulumi/pulumi";

import { names, type Plan, type PostgresDataset, type Service } from "../../plan/index.js";
import { secretsMount, secretsVolume } from "./runner-pod.js";

/** Which service, with which database. */
export interface ServiceDeploymentArgs {
  readonly plan: Plan;
  readonly service: string;
  readonly spec: Service;
  readonly image: string;
  readonly dataset: string;
  readonly database: PostgresDataset;
}

/** Labels of a service's Pods. */
export const serviceLabels = (service: string) => ({ "secondsite.dev/service": service }) as const;

/** A service behind the site's door. */
export class ServiceDeployment extends pulumi.ComponentResource {
  constructor(name: string, args: ServiceDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secondsite:region:ServiceDeployment", name, {}, opts);
    const { plan, service, spec, dataset, database } = args;
    const namespace = names.namespace(plan);
    const labels = serviceLabels(service);
    new apps.Deployment(
      `${name}-deployment`,
      {
        metadata: { name: service, namespace, labels },
        spec: {
          replicas: spec.replicas,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              automountServiceAccountToken: false,
              securityContext: {
                runAsNonRoot: true,
                runAsUser: 999,
                runAsGroup: 999,
                fsGroup: 999,
                seccompProfile: { type: "RuntimeDefault" },
              },
              containers: [
                {
                  name: service,
                  image: args.image,
                  env: Object.entries({
                    PORT: String(spec.port),
                    PGHOST: dataset,
                    PGDATABASE: database.database,
                    PGUSER: "app",
                    PGSSLMODE: "verify-full",
                    PGSSLROOTCERT: `${secretsMount.mountPath}/ca.crt`,
                    PGPASSWORD_FILE: `${secretsMount.mountPath}/app-password`,
                  }).map(([key, value]) => ({ name: key, value })),
                  ports: [{ name: "http", containerPort: spec.port }],
                  // Shallow on purpose: a database that is away must not take the service's Pods with it.
                  readinessProbe: { httpGet: { path: spec.health, port: spec.port }, periodSeconds: 2 },
                  livenessProbe: {
                    httpGet: { path: spec.health, port: spec.port },
                    periodSeconds: 10,
                    failureThreshold: 3,
                  },
                  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ["ALL"] },
                  },
                  volumeMounts: [secretsMount, { name: "tmp", mountPath: "/tmp" }],
                },
              ],
              volumes: [secretsVolume(dataset), { name: "tmp", emptyDir: {} }],
            },
          },
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
