// When the last sample of a batch was recorded, as far as the sender of a file can tell.

import { stat } from "node:fs/promises";
import { UserError } from "../errors.ts";
import { dataTimeOf } from "../monitoring/streams/data-time.ts";
import type { PostedColumn } from "../options/push-options.ts";
import type { PushConfig } from "../options/resolve-config.ts";
import { namedColumnRoles } from "../signals/data/named-columns.ts";
import { openRecordings } from "../signals/data/open-recordings.ts";

export type OptionsForDataTime = Partial<Pick<PushConfig, "dataTime" | PostedColumn>>;

/**
 * Returns the request's parameter `data-time`; nothing if the time is unknown or was not requested.
 * @param file the file that the user gave
 * @param part the table with the batch, which may be a part of the file; null if the file is a summary
 */
export async function dataTimeToPush(
  file: string,
  part: string | null,
  { dataTime, rate, ...columns }: OptionsForDataTime,
): Promise<{ readonly "data-time"?: string }> {
  if (dataTime === "modified") return { "data-time": (await stat(file)).mtime.toISOString() };
  if (dataTime !== "column" || part === null) return {};
  try {
    const opened = await openRecordings([part], {
      columns: namedColumnRoles(columns),
      requireLabels: false,
      onFault: () => {},
      ...(rate !== undefined && { nominalRateHz: rate }),
    });
    const { rows } = opened;
    try {
      const found = dataTimeOf(rows.times(), null);
      return found === null ? {} : { "data-time": found.to };
    } finally {
      rows.close();
    }
  } catch (error) {
    // The service will name the fault.
    if (error instanceof UserError) return {};
    throw error;
  }
}
