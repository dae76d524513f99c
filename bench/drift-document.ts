// Writes the published figures of the drift benchmark: docs/drift-figures.md, which has a section for each part, and the
// summary in the README. A run of only some parts replaces their sections and keeps the others.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeFileAtomic } from "../src/storage/atomic-file.ts";
import { driftBars } from "./drift-bars.ts";
import { type DriftPart, driftParts, judgeNames, type SetFigures } from "./drift-measure.ts";
import { alarmShare, delayOf, everAlarms, pooledByFault, seenShare } from "./drift-outcomes.ts";
import { peerAlarmShare, peerDelays, peerRunsJudged } from "./drift-peer-table.ts";
import { batchesToDetect, faultyBatches } from "./drift-simulation.ts";
import { isMet, type Measurement, median } from "./measurement.ts";
import { markdownTable, shownInterval, type TitledTable } from "./titled-table.ts";

const marks = [
  "<!-- drift figures: npm run bench -- --only drift --write -->",
  "<!-- end of the drift figures -->",
] as const;
const usualDay = "bouts of 20-120 s";
const documentPath = fileURLToPath(new URL("../docs/drift-figures.md", import.meta.url));
const readmePath = fileURLToPath(new URL("../README.md", import.meta.url));

const intro = `# Drift on people and days that the monitor was not tuned on

\`npm run bench -- --only drift --write\` writes this page. With \`--parts\`, it writes only the sections of the given parts. Each
section gives the command that measured it. Values in parentheses are 90 % intervals from a bootstrap over people.`;

const sectionTitles: Readonly<Record<DriftPart, string>> = {
  "false-alarms": "False alarms",
  detection: "Detection",
  names: "Naming of changes",
  causes: "Likely causes",
  recovery: "Recovery after a repair",
  "cold-start": "Streams that are wrong from the first batch",
  accuracy: "Accuracy without labels",
  peers: "Published detectors",
};

/**
 * @param tables of all sets
 * @param about the command, and what it measured at which commit
 */
export function driftSection(
  part: DriftPart,
  all: readonly SetFigures[],
  tables: readonly TitledTable[],
  about: string,
): string {
  const bars = driftBars(all)[part] ?? [];
  return [
    `## ${sectionTitles[part]}`,
    "",
    about,
    ...(bars.length === 0 ? [] : ["", barsTable(bars)]),
    ...tables.flatMap((table) => ["", markdownTable(table)]),
  ].join("\n");
}

/** The document, in which new sections replace those of the same parts. */
export function updateDriftDocument(before: string, sections: ReadonlyMap<DriftPart, string>): string {
  const own = driftParts.flatMap((part) => {
    const section = sections.get(part) ?? sectionOfDriftDocument(before, part);
    return section === undefined ? [] : [`\n\n${partMark(part)}\n\n${section}`];
  });
  return `${intro}${own.join("")}\n`;
}

function sectionOfDriftDocument(document: string, part: DriftPart): string | undefined {
  const [, after] = document.split(partMark(part));
  if (after === undefined) return undefined;
  const [section] = after.split("<!-- part: ");
  return section!.trim();
}

function partMark(part: DriftPart): string {
  return `<!-- part: ${part} -->`;
}

export function barsTable(bars: readonly Measurement[]): string {
  return markdownTable({
    title: "Limits, over all sets",
    headers: ["", "measured", "90 % interval", "limit"],
    rows: bars.map((bar) => {
      const { name, value, unit, limit, note } = bar;
      const bound =
        limit === undefined ? "" : `${limit.kind} ${Number(limit.value.toFixed(3))}${isMet(bar) ? "" : " (missed)"}`;
      return [name, `${Number(value.toFixed(unit === "" ? 3 : 1))} ${unit}`.trim(), note ?? "", bound];
    }),
  });
}

