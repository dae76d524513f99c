import { describe, expect, it } from "vitest";
import type { CheckResult } from "../../src/monitoring/streams/check-result.ts";
import { type AlertMessage, alertMessageSchema } from "../../src/report/alert-message.ts";
import {
  noStreamAlerts,
  type StreamAlerts,
  streamAlertOnBatch,
  streamAlertOnSilence,
  streamAlertsSchema,
} from "../../src/report/stream-alerts.ts";
import { alarmed, judged, rejected } from "./results.ts";

const of = { project: null, model: "walk", stream: "wrist-7" };

/**
 * Returns all messages that a stream of batches causes, in order. The state is converted to JSON and back, as in the outbox.
 */
function messagesOf(results: readonly CheckResult[], before: StreamAlerts = noStreamAlerts): AlertMessage[] {
  let state = before;
  return results.flatMap((result) => {
    const { after, messages } = streamAlertOnBatch(of, result, state);
    state = streamAlertsSchema.parse(JSON.parse(JSON.stringify(after)));
    for (const message of messages) expect(alertMessageSchema.parse(message)).toEqual(message);
    return messages;
  });
}
const typesOf = (messages: readonly AlertMessage[]): string[] =>
  messages.map(({ type, data }) => `${type} ${data.batch_id}`);

describe("the alerts of a stream", () => {
  const alarm = [
    judged(0),
    judged(1),
    alarmed(2, 2),
    rejected(3),
    alarmed(4, 2),
    alarmed(5, 2, true),
    judged(6),
    judged(7),
  ];

  it("begin, are confirmed and end once each, and belong to one incident", () => {
    const messages = messagesOf(alarm);
    expect(typesOf(messages)).toEqual(["alarm.began b2", "alarm.confirmed b5", "alarm.ended b6"]);
    expect(new Set(messages.map(({ data }) => data.incident)).size).toBe(1);
    expect(new Set(messages.map(({ data }) => data.id)).size).toBe(3);
    expect(messages.map(({ data }) => data.since)).toEqual(Array(3).fill("2026-01-01T02:00:00.000Z"));
    expect(messages.map(({ data }) => data.severity)).toEqual(["error", "error", "info"]);
    expect(messages[0]!.data).toMatchObject({
      title: "Alarm on stream wrist-7 of walk began: sudden change",
      details: [
        "batch b2; alarm since batch b2; changed at about batch b2",
        "evidence 2 times the alarm level",
        "likely cause: is in g (Ax)",
      ],
    });
  });

  it("are the same for the same batches, and made only once if the last batch is repeated", () => {
    expect(messagesOf(alarm)).toEqual(messagesOf(alarm));
    expect(typesOf(messagesOf([judged(1), alarmed(2, 2), alarmed(2, 2)]))).toEqual(["alarm.began b2"]);
  });

  it("are caught up on, and earlier batches that are checked again do not affect the current state", () => {
    expect(typesOf(messagesOf([alarmed(4, 2)]))).toEqual(["alarm.began b4"]);
    expect(typesOf(messagesOf([judged(6), alarmed(4, 2)]))).toEqual([]);
    expect(typesOf(messagesOf([alarmed(4, 2), judged(6), alarmed(4, 2)]))).toEqual([
      "alarm.began b4",
      "alarm.ended b6",
    ]);
  });

  it("go on if the clock was ahead and has been set back, although the next batch seems older", () => {
    const ahead = streamAlertOnBatch(of, judged(48), noStreamAlerts).after;
    const typesAt = (hour: number): AlertMessage["type"][] => {
      const now = new Date(Date.UTC(2026, 0, 1, hour));
      return streamAlertOnBatch(of, alarmed(3, 3), ahead, { now }).messages.map(({ type }) => type);
    };
    expect(typesAt(3)).toEqual(["alarm.began"]);
    // A batch of the past that is checked again still changes nothing.
    expect(typesAt(49)).toEqual([]);
  });

  it("end and restart if the stream was reset in between", () => {
    expect(typesOf(messagesOf([alarmed(2, 2), alarmed(9, 9)]))).toEqual([
      "alarm.began b2",
      "alarm.ended b9",
      "alarm.began b9",
    ]);
  });

  it("begin with the third rejected batch of ten, and end when fewer than a quarter are rejected", () => {
    const good = (from: number, n: number): CheckResult[] => Array.from({ length: n }, (_, i) => judged(from + i));
    expect(typesOf(messagesOf([rejected(0), rejected(1)]))).toEqual([]);
    expect(typesOf(messagesOf([judged(0), rejected(1), rejected(2), judged(3), rejected(4), rejected(5)]))).toEqual([
      "rejections.began b4",
    ]);
    const [began, ended] = messagesOf([rejected(0), rejected(1), rejected(2), ...good(3, 8)]);
    expect(began!.data).toMatchObject({
      title: "The quality gate rejected 3 of the last 3 batches of stream wrist-7 of walk",
      details: ["schema: no column Ax"],
      rejected: { batches: 3, of: 3 },
    });
    expect(`${ended!.type} ${ended!.data.batch_id}`).toBe("rejections.ended b10");
    // Every second batch is rejected, which makes a single incident.
    const alternating = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? rejected(i) : judged(i)));
    expect(typesOf(messagesOf(alternating))).toEqual(["rejections.began b4"]);
  });

  it("report silence once, until data arrives again", () => {
    const heard = "2026-01-01T00:00:00.000Z";
    const now = "2026-01-02T02:00:00.000Z";
    const first = streamAlertOnSilence(of, noStreamAlerts, heard, now);
    expect(typesOf(first.messages)).toEqual(["silence.began null"]);
    expect(first.messages[0]!.data).toMatchObject({ since: heard, last_heard: heard });
    expect(streamAlertOnSilence(of, first.after, heard, now).messages).toEqual([]);
    const messages = messagesOf([judged(30)], first.after);
    expect(typesOf(messages)).toEqual(["silence.ended b30"]);
    expect(messages[0]!.data.incident).toBe(first.messages[0]!.data.incident);
  });
});
