import { UserError } from "../../errors.ts";
import type { FitPlan } from "./fit-plan.ts";

/** Thrown if the loss is no longer finite, which makes the fit and its checkpoint useless. */
export class Diverged extends UserError {
  override readonly name: string = "Diverged";
}

export function divergedLoss(plan: FitPlan, loss: number, epoch: number, step: number, learningRate: number): Diverged {
  return new Diverged(
    `${plan.name}: the loss became ${loss} in epoch ${epoch}, step ${step}, at a learning rate of ${learningRate}`,
    {
      advice:
        plan.scaler.method === "none"
          ? "Use --normalize zscore, or a smaller --learning-rate."
          : `Use a smaller --learning-rate, such as ${learningRate / 10}, and look for extreme values in the channels' ranges.`,
    },
  );
}
