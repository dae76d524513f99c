import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import type { ShownBatch } from "../../src/monitoring/streams/shown-batch.ts";
import type { ShownStream } from "../../src/monitoring/streams/stream-answers.ts";
import { streamHtml } from "../../src/report/stream-html.ts";

const day = (n: number): string => `2026-11-${10 + n}T08:00:00.000Z`;

function batch(number: number, of: Partial<ShownBatch> = {}): ShownBatch {
  return {
    number,
    batch_id: `b${number}`,
    received_at: day(number),
    data_from: null,
    data_to: null,
    verdict: "normal",
    confirmed: true,
    status: "accepted",
    reason: null,
    in_references: true,
    evidence: 0.001,
    raised_by: null,
    alarm_since: null,
    change_point: null,
    doubtful: false,
    unfamiliar: false,
    leading: "anchor",
    comparisons: [{ reference: "anchor", channel: "Ax", statistic: "ks", score: 1.2, p_value: 0.4 }],
    channels: [{ channel: "Ax", score: 1.2 }],
    likely_causes: [],
    class_shares: { walking: 0.75, sitting: 0.25 },
    accuracy: { estimate: 0.9, lower: 0.8, upper: 1, coverage: 0.9, rehearsed: true },
    windows: 40,
    seconds: 80,
    faults: [],
    ...of,
  };
}

const alarm = {
  verdict: "sudden_change",
  confirmed: false,
  status: "alarmed",
  in_references: false,
  evidence: 12,
  raised_by: "beyond_chance",
  alarm_since: "b3",
  change_point: "b3",
  accuracy: null,
  likely_causes: [{ kind: "unit", channels: ["Gx", "Gy"], fault: "is in deg/s instead of rad/s", weight: 0.9 }],
} as const satisfies Partial<ShownBatch>;

const history = [
  batch(1),
  batch(2, {
    verdict: "rejected",
    evidence: null,
    class_shares: null,
    faults: [{ code: "flat", message: "Ax is <constant>." }],
  }),
  batch(3, { ...alarm, likely_causes: [...alarm.likely_causes] }),
  batch(4, {
    ...alarm,
    likely_causes: [...alarm.likely_causes],
    data_from: "2026-11-13T23:55:00.000Z",
    data_to: "2026-11-14T00:05:00.000Z",
  }),
];
const { batch_id, received_at, verdict, status, evidence } = history[3]!;
const shown: ShownStream = {
  stream: "<wrist> & 7",
  actions: [],
  model_version: "walk-1",
  at: "2026-11-16T08:00:00.000Z",
  state: "sudden_change",
  since: day(3),
  confirmed: false,
  reference: "anchor",
  channel: "Ax",
  last: { batch_id, received_at, verdict, status, evidence },
  silence: {
    seconds: 172_800,
    usual_interval_seconds: 86_400,
    longest_interval_seconds: 86_400,
    usual_intervals: 2,
    silent: true,
  },
  batches: { total: 10, accepted: 7, doubtful: 0, alarmed: 2, rejected: 1, excluded: 0 },
  series: [],
  history,
  retired_at: null,
};

const textOf = (element: { textContent: string | null } | null): string =>
  (element?.textContent ?? "").replace(/\s+/g, " ").trim();

describe("the page of a stream", () => {
  const page = streamHtml(shown);
  const { document } = parseHTML(page);

  it("says the state, since when, and what is furthest away, before anything else", () => {
    expect([...document.querySelectorAll(".reasons li")].map(textOf)).toEqual([
      "In alarm since 2026-11-13 08:00 UTC, that is, for 72 h 0 min.",
      "The change probably began at about batch b3.",
      "Whether the change is called sudden or gradual may still change.",
      "Ax is furthest from the stream's first batches.",
      "Silent: nothing has arrived for 48 h 0 min; usually, a batch arrives every 24 h 0 min.",
    ]);
    expect(textOf(document.querySelector(".lead"))).toContain("Shown: the last 4.");
  });

  it("lists every batch with its reasons, the newest first", () => {
    const rows = [...document.querySelectorAll("#batches tbody tr")].map((row) =>
      [...row.querySelectorAll("th, td")].map(textOf),
    );
    const reasons =
      "This batch alone is further away than chance explains. Likely: Gx, Gy are in deg/s instead of rad/s.";
    const furthest = "Ax from the stream's first batches";
    expect(rows).toEqual([
      [
        "b4",
        "2026-11-13 23:55 to 2026-11-14 00:05",
        "2026-11-14 08:00",
        "Sudden change",
        "12 ×",
        furthest,
        reasons,
        "no",
        "–",
      ],
      ["b3", "–", "2026-11-13 08:00", "Sudden change", "12 ×", furthest, reasons, "no", "–"],
      ["b2", "–", "2026-11-12 08:00", "Rejected", "–", furthest, "Ax is <constant>.", "yes", "90 %"],
      ["b1", "–", "2026-11-11 08:00", "Normal", "< 1 %", furthest, "–", "yes", "90 %"],
    ]);
  });

  it("is one file that loads nothing, escapes names, and gives each chart its words", () => {
    expect(page.replaceAll("http://www.w3.org/", "")).not.toMatch(
      /https?:|url\(|@import|<script|<link|<img|<wrist>|\son[a-z]+=/i,
    );
    const labels = [...document.querySelectorAll("figure .only-wide svg")].map((svg) => svg.getAttribute("aria-label"));
    expect(labels).toEqual([
      "Evidence of 4 batches, 2 of them in alarm. Last: 12 times the alarm level.",
      "Scores by channel for 4 batches: Ax.",
      "Share of windows by predicted class for 4 batches: walking, sitting.",
      "Estimated accuracy of 2 batches; last 90 %.",
    ]);
  });
});
