import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BackgroundSender, runBackgroundSender } from "../../src/storage/background-sender.ts";
import type { EventSender } from "../../src/storage/event-sender.ts";
import { ServerTimeLimits } from "../../src/storage/server-time-limits.ts";
import type { TrackingEvent } from "../../src/storage/tracking-event.ts";
import { TrackingFault } from "../../src/storage/tracking-fault.ts";
import { FakeClock } from "./fake-clock.ts";

const event = (n: number): TrackingEvent => ({ type: "tags", run: "train", tags: { n: String(n) } });
const numbers = (events: readonly TrackingEvent[]): number[] =>
  events.map((one) => (one.type === "tags" ? Number(one.tags.n) : Number.NaN));
const busy = (retryAfterSeconds?: number): TrackingFault => new TrackingFault("busy", "busy", { retryAfterSeconds });
const absent = (): TrackingFault => {
  const cause = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  return new TrackingFault("unreachable", "nobody there", { cause });
};

let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
});
afterEach(() => clock.stop());

interface Turn {
  readonly at: number;
  readonly events: number[];
}

type Answer = (turn: number, events: number[]) => number | Promise<number>;

/**
 * Returns a sender that records the events and the time of each call; `answer` returns the number of events that count as sent,
 * or throws.
 */
function fakeSender(answer: Answer): { sender: EventSender; turns: Turn[]; refuse: () => void } {
  const turns: Turn[] = [];
  const fake = {
    refusals: 0,
    sendSome: async (events: readonly TrackingEvent[]): Promise<number> => {
      turns.push({ at: clock.now(), events: numbers(events) });
      return answer(turns.length, numbers(events));
    },
  };
  return { sender: fake as unknown as EventSender, turns, refuse: () => void fake.refusals++ };
}

function sending(answer: Answer): { sender: BackgroundSender; turns: Turn[] } {
  const { sender, turns } = fakeSender(answer);
  return { sender: new BackgroundSender(sender, clock), turns };
}

async function until(moment: () => boolean): Promise<void> {
  while (!moment()) await new Promise((resolve) => setImmediate(resolve));
}

async function timed<T>(work: Promise<T>): Promise<{ result: T; ms: number }> {
  const start = clock.now();
  return { result: await work, ms: clock.now() - start };
}

describe("BackgroundSender", () => {
  it("sends in order, groups events that arrive together, and keeps what was not sent", async () => {
    const { sender, turns } = sending((turn, events) => (turn === 1 ? 2 : events.length));
    sender.enqueue([event(1)]);
    sender.enqueue([event(2), event(3)]);
    await until(() => turns.length === 2);
    expect(turns.map(({ events }) => events)).toEqual([[1, 2, 3], [3]]);
    sender.enqueue([event(4)]);
    expect(await sender.finish()).toBeNull();
    expect(turns.at(-1)!.events).toEqual([4]);
  });

  it("has nothing to finish if there were no events", async () => {
    const { result, ms } = await timed(sending(() => 1).sender.finish());
    expect(result).toBeNull();
    expect(ms).toBe(0);
  });

  it("tries again after growing pauses", async () => {
    const { sender, turns } = sending((turn, events) => {
      if (turn < 3) throw busy();
      return events.length;
    });
    sender.enqueue([event(1)]);
    await until(() => turns.length === 3);
    const [first, second, third, ...more] = turns.map(({ at }) => at);
    expect(more).toEqual([]);
    expect(second! - first!).toBeGreaterThanOrEqual(750);
    expect(third! - second!).toBeGreaterThanOrEqual(1500);
    expect(await sender.finish()).toBeNull();
  });

  it("waits slightly longer than the server asked, both during the run and at its end", async () => {
    const { sender, turns } = sending((turn, events) => {
      if (turn === 1 || turn === 3) throw busy(5);
      return events.length;
    });
    sender.enqueue([event(1)]);
    await until(() => turns.length === 2);
    sender.enqueue([event(2)]);
    expect(await sender.finish()).toBeNull();
    const at = turns.map((turn) => turn.at);
    for (const wait of [at[1]! - at[0]!, at[3]! - at[2]!]) {
      expect(wait).toBeGreaterThanOrEqual(5000);
      expect(wait).toBeLessThanOrEqual(5500);
    }
  });

  it.each([0, -1, Number.NaN, 1e-9, undefined])(
    "does not retry in a tight loop after Retry-After: %s",
    async (seconds) => {
      const { sender, turns } = sending(() => {
        throw busy(seconds);
      });
      sender.enqueue([event(1)]);
      await until(() => turns.length === 12);
      const waits = turns.slice(1).map(({ at }, i) => at - turns[i]!.at);
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(750);
      // By this time, the backoff has reached its maximum.
      expect(waits.at(-1)).toBeGreaterThanOrEqual(22_500);
      await sender.finish(new ServerTimeLimits(0));
    },
  );

  it.each([2 ** 31 / 1000, 1e12, Number.POSITIVE_INFINITY])("retries after %s s, within limits", async (seconds) => {
    const { sender, turns } = sending((turn, events) => {
      if (turn === 1) throw busy(seconds);
      return events.length;
    });
    sender.enqueue([event(1)]);
    await until(() => turns.length === 2);
    const wait = turns[1]!.at - turns[0]!.at;
    expect(wait).toBeGreaterThanOrEqual(15 * 60_000);
    expect(wait).toBeLessThanOrEqual(1.1 * 15 * 60_000);
    expect(Math.max(...clock.slept)).toBeLessThan(2 ** 31);
    await sender.finish();
  });

  it("does not wait out a long Retry-After when the work is done", async () => {
    const { sender, turns } = sending((turn, events) => {
      if (turn === 1) throw busy(3600);
      return events.length;
    });
    sender.enqueue([event(1)]);
    // The second sleep has the length that the server requested.
    await until(() => clock.slept.length === 2);
    const at = clock.now();
    expect(await sender.finish()).toBeNull();
    expect(clock.now()).toBe(at);
    expect(turns).toHaveLength(2);
  });

  it("gives up at the end if the server asks for more time than remains", async () => {
    const { sender } = sending(() => {
      throw busy(3600);
    });
    sender.enqueue([event(1), event(2)]);
    const { result, ms } = await timed(sender.finish(new ServerTimeLimits(5000)));
    expect(result).toEqual({ events: 2, reason: "busy" });
    expect(ms).toBe(0);
  });

  it("tries as long as its time limits allow at the end, and no longer", async () => {
    const { sender, turns } = sending(() => {
      throw busy();
    });
    sender.enqueue([event(1)]);
    const { result, ms } = await timed(sender.finish(new ServerTimeLimits(1500)));
    expect(result).toEqual({ events: 1, reason: "busy" });
    expect(ms).toBe(1500);
    expect(turns.length).toBeGreaterThanOrEqual(2);
  });

  it("loses no time while the server accepts something", async () => {
    const { sender } = sending(async () => {
      await clock.sleep(400);
      return 1;
    });
    sender.enqueue([1, 2, 3, 4, 5, 6].map(event));
    expect(await sender.finish(new ServerTimeLimits(500))).toBeNull();
  });

  it("does not wait for an answer that never comes", async () => {
    const { sender } = sending(() => new Promise<number>(() => {}));
    sender.enqueue([event(1)]);
    const { result, ms } = await timed(sender.finish(new ServerTimeLimits(300)));
    expect(result).toEqual({ events: 1, reason: "no time was left" });
    expect(ms).toBeLessThanOrEqual(301);
  });

  it("ends at once if there is no server", async () => {
    const { sender, turns } = sending(() => {
      throw absent();
    });
    sender.enqueue([event(1)]);
    await until(() => clock.slept.length === 2);
    const at = clock.now();
    expect(await sender.finish()).toEqual({ events: 1, reason: "nobody there" });
    expect(clock.now()).toBe(at);
    expect(turns).toHaveLength(2);
  });

  it.each([new TrackingFault("unauthorized", "no right"), new TrackingFault("refused", "no right")])(
    "asks no more after a fault for good ($kind)",
    async (fault) => {
      const { sender, turns } = sending(() => {
        throw fault;
      });
      sender.enqueue([event(1)]);
      await until(() => turns.length === 1);
      sender.enqueue([event(2)]);
      expect(await sender.finish()).toEqual({ events: 2, reason: "no right" });
      expect(turns).toHaveLength(1);
    },
  );

  it.each([new TypeError("a defect"), "a word", undefined])("never throws: %s", async (thrown) => {
    const { sender } = sending(() => {
      throw thrown;
    });
    sender.enqueue([event(1)]);
    expect(await sender.finish()).toEqual({ events: 1, reason: String(thrown) });
  });
});

