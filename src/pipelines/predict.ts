import type { PredictConfig } from "../config.ts";

export interface PredictResult {
  out: string;
  windows: number;
  /** Windows by predicted class. */
  classes: Record<string, number>;
  meanConfidence: number;
  seconds: number;
}

export async function predict(
  config: PredictConfig,
  _options: { onWarning?: (message: string) => void } = {},
): Promise<PredictResult> {
  throw new Error(`predict: not here yet (${config.out})`);
}
