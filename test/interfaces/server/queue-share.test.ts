import { expect, it } from "vitest";
import { Problem } from "../../../src/interfaces/server/problem.ts";
import { QueueShare } from "../../../src/interfaces/server/queue-share.ts";

/** Takes places in the queue until the share is used up. */
function fill(queue: QueueShare, token: string): (() => void)[] {
  const places: (() => void)[] = [];
  for (;;) {
    try {
      places.push(queue.take(token));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      expect([error.status, error.headers["Retry-After"]]).toEqual([429, "1"]);
      return places;
    }
  }
}

it("leaves places for other tokens, and gives active tokens equal shares", () => {
  const queue = new QueueShare(12);
  const first = fill(queue, "a");
  expect(first).toHaveLength(9);
  expect(fill(queue, "b")).toHaveLength(6);
  expect(fill(queue, "c")).toHaveLength(4);
  for (const leave of first) leave();
  expect(fill(queue, "a")).toHaveLength(4);
});

it("gives a token three quarters again once the others have left", () => {
  const queue = new QueueShare(12);
  for (const token of ["a", "b"]) for (const leave of fill(queue, token)) leave();
  expect(fill(queue, "b")).toHaveLength(9);
  expect(fill(new QueueShare(1), "a")).toHaveLength(1);
});
