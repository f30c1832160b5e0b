import {
  awsRegion,
  cron,
  definePlan,
  failover,
  kubernetes,
  objectStore,
  physical,
  postgres,
  rebuildable,
  service,
  wal,
} from "../plan/index.js";

/** The sandbox knows one account. */
const account = "000000000000";

/**
 * A chat service on Kubernetes: one primary region, a pilot-light standby, a witness in a third.
 *
 * The source asks for RTO under 1 hour and RPO under 5 minutes, full backups at 02:00 UTC kept 90 days and WAL
 * kept 7 days; its hourly WAL would miss the RPO, so WAL is stored within a minute at both sites.
 */
export default definePlan({
  name: "chat",
  objectives: { rpo: "5m", rto: { region: "1h" } },
  identities: {
    deployers: [`arn:aws:iam::${account}:root`],
    breakGlass: [`arn:aws:iam::${account}:role/break-glass`],
  },
  sites: {
    virginia: awsRegion({
      region: "us-east-1",
      account,
      role: "primary",
      cluster: kubernetes({
        context: "us-east-1",
        oidcIssuer: "https://oidc.eks.us-east-1.amazonaws.com/id/SECONDSITE",
      }),
    }),
    oregon: awsRegion({
      region: "us-west-2",
      account,
      role: "standby",
      mode: "pilot-light",
      cluster: kubernetes({
        context: "us-west-2",
        oidcIssuer: "https://oidc.eks.us-west-2.amazonaws.com/id/SECONDSITE",
      }),
    }),
    isolated: objectStore({ provider: "aws", region: "us-west-2", account }),
    witness: objectStore({ provider: "aws", region: "eu-west-1", account }),
  },
  datasets: {
    messages: postgres({
      at: "virginia",
      category: "customer",
      database: "chat",
      backups: [
        physical({
          schedule: cron("0 2 * * *"),
          keep: "90d",
          direct: ["virginia", "oregon"],
          replicated: ["isolated"],
        }),
        wal({ within: "1m", keep: "7d", direct: ["virginia", "oregon"] }),
      ],
    }),
    cache: rebuildable({ reason: "derived from messages; filled again on first use" }),
  },
  services: {
    api: service({ needs: ["messages"], image: "chat-api" }),
  },
  dns: failover({
    provider: "route53",
    zone: "chat.test",
    name: "api.chat.test",
    service: "api",
    ttl: "60s",
  }),
  lease: { witness: "witness" },
});
