/** One step of taking over, as it happens. */
export interface Phase {
  readonly phase: "lease" | "deploy" | "restore" | "promote" | "open" | "backup" | "dns" | "done";
  /** ISO time. */
  readonly at: string;
  readonly detail: string;
}

export type Tell = (phase: Phase["phase"], detail: string) => void;
