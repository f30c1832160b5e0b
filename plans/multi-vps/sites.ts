import { objectStore, type PlanInput, vps } from "../../plan/index.js";

/** Three providers serve; stores in their regions hold copies, and two of a fourth provider lie offsite. */
export const sites = {
  europe: vps({
    provider: "hetzner",
    region: "fsn1",
    account: "mesh",
    jurisdiction: "eu",
    role: "primary",
    servers: 3, // ours
  }),
  america: vps({
    provider: "digitalocean",
    region: "nyc3",
    account: "mesh",
    jurisdiction: "us",
    role: "standby",
    mode: "warm",
    servers: 3, // ours: as many as the primary
  }),
  asia: vps({
    provider: "vultr",
    region: "nrt",
    account: "mesh",
    jurisdiction: "jp",
    role: "standby",
    mode: "pilot-light",
    servers: 3, // ours: as many as the primary
  }),
  "store-eu": objectStore({
    provider: "hetzner",
    region: "fsn1",
    account: "mesh",
    endpoint: "https://fsn1.your-objectstorage.com",
    jurisdiction: "eu",
  }),
  "store-us": objectStore({
    provider: "digitalocean",
    region: "nyc3",
    account: "mesh",
    endpoint: "https://nyc3.digitaloceanspaces.com",
    jurisdiction: "us",
  }),
  "store-ap": objectStore({
    provider: "vultr",
    region: "nrt",
    account: "mesh",
    endpoint: "https://nrt1.vultrobjects.com",
    jurisdiction: "jp",
  }),
  offsite: objectStore({
    provider: "aws",
    region: "eu-west-3",
    account: "555555555555",
    jurisdiction: "eu",
  }),
  /** Cold tier at another provider, in another country. */
  cold: objectStore({
    provider: "aws",
    region: "eu-central-1",
    account: "555555555555",
    jurisdiction: "eu",
    tier: "cold",
  }),
  witness: objectStore({
    provider: "cloudflare",
    region: "weur",
    account: "mesh-witness",
    endpoint: "https://mesh-witness.r2.cloudflarestorage.com",
    jurisdiction: "eu",
  }),
} satisfies PlanInput["sites"];
