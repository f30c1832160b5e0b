/**
 * Makes a table of bytes that do not compress.
 *
 * @param megabytes how many; a store takes 16 MiB in one piece
 */
export const noise = (megabytes: number): string =>
  `CREATE TABLE noise AS
     SELECT n, (SELECT decode(string_agg(md5(n || '-' || m), ''), 'hex') FROM generate_series(1, 62500) m) AS bytes
       FROM generate_series(1, ${megabytes}) n`;
