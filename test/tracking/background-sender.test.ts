import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { BackgroundSender } from "../../src/tracking/background-sender.ts";
import type { EventSender } from "../../src/tracking/event-sender.ts";
import type { TrackingEvent } from "../../src/tracking/tracking-event.ts";
import { TrackingFault } from "../../src/tracking/tracking-fault.ts";

const event = (n: number): TrackingEvent => ({ type: "tags", run: "train", tags: { n: String(n) } });
const numbers = (events: readonly TrackingEvent[]): number[] =>
  events.map((one) => (one.type === "tags" ? Number(one.tags.n) : Number.NaN));
const busy = (retryAfterSeconds?: number): TrackingFault => new TrackingFault("busy", "busy", { retryAfterSeconds });
const absent = (): TrackingFault => {
  const cause = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  return new TrackingFault("unreachable", "nobody there", { cause });
};

interface Turn {
  readonly at: number;
  readonly events: number[];
}

/** What it is asked to send, and when; `answer` says how many are done, or throws. */
function sending(answer: (turn: number, events: number[]) => number | Promise<number>): {
  sender: BackgroundSender;
  turns: Turn[];
} {
  const turns: Turn[] = [];
  const fake = {
    sendSome: async (events: readonly TrackingEvent[]): Promise<number> => {
      turns.push({ at: performance.now(), events: numbers(events) });
      return answer(turns.length, numbers(events));
    },
  };
  return { sender: new BackgroundSender(fake as unknown as EventSender), turns };
}

async function until(moment: () => boolean): Promise<void> {
  while (!moment()) await sleep(5);
}

async function timed<T>(work: Promise<T>): Promise<{ result: T; ms: number }> {
  const start = performance.now();
  return { result: await work, ms: performance.now() - start };
}

// They wait for real time, so they do it together.
describe.concurrent("BackgroundSender", () => {
  it("sends in order, gathers what comes together, and keeps what was not done", async () => {
    const { sender, turns } = sending((turn, events) => (turn === 1 ? 2 : events.length));
    sender.enqueue(event(1));
    sender.enqueue(event(2), event(3));
    await until(() => turns.length === 2);
    expect(turns.map(({ events }) => events)).toEqual([[1, 2, 3], [3]]);
    sender.enqueue(event(4));
    expect(await sender.finish()).toBeNull();
    expect(turns.at(-1)!.events).toEqual([4]);
  });

  it("has nothing to finish where nothing came", async () => {
    const { result, ms } = await timed(sending(() => 1).sender.finish());
    expect(result).toBeNull();
    expect(ms).toBeLessThan(3000);
  });

  it("tries again after a while, and a longer while", async () => {
    const { sender, turns } = sending((turn, events) => {
      if (turn < 3) throw busy();
      return events.length;
    });
    sender.enqueue(event(1));
    await until(() => turns.length === 3);
    const [first, second, third, ...more] = turns.map(({ at }) => at);
    expect(more).toEqual([]);
    expect(second! - first!).toBeGreaterThan(740);
    expect(third! - second!).toBeGreaterThan(1490);
    expect(await sender.finish()).toBeNull();
  });

  it("waits as long as the server said, before the end and at it", async () => {
    const { sender, turns } = sending((turn, events) => {
      if (turn === 1 || turn === 3) throw busy(0.2);
      return events.length;
    });
    sender.enqueue(event(1));
    await until(() => turns.length === 2);
    sender.enqueue(event(2));
    expect(await sender.finish()).toBeNull();
    const at = turns.map((turn) => turn.at);
    for (const wait of [at[1]! - at[0]!, at[3]! - at[2]!]) {
      expect(wait).toBeGreaterThan(190);
      expect(wait).toBeLessThan(740);
    }
  });

  it("does not wait out a long Retry-After when the work is done", async () => {
    const { sender, turns } = sending((turn, events) => {
      if (turn === 1) throw busy(3600);
      return events.length;
    });
    sender.enqueue(event(1));
    await until(() => turns.length === 1);
    const { result, ms } = await timed(sender.finish());
    expect(result).toBeNull();
    expect(ms).toBeLessThan(3000);
    expect(turns).toHaveLength(2);
  });

  it("gives up at the end where the server asks for more time than there is", async () => {
    const { sender } = sending(() => {
      throw busy(3600);
    });
    sender.enqueue(event(1), event(2));
    const { result, ms } = await timed(sender.finish(5000));
    expect(result).toEqual({ events: 2, reason: "busy" });
    expect(ms).toBeLessThan(3000);
  });

  it("has patience at the end, and no more than it was given", async () => {
    const { sender, turns } = sending(() => {
      throw busy();
    });
    sender.enqueue(event(1));
    const { result, ms } = await timed(sender.finish(1500));
    expect(result).toEqual({ events: 1, reason: "busy" });
    expect(ms).toBeGreaterThan(1400);
    expect(ms).toBeLessThan(4500);
    expect(turns.length).toBeGreaterThanOrEqual(2);
  });

  it("does not lose patience while something is taken", async () => {
    const { sender } = sending(async () => {
      await sleep(200);
      return 1;
    });
    sender.enqueue(...[1, 2, 3, 4, 5, 6].map(event));
    expect(await sender.finish(500)).toBeNull();
  });

  it("does not wait for an answer that never comes", async () => {
    const { sender } = sending(() => new Promise<number>(() => {}));
    sender.enqueue(event(1));
    const { result, ms } = await timed(sender.finish(300));
    expect(result).toEqual({ events: 1, reason: "no time was left" });
    expect(ms).toBeLessThan(3000);
  });

  it("ends at once where nobody listens", async () => {
    const { sender, turns } = sending(() => {
      throw absent();
    });
    sender.enqueue(event(1));
    await until(() => turns.length === 1);
    const { result, ms } = await timed(sender.finish(10_000));
    expect(result).toEqual({ events: 1, reason: "nobody there" });
    expect(ms).toBeLessThan(3000);
    expect(turns).toHaveLength(2);
  });

  it.each([new TrackingFault("unauthorized", "no right"), new TrackingFault("refused", "no right")])(
    "asks no more after a fault for good ($kind)",
    async (fault) => {
      const { sender, turns } = sending(() => {
        throw fault;
      });
      sender.enqueue(event(1));
      await until(() => turns.length === 1);
      sender.enqueue(event(2));
      expect(await sender.finish()).toEqual({ events: 2, reason: "no right" });
      expect(turns).toHaveLength(1);
    },
  );

  it.each([new TypeError("a defect"), "a word", undefined])("never throws: %s", async (thrown) => {
    const { sender } = sending(() => {
      throw thrown;
    });
    sender.enqueue(event(1));
    expect(await sender.finish()).toEqual({ events: 1, reason: String(thrown) });
  });
});
