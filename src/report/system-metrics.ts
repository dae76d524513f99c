// The machine's load during training, under the names that MLflow's "System metrics" page expects.

import { statfs } from "node:fs/promises";
import { cpus, freemem, totalmem } from "node:os";

/** Time between two samples; the same as in MLflow. */
export const systemSampleMs = 10_000;
export const systemMetricPrefix = "system/";

export class SystemMetrics {
  readonly #directory: string;
  #before = systemCpuTimes();

  /** @param directory a directory on the disk whose usage is measured */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Processor time since the last sample as a percentage of all cores, and current memory and disk usage in megabytes (10^6
   * bytes).
   */
  async sample(): Promise<Record<string, number>> {
    const now = systemCpuTimes();
    const [busy, total] = [now.busy - this.#before.busy, now.total - this.#before.total];
    if (total > 0) this.#before = now;
    const memory = totalmem() - freemem();
    return Object.fromEntries(
      Object.entries({
        ...(total > 0 && { cpu_utilization_percentage: (100 * busy) / total }),
        system_memory_usage_megabytes: memory / 1e6,
        system_memory_usage_percentage: (100 * memory) / totalmem(),
        ...(await systemDiskUse(this.#directory)),
      }).map(([name, value]) => [systemMetricPrefix + name, Math.round(10 * value) / 10]),
    );
  }
}

/** In milliseconds, summed over the cores. */
function systemCpuTimes(): { busy: number; total: number } {
  const times = cpus().map(({ times: { user, nice, sys, idle, irq } }) => [user + nice + sys + irq, idle] as const);
  const busy = times.reduce((sum, [own]) => sum + own, 0);
  return { busy, total: times.reduce((sum, [, idle]) => sum + idle, busy) };
}

async function systemDiskUse(directory: string): Promise<Record<string, number>> {
  // Some file systems do not provide these figures.
  const found = await statfs(directory).catch(() => null);
  if (found === null || found.blocks === 0) return {};
  const { bsize, blocks, bfree, bavail } = found;
  const used = blocks - bfree;
  return {
    disk_usage_percentage: (100 * used) / (used + bavail),
    disk_usage_megabytes: (used * bsize) / 1e6,
    disk_available_megabytes: (bavail * bsize) / 1e6,
  };
}
