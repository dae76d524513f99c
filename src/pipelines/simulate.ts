import type { SimulateConfig } from "../config.ts";

export interface SimulateResult {
  out: string;
  rows: number;
  activities: readonly string[];
  seconds: number;
}

export async function simulate(config: SimulateConfig): Promise<SimulateResult> {
  throw new Error(`simulate: not here yet (${config.out})`);
}
