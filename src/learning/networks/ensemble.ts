// Several networks in one graph. An ensemble divides each member's logits by a temperature, averages the members'
// probabilities, and uses the logarithm of the average as logits. The members' parameters follow one another in the vector of
// all parameters, and so do their statistics; the temperatures and weights come last. M members, K classes.

import type { Layer, LayerContext } from "./layer-context.ts";
import type { Value } from "./onnx-graph.ts";
import { add, div, log, mul, slice, softmax } from "./onnx-operators.ts";

/** The smallest normal float32, which keeps the logit finite for a class that all members assign a probability of 0. */
const floor = 2 ** -126;

/** @param members the networks by name */
export function ensembleLayer(members: Readonly<Record<string, Layer>>): Layer {
  const named = Object.entries(members);
  return (context, x) => {
    const logits = named.map(([name, layer]) => layer(contextWithinEnsemble(context, name), x));
    const temperatures = context.statistic("ensemble/temperatures", [named.length], "ones");
    const weights = context.statistic("ensemble/weights", [named.length], "ones");
    const own = (values: Value, m: number): Value => slice(values, 0, m, m + 1);
    const shares = logits.map((value, m) => mul(softmax(div(value, own(temperatures, m))), own(weights, m)));
    return log(add(shares.reduce(add), floor));
  };
}

/** Puts a member's name before the names of its tensors, because different members may use the same tensor names. */
function contextWithinEnsemble(context: LayerContext, member: string): LayerContext {
  return {
    ...context,
    parameter: (name, shape, initializer) => context.parameter(`${member}/${name}`, shape, initializer),
    statistic: (name, shape, initializer) => context.statistic(`${member}/${name}`, shape, initializer),
    updateStatistic: (name, value) => context.updateStatistic(`${member}/${name}`, value),
  };
}
