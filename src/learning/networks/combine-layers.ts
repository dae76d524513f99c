// Layers that contain other layers, beside `sequential`.

import type { Layer } from "./layer-context.ts";
import { sequential } from "./layers.ts";
import { add, concat } from "./onnx-operators.ts";

/** x + f(x), f being the layers one after another (He et al. 2016). */
export function residual(...layers: readonly Layer[]): Layer {
  const inner = sequential(...layers);
  return (context, x) => add(x, inner(context, x));
}

/** Applies each layer to the same input, and joins the outputs along the last axis (the branches of Szegedy et al. 2015). */
export function parallel(...layers: readonly Layer[]): Layer {
  if (layers.length === 0) throw new Error("parallel: expected at least one layer");
  return (context, x) => {
    const outputs = layers.map((layer) => layer(context, x));
    return concat(outputs, outputs[0]!.shape.length - 1);
  };
}
