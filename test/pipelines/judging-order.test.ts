import { expect, it, onTestFinished } from "vitest";
import { type JudgingOrder, judgingOrder, type OrderedWork } from "../../src/pipelines/judging-order.ts";
import { FakeClock } from "../storage/fake-clock.ts";

interface Batch {
  readonly stream: string;
  readonly id: string;
  /** Time of the batch's data, in seconds after the start. */
  readonly data?: number;
}

const start = Date.parse("2026-12-01T10:00:00Z");

/**
 * Returns an ordered service. `judged` lists the batches in the order in which they were judged, with the second at which each
 * was judged.
 */
function service(
  latenessSeconds: number,
  setBackMs: () => number = () => 0,
): OrderedWork<Batch, string> & { judged: string[]; clock: FakeClock } {
  const clock = new FakeClock();
  onTestFinished(() => clock.stop());
  const judged: string[] = [];
  const order: JudgingOrder<Batch> = {
    keyOf: ({ stream }) => stream,
    timeOf: ({ data }) => (data === undefined ? null : new Date(start + 1000 * data)),
    latenessMs: 1000 * latenessSeconds,
    clock,
    now: () => new Date(start + clock.now() - setBackMs()),
  };
  const work = async ({ id }: Batch): Promise<string> => {
    judged.push(`${id} at ${clock.now() / 1000} s`);
    if (id === "broken") throw new Error("broken");
    return id;
  };
  return { ...judgingOrder(order, work), judged, clock };
}

it("judges by arrival if no batch has a time, and goes on after an error", async () => {
  const { run, judged } = service(0);
  const all = ["1", "broken", "2"].map((id) => run({ stream: "a", id }));
  expect(await Promise.allSettled(all)).toMatchObject([{ value: "1" }, { status: "rejected" }, { value: "2" }]);
  expect(judged).toEqual(["1 at 0 s", "broken at 0 s", "2 at 0 s"]);
});

it("waits until data is older than the lateness, and judges in the order of the data", async () => {
  const { run, judged, clock } = service(60);
  const newer = run({ stream: "a", id: "newer", data: 0 });
  const other = run({ stream: "b", id: "other", data: -50 });
  await clock.sleep(20_000);
  // The data of this batch is 30 s older than that of the first batch, so the batch is due at 30 s instead of 60 s.
  const late = run({ stream: "a", id: "late", data: -30 });
  const oldest = run({ stream: "a", id: "oldest", data: -3600 });
  await Promise.all([newer, late, other, oldest]);
  expect(judged).toEqual(["other at 10 s", "oldest at 20 s", "late at 30 s", "newer at 60 s"]);
});

it("judges a batch that is later than the lateness when it arrives", async () => {
  const { run, judged, clock } = service(60);
  await run({ stream: "a", id: "1", data: 0 });
  await clock.sleep(40_000);
  await run({ stream: "a", id: "too late", data: -1 });
  expect(judged).toEqual(["1 at 60 s", "too late at 100 s"]);
});

it("waits no longer than the lateness if the system's time is set back or forward while batches wait", async () => {
  let setBackMs = 0;
  const { run, judged, clock } = service(60, () => setBackMs);
  const first = run({ stream: "a", id: "1", data: 0 });
  await clock.sleep(20_000);
  setBackMs = 86_400_000;
  const second = run({ stream: "a", id: "2", data: 20 });
  await clock.sleep(20_000);
  setBackMs = -86_400_000;
  const third = run({ stream: "a", id: "3", data: 86_440 });
  await Promise.all([first, second, third]);
  expect(judged).toEqual(["1 at 60 s", "2 at 80 s", "3 at 100 s"]);
});

it("delays nothing because of a clock that is ahead, and nothing once it is told to hurry", async () => {
  const { run, judged, hurry } = service(60);
  await run({ stream: "a", id: "tomorrow", data: 86_400 });
  expect(judged).toEqual(["tomorrow at 60 s"]);
  const held = [run({ stream: "a", id: "2", data: 61 }), run({ stream: "a", id: "1", data: 60 })];
  hurry();
  await Promise.all(held);
  await run({ stream: "a", id: "3", data: 62 });
  expect(judged.slice(1)).toEqual(["1 at 60 s", "2 at 60 s", "3 at 60 s"]);
});
