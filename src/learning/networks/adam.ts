// Adam (Kingma & Ba 2015) in Keras's form: the bias correction is part of the step size, and epsilon is added to the root of
// the uncorrected second moment.

import type { Value } from "./onnx-graph.ts";
import { add, div, mul, sqrt, sub } from "./onnx-operators.ts";

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-7;

export interface AdamState {
  readonly parameters: Value;
  readonly moment1: Value;
  readonly moment2: Value;
}

/** The learning rate times the bias correction. @param step number of the step, counting from 1 */
export function adamStepSize(learningRate: number, step: number): number {
  return (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
}

/** One step over vectors [P]; `stepSize` is a scalar. */
export function adamStep(state: AdamState & { readonly gradient: Value; readonly stepSize: Value }): AdamState {
  const { parameters, moment1, moment2, gradient, stepSize } = state;
  const nextMoment1 = add(moment1, mul(sub(gradient, moment1), 1 - beta1));
  const nextMoment2 = add(moment2, mul(sub(mul(gradient, gradient), moment2), 1 - beta2));
  const step = div(mul(nextMoment1, stepSize), add(sqrt(nextMoment2), epsilon));
  return { parameters: sub(parameters, step), moment1: nextMoment1, moment2: nextMoment2 };
}