export function driftSummary(all: readonly SetFigures[], about: string): string {
  const days = [...new Set(all.flatMap(({ still }) => still.map(({ day }) => day)))];
  const falseAlarms = days.map((day) => [
    day,
    ...all.map(({ still }) => {
      const runs = still.find((own) => own.day === day)?.runs.Tidemark ?? [];
      if (runs.length === 0) return "";
      return `${shownInterval(alarmShare(runs))}; ${runs.filter(everAlarms).length} of ${runs.length}`;
    }),
  ]);
  const byJudge = (["Tidemark", "competitor"] as const).map((judge) =>
    pooledByFault(
      all.flatMap(({ faults }) => faults),
      judge,
    ),
  );
  const detection = byJudge[0]!.map(({ fault, expected }, i) => [
    fault,
    ...byJudge.map((faults) => {
      const { runs } = faults[i]!;
      const within = batchesToDetect(expected);
      const delay = median(runs.map((run) => delayOf(run)));
      return `${shownInterval(seenShare(runs, within))} of ${runs.length}${delay <= within ? `, ${delay}` : ""}`;
    }),
  ]);
  const table = (headers: readonly string[], rows: readonly (readonly string[])[]): string =>
    [headers, headers.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const judges = judgeRows(all);
  return [
    marks[0],
    `${about} [docs/drift-figures.md](docs/drift-figures.md) has all tables, including the limits that are missed.`,
    "",
    table(
      [
        "drift-free batches in alarm; streams that ever raise an alarm",
        ...all.map(({ set, people }) => `${set}, ${people} people`),
      ],
      falseAlarms,
    ),
    "",
    table(
      [
        "fault after ten healthy batches: streams that detect it within 12 batches (30 for a ramp), and the median delay",
        "Tidemark",
        "simple competitor",
      ],
      detection,
    ),
    ...(judges.length === 0
      ? []
      : [
          "",
          table(
            [
              `${usualDay}, all sets`,
              "drift-free batches in alarm",
              `offset of .6 sd: detected within ${faultyBatches}`,
            ],
            judges,
          ),
        ]),
    marks[1],
  ].join("\n");
}

/** The figures for all people on the usual kind of day, pooled across the data sets. */
function judgeRows(all: readonly SetFigures[]): string[][] {
  const fault = "offset of 0.6 sd";
  const isUsual = ({ day }: { readonly day: string }): boolean => day === usualDay;
  const ours = judgeNames.map((judge) => {
    const still = all.flatMap((own) => own.still.filter(isUsual).flatMap(({ runs }) => runs[judge] ?? []));
    const runs = all.flatMap(({ faults }) =>
      faults.filter((own) => isUsual(own) && own.fault === fault).flatMap((own) => own.runs[judge] ?? []),
    );
    return [judge, shownInterval(alarmShare(still)), shownCount(runs.map((run) => delayOf(run)))];
  });
  const peers = all
    .filter(({ still }) => still.some(isUsual))
    .flatMap((own) => own.peers.flatMap(({ judges }) => judges));
  const theirs = [...Map.groupBy(peers, ({ name, version }) => `${name} (${version})`)].map(([name, own]) => {
    const runs = own.flatMap((judge) => judge.runs);
    const healthy = peerRunsJudged(runs.filter((run) => run.fault === null));
    return [
      name,
      shownInterval(peerAlarmShare(healthy)),
      shownCount(peerDelays(runs.filter((run) => run.fault === fault))),
    ];
  });
  return [...ours, ...theirs].filter(([, alarms]) => alarms !== "");
}

function shownCount(delays: readonly number[]): string {
  if (delays.length === 0) return "every stream is in alarm before the fault";
  return `${delays.filter((delay) => delay <= faultyBatches).length} of ${delays.length}`;
}

/** @param summary the README's summary; null leaves it unchanged */
export async function writeDriftDocument(
  sections: ReadonlyMap<DriftPart, string>,
  summary: string | null,
): Promise<void> {
  const readme = readFileSync(readmePath, "utf8");
  const [from, to] = [readme.indexOf(marks[0]), readme.indexOf(marks[1])];
  if (!(from >= 0 && to > from))
    throw new Error(`README.md: expected the drift figures between ${marks.join(" and ")}`);
  const before = existsSync(documentPath) ? readFileSync(documentPath, "utf8") : "";
  await writeFileAtomic(documentPath, updateDriftDocument(before, sections));
  if (summary !== null)
    await writeFileAtomic(readmePath, `${readme.slice(0, from)}${summary}${readme.slice(to + marks[1].length)}`);
}
