import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { cvReportSchema } from "../../src/learning/training/cv-report.ts";
import { historyRowSchema } from "../../src/report/history-row.ts";
import { reliabilityDiagramNote } from "../../src/report/reliability-diagram.ts";
import { trainHtml } from "../../src/report/train-html.ts";
import { trainLogNote } from "../../src/report/train-log-note.ts";
import { type ExampleOptions, exampleReport, ordinary } from "./example-report.ts";

interface Element {
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

function parse(page: string): Element {
  const { document }: { document: Element } = parseHTML(page);
  return document;
}

const all = (root: Element, selector: string): Element[] => [...root.querySelectorAll(selector)];
const pageOf = (options: ExampleOptions): string => trainHtml(exampleReport(options));

describe("cv_report.json", () => {
  it("is what its schema says, also after a turn through JSON", () => {
    const { cvReport, history } = exampleReport(ordinary);
    expect(cvReportSchema.parse(JSON.parse(JSON.stringify(cvReport)))).toEqual(cvReport);
    for (const row of history) expect(historyRowSchema.parse(row)).toEqual(row);
    expect(cvReportSchema.safeParse({ ...cvReport, temperature: 0 }).success).toBe(false);
  });
});

describe("report.html", () => {
  const input = exampleReport(ordinary);
  const page = trainHtml(input);
  const document = parse(page);

  it("is one file that loads nothing and runs nothing", () => {
    const addresses = page.replaceAll("http://www.w3.org/", "");
    expect(addresses).not.toMatch(/https?:|url\(|@import|<script|<link|<img|<iframe|\son[a-z]+=/i);
    for (const link of all(document, "[href]")) {
      expect(document.querySelector(link.getAttribute("href")!), link.textContent).not.toBeNull();
    }
  });

  it("names only a few of many files", () => {
    const files = Array.from({ length: 80 }, (_, i) => `s${i}.txt`).join(", ");
    const many = parse(trainHtml({ ...input, baseline: { ...input.baseline, source_file: files } }));
    const lead = many.querySelector(".lead")!.textContent.replace(/\s+/g, " ");
    expect(lead).toContain("of s0.txt, s1.txt, s2.txt, s3.txt, s4.txt and 75 more.");
  });

  it.each([2, 7, 100])("marks each of %i epochs at most once", (last) => {
    const history = input.history
      .filter(({ epoch }) => epoch <= 2)
      .map((row) => ({ ...row, epoch: row.epoch === 1 ? 1 : last }));
    const charts = all(parse(trainHtml({ ...input, history })), 'svg[aria-label*="loss by epoch"]');
    expect(charts.length).toBeGreaterThan(0);
    for (const chart of charts) {
      const ticks = all(chart, '[data-part="x-axis tick label"] text').map((text) => text.textContent);
      expect(ticks.length).toBeGreaterThan(1);
      expect([...new Set(ticks)]).toEqual(ticks);
    }
  });

  it("says on the page and in the tracking server's note what a split by time measures", () => {
    const { cvReport } = input;
    const report = { ...cvReport, leakage: { ...cvReport.leakage, no_shared_person: false, split: "blocks" as const } };
    const sentence = "on stretches of time that the network had not seen, but from people whom it had seen.";
    expect(trainHtml({ ...input, cvReport: report })).toContain(sentence);
    expect(trainLogNote(report)).toContain(sentence);
  });

  it("has a section for each part of the report, and gives each chart its words", () => {
    const titles = all(document, "main h2").map((heading) => heading.textContent);
    expect(titles).toEqual([
      "At a glance",
      "Folds",
      "Confusion",
      "People",
      "Classes",
      "People by class",
      "Calibration",
      "Channels",
      "Data quality",
      "Leakage",
      "Run",
    ]);
    const charts = all(document, "svg");
    // two charts per fold, one each for the final fit, people and classes, four for calibration, one per channel
    expect(charts).toHaveLength(2 * 5 + 1 + 1 + 1 + 4 + 6);
    for (const chart of charts) expect(chart.getAttribute("aria-label")).toMatch(/\w.*\.$/);
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  it("prints the headline as mean and standard deviation over folds and people", () => {
    const { over_folds, over_users, worst_user } = input.cvReport.summary;
    const tiles = document.querySelector(".tiles")!.textContent;
    for (const { mean, sd } of [over_folds.macro_f1, over_users.macro_f1, over_folds.accuracy, over_folds.kappa]) {
      expect(tiles).toContain(`${mean!.toFixed(3)} ± ${sd!.toFixed(3)}`);
    }
    expect(tiles).toContain(`macro-F1 of ${worst_user.user}`);
  });

  it("shows the confusion matrix's counts, row by row", () => {
    const rows = all(document, "#confusion tbody tr").map((row) =>
      all(row, "td:not(.total)").map((cell) => Number(cell.querySelector("small")?.textContent ?? "0")),
    );
    expect(rows).toEqual(input.cvReport.pooled.confusion_matrix);
  });

  it("shades F1 by person and class, and leaves out what a person never did", () => {
    const [first, ...others] = input.cvReport.users;
    const scores = first!.metrics.per_class;
    const metrics = { ...first!.metrics, per_class: { ...scores, sitting: { ...scores.sitting!, f1: 0, support: 0 } } };
    const cvReport = { ...input.cvReport, users: [{ ...first!, metrics }, ...others] };
    const rows = all(parse(trainHtml({ ...input, cvReport })), "#people-by-class tbody tr");
    expect(rows).toHaveLength(24);
    const row = rows.find((own) => own.querySelector("th")!.textContent === first!.user)!;
    const cells = all(row, "td");
    expect(cells.map((cell) => cell.textContent)).toEqual(
      ordinary.classes.map((name) => (name === "sitting" ? "·" : scores[name]!.f1.toFixed(2))),
    );
    const { f1 } = scores.walking!;
    expect(cells.at(-1)!.getAttribute("style")).toBe(`--share:${Math.round(100 * (1 - f1))}%`);
  });

  it("shows the most confident errors, and precision and recall, if the predictions are known", () => {
    const error = { user: "7", recording: "evening", start: 12, end: 20.5, truth: "sitting", predicted: "standing" };
    const errors = Array.from({ length: 30 }, (_, i) => ({ ...error, confidence: 0.999 - i / 100, windows: 3 }));
    const curve = { name: "sitting", precision: [1, 0.5, 2 / 3], recall: [0.5, 0.5, 1], averagePrecision: 5 / 6 };
    const shown = parse(trainHtml({ ...input, predictions: { errors, curves: [curve] } }));
    const rows = all(shown, "#errors tbody tr");
    expect(rows).toHaveLength(20);
    expect(all(rows[0]!, "th, td").map((cell) => cell.textContent)).toEqual([
      "7",
      "evening",
      "12.0 to 20.5",
      "sitting",
      "standing",
      "0.999",
      "3",
    ]);
    expect(shown.querySelector("#errors")!.textContent).toContain("The first 20 of 30 stretches with errors.");
    const { precision, recall } = input.cvReport.pooled.per_class.sitting!;
    const charts = all(shown, '#classes svg[aria-label*="precision by recall"]');
    expect(charts.map((chart) => chart.getAttribute("aria-label"))).toEqual([
      `sitting: precision by recall. Average precision 0.833; as predicted, precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}.`,
    ]);
  });

  it("sorts people from best to worst", () => {
    const bars = all(document, "#people tbody tr").map((row) => Number(all(row, "td")[3]!.textContent));
    expect(bars).toHaveLength(24);
    expect(bars).toEqual(bars.toSorted((a, b) => b - a));
  });

  it("marks the five percentiles of each channel", () => {
    const panels = all(document, "#channels figure");
    expect(panels.map((panel) => panel.querySelector("h3")!.textContent)).toEqual(ordinary.channels);
    for (const panel of panels) {
      expect(all(panel, "svg title").map((title) => title.textContent.split(":")[0])).toEqual([
        "percentile 5",
        "percentile 25",
        "percentile 50",
        "percentile 75",
        "percentile 95",
      ]);
    }
  });

  it("marks bins of few windows in the calibration charts, and says if the temperature does not help", () => {
    const { pooled } = input.cvReport;
    const few = pooled.reliability.filter(({ n }) => n > 0 && n < 25).length;
    const chart = document.querySelector('#calibration svg[aria-label^="As trained: accuracy"]')!;
    expect(few).toBeGreaterThan(0);
    const bars = all(chart, "rect").filter((rect) => rect.querySelector("title") !== null);
    expect(bars.filter((bar) => bar.getAttribute("fill") === "none")).toHaveLength(few);
    expect(bars).toHaveLength(pooled.reliability.filter(({ n }) => n > 0).length);
    const figures = (log_loss: number, expected_calibration_error: number) => {
      return { ...pooled, log_loss, expected_calibration_error };
    };
    const effect = (before: [number, number], after: [number, number]): string =>
      reliabilityDiagramNote({ pooled: figures(...before), pooled_calibrated: figures(...after) });
    expect(effect([0.2, 0.05], [0.15, 0.01])).toBe(
      "The temperature lowers the log loss from 0.2000 to 0.1500, and the calibration error falls from 0.0500 to 0.0100.",
    );
    expect(effect([0.2, 0.01], [0.1998, 0.02])).toBe(
      "The temperature does not help: the log loss goes from 0.2000 to 0.1998, and the calibration error rises from 0.0100 to 0.0200.",
    );
  });

  it("is the same bytes for the same report", () => {
    expect(pageOf(ordinary)).toBe(page);
  });

  it("puts warnings first, each once", () => {
    const warned = parse(pageOf({ ...ordinary, warnings: ["It leaks.", "It leaks.", "Few people."] }));
    expect(all(warned, "main > section:first-of-type li").map((item) => item.textContent)).toEqual([
      "It leaks.",
      "Few people.",
    ]);
    expect(document.querySelector(".warnings")).toBeNull();
  });
});

describe("report.html of unusual input", () => {
  it("treats names as text wherever they occur", () => {
    const hostile = [`<script>alert("1")</script>`, `"><img src=x onerror=alert(2)>`, "&lt;b&gt; '$& $1", "\u0007bell"];
    const page = pageOf({ users: hostile, classes: hostile, channels: hostile, folds: 2, warnings: hostile });
    const document = parse(page);
    expect(all(document, "script, img, b > *")).toEqual([]);
    const names = all(document, "#classes tbody th").map((cell) => cell.textContent);
    expect(names.toSorted()).toEqual(hostile.map((name) => name.replace("\u0007", "\ufffd")).toSorted());
  });

  it("names every person, class, channel and fold of a large run, in charts of bounded height", () => {
    const options: ExampleOptions = {
      users: Array.from({ length: 60 }, (_, i) => `participant-${i + 1}`),
      classes: Array.from({ length: 20 }, (_, i) => `activity ${i + 1}`),
      channels: Array.from({ length: 9 }, (_, i) => `channel_${i + 1}`),
      folds: 10,
    };
    const document = parse(pageOf(options));
    const heads = (id: string): string[] => all(document, `#${id} tbody th`).map((cell) => cell.textContent);
    expect(heads("people").toSorted()).toEqual(options.users.toSorted());
    expect(heads("classes").toSorted()).toEqual(options.classes.toSorted());
    expect(heads("confusion")).toEqual(options.classes);
    const panels = (id: string): string[] => all(document, `#${id} figure h3`).map((title) => title.textContent);
    expect(panels("channels")).toEqual(options.channels);
    expect(panels("folds")).toEqual([...Array.from({ length: 10 }, (_, i) => `Fold ${i + 1}`), "Final fit"]);
    for (const chart of all(document, "svg")) {
      expect(Number(chart.getAttribute("height"))).toBeLessThan(700);
      expect(Number(chart.getAttribute("width"))).toBe(340);
    }
    const shown = all(document, "#people svg").flatMap((chart) => all(chart, "text").map((text) => text.textContent));
    for (const user of options.users) expect(shown).toContain(user);
  });

  it("copes with one epoch, no epochs, a missing kappa and people in several folds", () => {
    const { cvReport, baseline, history } = exampleReport({ ...ordinary, folds: 2 });
    const [first, second] = cvReport.folds;
    const report = {
      ...cvReport,
      folds: [{ ...first!, best_epoch: 1, epochs: 1 }, second!],
      users: cvReport.users.map((user) => ({ ...user, fold: null, metrics: { ...user.metrics, kappa: null } })),
      summary: {
        ...cvReport.summary,
        over_users: { ...cvReport.summary.over_users, kappa: { mean: null, sd: null } },
      },
      leakage: { ...cvReport.leakage, split: "stratified" as const, no_shared_person: false },
    };
    const page = trainHtml({
      cvReport: report,
      baseline,
      history: history.filter((row) => row.fit === "fold-1" && row.epoch === 1),
    });
    expect(page).toContain("No epochs were recorded for this fit.");
    expect(page).toContain("expect worse results for new people");
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  it("rejects a baseline that lacks a channel that it names", () => {
    const { cvReport, baseline, history } = exampleReport(ordinary);
    const broken = { ...baseline, sensor_columns: [...baseline.sensor_columns, "Mx"] };
    expect(() => trainHtml({ cvReport, baseline: broken, history })).toThrow(/expected statistics of Mx/);
  });
});
