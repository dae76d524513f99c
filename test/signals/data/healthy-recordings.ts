// Paths of real recordings. The reader must not reject any of their values as absurd.
import { fileURLToPath } from "node:url";
import { readRecordings } from "../../../src/signals/data/read-recordings.ts";
import type { Recordings } from "../../../src/signals/data/recordings.ts";
import { refuseAbsurdValues } from "../../../src/signals/data/refuse-absurd-values.ts";

export const healthyRecordings = (name: string): string =>
  fileURLToPath(new URL(`../../../../shared/data/${name}/${name}.parquet`, import.meta.url));

export const refuseAbsurdRecordings = ({ channels, values, files }: Recordings): Promise<void> =>
  refuseAbsurdValues(channels, (c) => values[c]!, files);

export async function expectHealthy(name: string): Promise<void> {
  const { recordings } = await readRecordings([healthyRecordings(name)], {
    requireLabels: true,
    nominalRateHz: 50,
    columns: { label: "activity", group: "user", recording: name === "uci_har" ? "window_id" : "recording" },
  });
  await refuseAbsurdRecordings(recordings);
}
