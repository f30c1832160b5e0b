import { checkable } from "../../checkable.js";
import { crossReferences } from "../index.js";

const whole = {
  identities: { deployers: [], breakGlass: [] },
  sites: {
    home: { kind: "aws-region", region: "us-east-1", role: "primary" },
    rented: { kind: "vps", provider: "hetzner", region: "fsn1", role: "standby" },
    store: { kind: "object-store", provider: "hetzner", region: "nbg1" },
    shelf: { kind: "media", location: "safe" },
  },
  datasets: { scans: { kind: "files", at: "home", category: "scans", backups: [] } },
  services: { web: { needs: ["scans"] } },
  people: { ada: {}, bob: {} },
  lease: { witness: "store" },
};

/** What cross-references say of a small plan that refers to nothing wrong, with some of its parts replaced. */
export const said = (parts: object): string[] =>
  crossReferences(checkable({ ...whole, ...parts })).map(({ at, message }) => `${at}: ${message}`);

/** The same with some sites more. */
export const withSites = (more: object, parts: object = {}): string[] =>
  said({ ...parts, sites: { ...whole.sites, ...more } });

/** The same with one dataset more, called `more`. */
export const withDataset = (dataset: object): string[] =>
  said({
    datasets: {
      ...whole.datasets,
      more: { kind: "files", at: "home", category: "scans", backups: [], ...dataset },
    },
  });