describe("time limits that several senders share", () => {
  it("end for all senders at once, whatever the server accepts", async () => {
    const limits = new ServerTimeLimits(60_000);
    const { ms } = await timed(
      (async () => {
        for (let stream = 0; stream < 2000; stream++) {
          const { sender } = fakeSender(() => new Promise<number>(() => {}));
          expect(await runBackgroundSender(sender, [event(stream)], limits, clock)).toMatchObject({ events: 1 });
        }
      })(),
    );
    expect(limits.leftMs).toBe(0);
    expect(ms).toBeLessThan(62_100);
  });

  it("are sixty times as long for accepted data, and no longer", async () => {
    const limits = new ServerTimeLimits(60_000);
    let streams = 0;
    const { ms } = await timed(
      (async () => {
        for (; limits.leftMs > 0 && streams < 2000; streams++) {
          const { sender } = fakeSender(async () => {
            await clock.sleep(29_000);
            return 1;
          });
          const unsent = await runBackgroundSender(sender, [1, 2, 3, 4].map(event), limits, clock);
          expect(unsent === null).toBe(limits.leftMs > 0);
        }
      })(),
    );
    expect(ms).toBeGreaterThanOrEqual(60 * 60_000);
    expect(ms).toBeLessThan(61 * 60_000);
    expect(streams).toBeLessThan(35);
  });

  it("end the sending between two accepted requests", async () => {
    const { sender, turns } = sending(async () => {
      await clock.sleep(290);
      return 1;
    });
    sender.enqueue(Array.from({ length: 1000 }, (_, i) => event(i)));
    const { result, ms } = await timed(sender.finish(new ServerTimeLimits(300)));
    expect(result).toEqual({ events: 1000 - turns.length, reason: "no time was left" });
    expect(ms).toBeLessThan(61 * 300);
    const asked = turns.length;
    await clock.sleep(1000);
    expect(turns).toHaveLength(asked);
  });

  it("are used up by slow rejections", async () => {
    const limits = new ServerTimeLimits(60_000);
    const refusing = fakeSender(async (_, events) => {
      await clock.sleep(25_000);
      refusing.refuse();
      return events.length;
    });
    expect(await runBackgroundSender(refusing.sender, [event(1)], limits, clock)).toBeNull();
    expect(limits.leftMs).toBe(35_000);
    const locked = fakeSender(async () => {
      await clock.sleep(25_000);
      throw new TrackingFault("unauthorized", "no right");
    });
    expect(await runBackgroundSender(locked.sender, [event(1)], limits, clock)).toEqual({
      events: 1,
      reason: "no right",
    });
    expect(limits.leftMs).toBe(10_000);
  });
});
