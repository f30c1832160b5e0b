import { query } from "../restored-content.js";
import type { Control } from "./model.js";

/** One byte of one row of the restored database is changed: the verification has to find it. */
export const byteChanged: Control = {
  scenario: "region-loss",
  async beforeVerification(day) {
    await query(
      day,
      day.standby,
      "UPDATE messages SET body = overlay(body PLACING 'X' FROM 1 FOR 1) WHERE id = 500000",
    );
  },
};
