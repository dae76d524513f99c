// A bidirectional LSTM (Hochreiter & Schmidhuber 1997, with a forget gate; Keras's semantics: sigmoid gates, one bias, with the
// outputs of both directions side by side). Inference uses ONNX's own LSTM operator. Training needs the gates of every step,
// which ONNX's operator does not return. Training therefore runs one forward Scan per direction, and a second Scan as its
// gradient rule. All element-wise work happens in the Scan's body, so that a step's activations stay in cache. The gradients of
// the weights are computed after the Scan, as matrix products over all time steps.
//
// Dimensions: T time, B batch, I input channels, H units. Parameters have Keras's layout, with gates in the order i, f, g, o.

import type { Layer } from "./layer-context.ts";
import type { Value } from "./onnx-graph.ts";
import {
  add,
  concat,
  expand,
  gemm,
  lstmOperator,
  mul,
  reduceSum,
  reshape,
  scalar,
  sigmoid,
  splitAlongAxis,
  sub,
  tanh,
  transpose,
} from "./onnx-operators.ts";
import { scan } from "./scan.ts";

interface Cell {
  /** [I, 4H] */
  readonly kernel: Value;
  /** [H, 4H] */
  readonly recurrentKernel: Value;
  /** [4H] */
  readonly bias: Value;
}

/** [T, B, I] -> [T, B, 2H]: the forward direction's outputs, then the backward direction's. */
export function bidirectionalLstm(name: string, units: number): Layer {
  return (context, x) => {
    const inputSize = x.shape[2] as number;
    const [forward, backward] = (["forward", "backward"] as const).map(
      (direction): Cell => ({
        kernel: context.parameter(`${name}/${direction}/kernel`, [inputSize, 4 * units], "glorot-uniform"),
        recurrentKernel: context.parameter(`${name}/${direction}/recurrent_kernel`, [units, 4 * units], "orthogonal"),
        bias: context.parameter(`${name}/${direction}/bias`, [4 * units], "forget-gate-ones"),
      }),
    ) as [Cell, Cell];
    return context.differentiable
      ? concat([trainableLstmDirection(x, forward, units, false), trainableLstmDirection(x, backward, units, true)], 2)
      : bidirectionalLstmForInference(x, [forward, backward], units);
  };
}

/** One direction, with its own gradient rule. [T, B, I] -> [T, B, H]; `reverse` starts at the last step. */
function trainableLstmDirection(
  x: Value,
  { kernel, recurrentKernel, bias }: Cell,
  units: number,
  reverse: boolean,
): Value {
  const [steps, batch, inputSize] = x.shape as [number, number, number];
  const rows = steps * batch;
  const [y] = x.graph.composite([x, kernel, recurrentKernel, bias], () => {
    const w = groupLstmGates(kernel, units);
    const r = groupLstmGates(recurrentKernel, units);
    const flatX = reshape(x, [rows, inputSize]);
    const z = reshape(gemm(flatX, w, { c: groupLstmGates(bias, units) }), [steps, batch, 4 * units]);
    const zero = expand(scalar(x, 0), [batch, units]);

    // The last three outputs hold all the values that the gradient's Scan needs: with dh and dc the gradients of h and c, dc =
    // dh * throughTanh + dc', and the gates' [dz] = [dc, dc, dh, dc] * slopes.
    const forward = scan(
      [zero, zero],
      [{ value: z, reverse }],
      ([h, c], [zt]) => {
        const [zGates, zCell] = splitAlongAxis(gemm(h!, r, { c: zt! }), [3 * units, units], 1);
        const gates = sigmoid(zGates!);
        const cell = tanh(zCell!);
        const [i, f, o] = splitAlongAxis(gates, [units, units, units], 1);
        const added = mul(i!, cell);
        const kept = mul(f!, c!);
        const nextC = add(added, kept);
        const tanhC = tanh(nextC);
        const nextH = mul(o!, tanhC);
        const throughTanh = sub(o!, mul(nextH, tanhC));
        const gateSlopes = mul(concat([added, kept, nextH], 1), sub(1, gates));
        const cellSlope = sub(i!, mul(added, cell));
        return {
          states: [nextH, nextC],
          outputs: [nextH, h!, throughTanh, concat([gateSlopes, cellSlope], 1), f!],
        };
      },
      { reverseOutputs: reverse },
    );
    const [h, previousH, ...saved] = forward.outputs as [Value, Value, ...Value[]];

    return {
      outputs: [h],
      gradient: ([dh]) => {
        const backward = scan(
          [zero, zero],
          [dh!, ...saved].map((value) => ({ value, reverse: !reverse })),
          ([dhNext, dcNext], [dy, throughTanh, slopes, f]) => {
            const dhT = add(dy!, dhNext!);
            const dc = add(mul(dhT, throughTanh!), dcNext!);
            const dz = mul(concat([dc, dc, dhT, dc], 1), slopes!);
            return { states: [gemm(dz, r, { transB: true }), mul(dc, f!)], outputs: [dz] };
          },
          { reverseOutputs: !reverse },
        );
        const dz = reshape(backward.outputs[0]!, [rows, 4 * units]);
        // Uses one product for both kernels, because rearranging dz for a product is the expensive part.
        const inputs = concat([flatX, reshape(previousH, [rows, units])], 1);
        const dKernels = splitAlongAxis(
          ungroupLstmGates(gemm(inputs, dz, { transA: true }), units),
          [inputSize, units],
          0,
        );
        return [
          reshape(gemm(dz, w, { transB: true }), x.shape),
          ...dKernels,
          ungroupLstmGates(reduceSum(dz, [0], false), units),
        ];
      },
    };
  });
  return y!;
}

/** Reorders i, f, g, o to i, f, o, g along the last axis, so that the three sigmoid gates are side by side. */
function groupLstmGates(x: Value, units: number): Value {
  const axis = x.shape.length - 1;
  const [inputForget, cell, output] = splitAlongAxis(x, [2 * units, units, units], axis);
  return concat([inputForget!, output!, cell!], axis);
}

function ungroupLstmGates(x: Value, units: number): Value {
  const axis = x.shape.length - 1;
  const [inputForget, output, cell] = splitAlongAxis(x, [2 * units, units, units], axis);
  return concat([inputForget!, cell!, output!], axis);
}

function bidirectionalLstmForInference(x: Value, cells: readonly [Cell, Cell], units: number): Value {
  const [steps, batch] = x.shape;
  const stack = (value: (cell: Cell) => Value, columns: number): Value =>
    reshape(concat(cells.map(value), 0), [2, 4 * units, columns]);
  const w = stack(({ kernel }) => transpose(lstmGatesForOnnx(kernel, units), [1, 0]), x.shape[2] as number);
  const r = stack(({ recurrentKernel }) => transpose(lstmGatesForOnnx(recurrentKernel, units), [1, 0]), units);
  const b = reshape(
    concat(
      cells.flatMap(({ bias }) => [lstmGatesForOnnx(bias, units), expand(scalar(bias, 0), [4 * units])]),
      0,
    ),
    [2, 8 * units],
  );
  return reshape(transpose(lstmOperator(x, w, r, b), [0, 2, 1, 3]), [steps!, batch!, 2 * units]);
}

/** Reorders i, f, g, o to ONNX's i, o, f, g along the last axis. */
function lstmGatesForOnnx(x: Value, units: number): Value {
  const axis = x.shape.length - 1;
  const [input, forget, cell, output] = splitAlongAxis(x, [units, units, units, units], axis);
  return concat([input!, output!, forget!, cell!], axis);
}
