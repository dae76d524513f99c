import { statSync } from "node:fs";
import { expect, it } from "vitest";
import { Interrupted, UserError } from "../../src/errors.ts";
import { OtherContent } from "../../src/monitoring/streams/monitor-stream.ts";
import { receivedError, sentError } from "../../src/pipelines/sent-error.ts";
import { UnknownModel, UnusableModel } from "../../src/pipelines/served-models.ts";
import { TooManyRows } from "../../src/signals/data/open-recordings.ts";
import { StoreUnavailable } from "../../src/storage/store-unavailable.ts";
import { explainSystemError } from "../../src/system-error.ts";

/** Returns the error as another thread would receive it; messages between threads are structured clones. */
const crossed = (error: unknown): Error => receivedError(structuredClone(sentError(error)));

it.each([UnknownModel, UnusableModel, OtherContent, TooManyRows, StoreUnavailable, UserError])(
  "keeps %o with its message, its advice and its cause",
  (Known) => {
    const cause = Object.assign(new Error("disk I/O error"), { code: "ERR_SQLITE_ERROR" });
    const details = ["expected a", "found b"];
    const error = new Known("the store cannot be used", { details, advice: "Free some space.", exitCode: 3, cause });
    const received = crossed(error);
    expect(received.constructor).toBe(Known);
    expect(received).toEqual(error);
    expect(received).toMatchObject({ details, advice: "Free some space.", exitCode: 3, stack: error.stack });
    expect(received.cause).toMatchObject({ message: "disk I/O error", code: "ERR_SQLITE_ERROR" });
  },
);

it("makes any other UserError a plain one, so that its sender still gets the reason", () => {
  const received = crossed(new Interrupted("stopped", "Resume."));
  expect(received.constructor).toBe(UserError);
  expect(received).toMatchObject({ message: "stopped", advice: "Resume.", exitCode: 130 });
});

it("keeps the fields that explain an operating-system error", () => {
  let error: unknown;
  try {
    statSync("/no/such/file");
  } catch (caught) {
    error = caught;
  }
  const denied = Object.assign(new Error("EACCES"), { code: "EACCES", syscall: "rename", path: "a", dest: "b" });
  for (const own of [error, denied]) {
    expect(explainSystemError(crossed(own))?.message).toBe(explainSystemError(own)!.message);
  }
});

it("keeps the name and the stack of a defect, whatever was thrown", () => {
  const error = new RangeError("ledger: expected a batch");
  expect(crossed(error)).toMatchObject({ name: "RangeError", message: error.message, stack: error.stack });
  expect(crossed(error)).not.toBeInstanceOf(UserError);
  expect(crossed("text").message).toBe("text");
});
