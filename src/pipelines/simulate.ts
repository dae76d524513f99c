import { resolveSimulateConfig, type SimulateOptions } from "../options/resolve-config.ts";
import { simulatePeople as simulateColumns } from "../signals/data/simulate-people.ts";
import { writeTable } from "../signals/files/write-table.ts";
import { checkOutFile } from "./out-file.ts";

/** The result of `simulate`. */
export interface SimulateResult {
  /** Path of the table. */
  out: string;
  /** Number of rows in the table. */
  rows: number;
  /** The simulated activities. */
  activities: readonly string[];
  /** Duration in seconds. */
  seconds: number;
}

/**
 * Writes plausible wrist recordings to one table: user, activity, recording, timestamp_s, accelerations in m/s^2 and angular
 * velocities in rad/s. The same options produce the same values.
 *
 * @throws UserError if an option is out of range, an activity is unknown, or the file cannot be written
 */
export async function simulate(options: SimulateOptions): Promise<SimulateResult> {
  const started = performance.now();
  const { out, overwrite, rate, ...config } = resolveSimulateConfig(options);
  await checkOutFile(out, { overwrite });
  const { columns, rows, activities } = simulateColumns({ ...config, samplingRateHz: rate });
  await writeTable(out, columns);
  return { out, rows, activities, seconds: (performance.now() - started) / 1000 };
}
