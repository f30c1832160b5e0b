/** What the source documents name, by hand: proofs and plans are measured against it, not the other way round. */
export interface Source {
  /** Headings that figures are cited by: `Section` or `Section › Part`. */
  readonly sections: readonly string[];
  /** Each store that the document names, and the dataset that is it. */
  readonly stores: Readonly<Record<string, string>>;
}

/** Headings of a section, and of its parts. */
const parts = (section: string, ...names: readonly string[]) => [
  section,
  ...names.map((name) => `${section} › ${name}`),
];

export const sources = {
  "airgapped-messenger": {
    sections: [
      ...["Objectives", "Backup Scope", "Backup Procedures", "CA and PKI Recovery", "Testing"],
      ...["Single Node Failure", "Full Cluster Loss", "Data Center / Site Loss"],
    ],
    stores: {
      "Auth DB": "auth",
      "Messaging DB": "messaging",
      Channels: "channels",
      "Audit log": "audit",
      "File storage": "files",
      "Keys of encrypted files": "file-keys",
      "Raft data": "raft",
      PKI: "authority",
      Config: "configuration",
      Secrets: "secrets",
    },
  },
  "support-desk": {
    sections: [
      ...["Recovery Objectives", "Testing Schedule", "Roles and Responsibilities", "Monitoring and Alerts"],
      ...parts("Backup Strategy", "Database Backups", "Backup Components"),
      ...parts("Backup Procedures", "Automated Daily Backup", "Manual Backup"),
      ...parts("Restore Procedures", "Restore Verification", "Manual Restore"),
      ...parts("Incident Response", "Backup Failure", "Data Loss Incident"),
    ],
    stores: {
      PostgreSQL: "tickets",
      Attachments: "attachments",
      Transcripts: "transcripts",
      Redis: "redis",
      "Configuration files": "configuration",
      "Secrets manager": "secrets",
    },
  },
  "kubernetes-chat": {
    sections: [
      ...["Overview", "Backup Operations", "Backup Verification"],
      ...parts("Backup Strategy", "Full Backups", "Incremental Backups", "Backup Verification"),
      ...parts("Restore Procedures", "Full Database Restore", "Point-in-Time Recovery"),
      ...parts("Disaster Scenarios", ...[1, 2, 3, 4, 5].map((number) => `Scenario ${number}`)),
      ...parts("Monitoring and Alerting", "Backup Alerts", "Metrics"),
      ...parts("Testing", "Regular DR Drills", "Chaos Engineering"),
      ...parts("Contact Information", "Escalation Path", "External Contacts"),
      ...parts("Compliance", "Regulatory Requirements", "Audit Trail"),
      ...parts("Appendix", "Configuration Files"),
    ],
    stores: {
      PostgreSQL: "messages",
      "State of the infrastructure": "infrastructure-state",
      "Database config, scripts and charts": "configuration",
      "Database credentials": "secrets",
      "CloudWatch Logs": "restore-records",
      "S3 audit bucket": "audit-bucket",
      "Kubernetes audit logs": "cluster-audit-logs",
    },
  },
  "multi-vps": {
    sections: [
      ...parts("Backup Strategy", "Database Backups", "File System Backups", "Blockchain Data"),
      ...parts("Backup Implementation", "Database Backup Process", "File System Backup Process"),
      ...parts("Disaster Recovery Procedures", ...[1, 2, 3, 4].map((number) => `Scenario ${number}`)),
      ...parts("Testing and Verification", "Regular Testing Schedule", "Verification Procedures"),
      ...["Documentation and Training", "Privacy and Security Considerations", "Continuous Improvement"],
    ],
    stores: {
      "Auth DB": "auth",
      "Ghost DB": "ghost",
      "Mautic DB": "mautic",
      "Analytics DB": "analytics",
      "Ghost content": "ghost-content",
      "Mautic assets": "mautic-assets",
      "User uploads": "uploads",
      "Configuration files": "configuration",
      Logs: "logs",
      "Blockchain state": "chain-state",
      "Wallet backups": "wallets",
      "Smart contracts": "contracts",
      "Access credentials": "secrets",
      "Service images": "images",
    },
  },
  invoicing: {
    sections: [
      ...parts("Backup Strategy", "Database Backups", "Certificate Backups", "Log Backups"),
      ...parts("Recovery Procedures", "Database Recovery", "Certificate Recovery", "Application Recovery"),
      ...parts("High Availability", "Application HA", "Database HA", "Data Replication"),
      ...parts("Recovery Time Objectives", "RTO Targets", "RPO Targets"),
      ...parts("Testing", "Backup Testing", "Recovery Testing"),
    ],
    stores: {
      PostgreSQL: "invoices",
      "Invoice logs": "invoices",
      "Audit logs": "invoices",
      "Certificate metadata": "invoices",
      Certificates: "certificates",
      "Application logs": "application-logs",
      "Environment from secure storage": "configuration",
    },
  },
} as const satisfies Record<string, Source>;

/** A plan's file, without folder and ending. */
export type PlanFile = keyof typeof sources;
