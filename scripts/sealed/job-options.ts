/** What commands about sealed points are given beside a plan and a dataset. */
export interface JobOptions {
  /** Name of the backup; see `namedBackups`. @default the only one that is sealed */
  readonly kind?: string | undefined;
  /** `<site>=<folder or address>`, for copies that are not where the plan says. */
  readonly store?: readonly string[] | undefined;
  /** Files with age identities. */
  readonly identity?: readonly string[] | undefined;
  /** A folder that takes the place of every copy. */
  readonly folder?: string | undefined;
  /** Only this site's copy. */
  readonly site?: string | undefined;
  /** Copies as they were at this time, by their stores' own history. @default as they are */
  readonly asOf?: string | undefined;
}
