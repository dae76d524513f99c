// The meaning of each status follows from RFC 9110 (15.5, 15.6, and 10.2.3 for Retry-After) and docs/serve.md.
import { expect, it } from "vitest";
import { serviceAnswer } from "../../src/pipelines/service-answer.ts";

const now = new Date("2026-12-01T00:00:00Z");
const answered = (status: number, body: unknown = "", headers: Record<string, string> = {}) =>
  serviceAnswer(
    { status, headers: new Headers(headers), text: typeof body === "string" ? body : JSON.stringify(body) },
    now,
  );
const problem = (title: string, detail = "d") => ({ type: "about:blank", title, detail });

it("considers a batch accepted only if the answer contains a verdict", () => {
  expect(answered(200, { known: true, verdict: "gradual_drift", evidence: {} })).toEqual({
    kind: "accepted",
    known: true,
    verdict: "gradual_drift",
  });
  // A captive portal answers every request with 200.
  for (const body of ["<html>", "", { verdict: "fine", known: false }, { verdict: "normal" }]) {
    expect(answered(200, body)).toMatchObject({ kind: "setup", of: "service" });
  }
});

it("distinguishes faults that a retry may overcome, faults that need a correction, and batches that will never be accepted", () => {
  const kinds = (statuses: readonly number[]): string[] =>
    statuses.map((status) => {
      const answer = answered(status, problem("Any"));
      const of = "of" in answer ? ` of ${answer.of}` : "";
      const passing = "mayPass" in answer && answer.mayPass ? ", perhaps" : "";
      return `${answer.kind}${of}${passing}`;
    });
  expect(kinds([408, 425, 429, 502, 503, 504])).toEqual(Array(6).fill("later of service"));
  expect(kinds([401, 403, 404, 405])).toEqual([
    "setup of service",
    "setup of stream",
    "setup of service",
    "setup of service",
  ]);
  expect(kinds([409, 411, 413, 415, 422])).toEqual(Array(5).fill("refused"));
  expect(kinds([400, 500])).toEqual(["refused, perhaps", "refused, perhaps"]);
  expect(kinds([301, 307])).toEqual(["setup of service", "setup of service"]);
});

it("explains a model that does not exist, another program at the address, and an id with other content", () => {
  expect(answered(404, problem("Unknown model", "there is no model walk."))).toMatchObject({
    reason: "404 there is no model walk.",
    advice: "Choose the model with --model.",
  });
  expect(answered(404, "<h1>Not found</h1>")).toMatchObject({
    reason: expect.stringContaining("does not come from a Tidemark"),
  });
  expect(answered(308, "", { location: "https://b.example/" })).toMatchObject({
    reason: expect.stringContaining("leads to https://b.example/"),
  });
  expect(answered(409, problem("Batch id in use for other content", "id a has other content"))).toMatchObject({
    reason: expect.stringMatching(/^409 id a has other content\. .*--units/),
  });
});

it("waits as long as Retry-After says, in seconds or until a date, but at most 15 minutes", () => {
  const after = (value: string) => answered(503, "", { "retry-after": value });
  expect(after("5")).toMatchObject({ afterMs: 5000 });
  expect(after("Tue, 01 Dec 2026 00:00:30 GMT")).toMatchObject({ afterMs: 30_000 });
  expect(after("Tue, 01 Dec 2020 00:00:30 GMT")).toMatchObject({ afterMs: 0 });
  expect(after("86400")).toMatchObject({ afterMs: 900_000 });
  expect(after("soon")).toMatchObject({ afterMs: 0 });
  expect(answered(429)).toMatchObject({ afterMs: 0 });
});
