/** The store beside the primary. */
export const home = ["store-eu"];
/** One store in each region that serves. */
export const allRegions = ["store-eu", "store-us", "store-ap"];
/** Encrypted, with somebody whom no server of ours can reach. */
export const offsite = "offsite";
/** All of these. */
export const everywhere = [...allRegions, offsite];
