import { expect, it } from "vitest";
import { crossValidate } from "../../../src/learning/evaluation/cross-validate.ts";
import type { Split } from "../../../src/learning/evaluation/split.ts";

const splits: Split[] = Array.from({ length: 5 }, (_, i) => ({
  trainIndex: Int32Array.of(),
  testIndex: Int32Array.of(i),
}));
/** Waits for the given number of event-loop turns. */
async function turns(n: number): Promise<void> {
  for (let turn = 0; turn < n; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

it.each([1, 2, 9])("gives results in the order of the splits, %i at once", async (concurrency) => {
  let running = 0;
  let most = 0;
  const results = await crossValidate(
    splits,
    async (split, fold) => {
      most = Math.max(most, ++running);
      await turns(10 - 2 * fold);
      running--;
      return `${fold}:${split.testIndex[0]}`;
    },
    concurrency,
  );
  expect(results).toEqual(["0:0", "1:1", "2:2", "3:3", "4:4"]);
  expect(most).toBe(Math.min(concurrency, 5));
});

it("starts nothing after a failure, waits for running work, and throws the first failure", async () => {
  const started: number[] = [];
  const ended: number[] = [];
  const result = crossValidate(
    splits,
    async (_, fold) => {
      started.push(fold);
      await turns(fold === 0 ? 20 : 5);
      if (fold > 0) throw new Error(`fold ${fold}`);
      ended.push(fold);
    },
    2,
  );
  await expect(result).rejects.toThrow("fold 1");
  expect(started).toEqual([0, 1]);
  expect(ended).toEqual([0]);
});
