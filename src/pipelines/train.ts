import type { TrainConfig } from "../config.ts";
import type { OnTrainEvent, TrainSummary } from "./train-events.ts";

export interface TrainResult {
  out: string;
  report: string;
  modelVersion: string;
  seconds: number;
  summary: TrainSummary;
}

export async function train(
  config: TrainConfig,
  _options: { onEvent?: OnTrainEvent; signal?: AbortSignal } = {},
): Promise<TrainResult> {
  throw new Error(`train: not here yet (${config.out})`);
}
