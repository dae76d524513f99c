import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeFitState,
  encodeFitState,
  type FitEpoch,
  type FitState,
} from "../../../src/learning/training/fit-state.ts";
import { camelCaseKeys } from "../../camel-case-keys.ts";

const number = (max: number): fc.Arbitrary<number> => fc.double({ min: 0, max, noNaN: true }).map((x) => x + 0);
const score = fc.option(number(1e3));

const epochs: fc.Arbitrary<FitEpoch> = fc.record({
  epoch: fc.nat(),
  loss: number(1e6),
  accuracy: number(1),
  valLoss: score,
  valAccuracy: score,
  valMacroF1: score,
  best: fc.boolean(),
  learningRate: number(1),
  seconds: number(1e5),
});

const states: fc.Arbitrary<FitState> = fc
  .record({
    parameters: fc.float32Array(),
    moment1: fc.float32Array(),
    moment2: fc.float32Array(),
    statistics: fc.float32Array(),
    averageParameters: fc.float32Array(),
    averageStatistics: fc.float32Array(),
    bestParameters: fc.float32Array(),
    bestStatistics: fc.float32Array(),
    progress: fc.record({
      epochs: fc.array(epochs, { maxLength: 4 }),
      step: fc.nat(),
      lossSum: number(1e9),
      correct: fc.nat(),
      epochSeconds: number(1e5),
      updates: fc.nat(),
      learningRate: number(1),
      sinceBest: fc.nat(),
      sinceCut: fc.nat(),
    }),
  })
  .map((state) => structuredClone(state));

describe("a checkpoint", () => {
  it("is read back bit for bit, whatever the numbers, even from an unaligned position in a buffer", () => {
    fc.assert(
      fc.property(states, fc.nat({ max: 9 }), (state, offset) => {
        const encoded = encodeFitState(state);
        const larger = new Uint8Array(encoded.length + offset + 3);
        larger.set(encoded, offset);
        const decoded = decodeFitState(larger.subarray(offset, offset + encoded.length));
        expect(encodeFitState(decoded)).toEqual(encoded);
        expect(decoded.progress).toEqual(state.progress);
        for (const name of ["parameters", "moment2", "bestStatistics"] as const) {
          expect(new Uint8Array(decoded[name].buffer)).toEqual(
            new Uint8Array(state[name].buffer, state[name].byteOffset, state[name].byteLength),
          );
        }
      }),
    );
  });

  it("has a header in snake_case, and is also read with the camelCase header of earlier versions", () => {
    fc.assert(
      fc.property(states, (state) => {
        const encoded = encodeFitState(state);
        const length = new DataView(encoded.buffer).getUint32(0, true);
        const header = JSON.parse(new TextDecoder().decode(encoded.subarray(4, 4 + length)));
        expect(camelCaseKeys(header)).toEqual([]);
        const former = new TextEncoder().encode(JSON.stringify({ ...header, progress: state.progress }));
        const bytes = new Uint8Array(4 + former.length + encoded.length - 4 - length);
        new DataView(bytes.buffer).setUint32(0, former.length, true);
        bytes.set(former, 4);
        bytes.set(encoded.subarray(4 + length), 4 + former.length);
        expect(decodeFitState(bytes).progress).toEqual(state.progress);
      }),
    );
  });

  it("is rejected wherever it is truncated, and with extra bytes at its end", () => {
    const [state] = fc.sample(states, { numRuns: 1, seed: 5 });
    const encoded = encodeFitState(state!);
    // The checkpoint is part of a larger buffer; the buffer's other bytes must not be read.
    for (let length = 0; length < encoded.length; length++) {
      expect(() => decodeFitState(encoded.subarray(0, length)), `${length} bytes`).toThrow(RangeError);
    }
    expect(() => decodeFitState(Uint8Array.of(...encoded, 0))).toThrow(RangeError);
  });

  it("is rejected if the bytes are something else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(() => decodeFitState(bytes)).toThrow(RangeError);
      }),
    );
    for (const header of ["null", "{}", '{"progress":{},"lengths":[1]}', '{"progress":{},"lengths":"12345678"}']) {
      const text = new TextEncoder().encode(header);
      const bytes = new Uint8Array(4 + text.length);
      new DataView(bytes.buffer).setUint32(0, text.length, true);
      bytes.set(text, 4);
      expect(() => decodeFitState(bytes), header).toThrow(RangeError);
    }
  });
});
