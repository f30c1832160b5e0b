/** Where things are inside a database's Pod; the Pod's volumes are mounted there. */
export const folders = {
  /** The server's data. */
  data: "/var/lib/postgresql/data",
  /** Beside the data, on the same volume: what this volume is. */
  volumeState: "/var/lib/postgresql/secondsite.json",
  /** Sockets, configuration and keys: memory only. */
  run: "/run/secondsite",
  /** The dataset's Secret, mounted. */
  secrets: "/run/secrets/secondsite",
  /** WAL on its way to the repositories. */
  spool: "/var/spool/pgbackrest",
} as const;

/** Files in the run folder. */
export const files = {
  /** pgBackRest for the server beside it: TLS server and archiving into the present epoch. */
  archive: `${folders.run}/pgbackrest.conf`,
  /** pgBackRest for restoring from the epoch the volume came from. */
  restore: `${folders.run}/restore.conf`,
  hba: `${folders.run}/pg_hba.conf`,
  passphrase: `${folders.run}/passphrase`,
  tlsKey: `${folders.run}/tls.key`,
} as const;
