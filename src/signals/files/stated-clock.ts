// Finds the rate and the start of a recording in the lines before a table without a time column, such as "# Config:
// data_rate = 2000.0 Hz", "Sampling Frequency (Hz),50" and "Start Time: 2026-05-04 10:00:00".

export interface StatedClock {
  readonly rateHz: number;
  /** Seconds since 1970 on the device's clock; 0 if no start is stated, or if it is not clear which number is the day. */
  readonly start: number;
}

const rateName =
  "(?:(?:sampl\\w*|data|frame|update|measurement|record\\w*|output|acc\\w*)[ _-]*(?:rate|frequency|freq)|samplerate|samples[ _-]*per[ _-]*sec(?:ond)?|abtast(?:rate|frequenz)|\\bfs\\b|\\bodr\\b)";
/** If the name of a rate does not say what is counted, the rate must have a unit. */
const looseName = "\\b(?:rate|frequency|freq)\\b";
const hertz = "(?:hz|hertz|samples?(?:\\/|\\s*per\\s*)s(?:ec(?:ond)?)?)\\b";
const rateForm = new RegExp(
  `(?:(${rateName})|${looseName})\\s*(?:[([]\\s*(${hertz})\\s*[)\\]])?["'\\s]*[:=,;\\t]?["'\\s]*(\\d+(?:\\.\\d+)?)(?![\\d.])\\s*(${hertz})?([kmg]hz|%|[mun]?s\\b|[-/:]\\d)?`,
  "i",
);
const intervalForm =
  /sampl\w*[ _-]*(?:interval|period)\s*(?:[([]\s*(ms|s|us|sec\w*|milli\w*)\s*[)\]])?["'\s]*[:=,;\t]?["'\s]*(\d+(?:\.\d+)?)\s*(ms|us|s|sec\w*|milli\w*)?/i;
const startForm =
  /\bstart\w*[^\d]{0,30}?(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})[T\s,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,:](\d{1,9}))?)?/i;

/** @returns undefined if no rate is stated, or if the stated rates differ */
export function statedClock(lines: readonly string[]): StatedClock | undefined {
  const rates = new Set(lines.map(statedRateInLine).filter((rate) => rate !== undefined && rate > 0));
  const [rateHz] = rates;
  if (rateHz === undefined || rates.size > 1) return undefined;
  const start = lines.map(statedStartInLine).find((at) => at !== undefined);
  return { rateHz, start: start ?? 0 };
}

/** Matches an interval as written by AcqKnowledge: "20 msec/sample". */
const perSampleForm = /(?<![\d.])(\d+(?:\.\d+)?)\s*(u|m)?s(?:ec)?\s*\/\s*sample\b/i;

function statedRateInLine(line: string): number | undefined {
  const [, step, part] = perSampleForm.exec(line) ?? [];
  if (step !== undefined) return (part === undefined ? 1 : /m/i.test(part) ? 1000 : 1e6) / Number(step);
  const interval = intervalForm.exec(line);
  const unit = interval?.[1] ?? interval?.[3];
  if (interval !== null && unit !== undefined) {
    const perSecond = /^m/i.test(unit) ? 1000 : /^u/i.test(unit) ? 1e6 : 1;
    return perSecond / Number(interval[2]);
  }
  const [, named, before, number, after, other] = rateForm.exec(line) ?? [];
  const isHertz = before !== undefined || after !== undefined;
  return number !== undefined && (isHertz || (named !== undefined && other === undefined)) ? Number(number) : undefined;
}

function statedStartInLine(line: string): number | undefined {
  const found = startForm.exec(line);
  if (found === null) return undefined;
  const [a, b, c] = found.slice(1, 4).map(Number) as [number, number, number];
  const [h, mi, s] = found.slice(4, 7).map((part) => Number(part ?? 0)) as [number, number, number];
  const isDayFirst = a > 12 || /\d\.\d{1,2}\.\d{4}/.test(found[0]);
  const isMonthFirst = b > 12;
  if (a < 1000 && !isDayFirst && !isMonthFirst) return undefined;
  const [year, month, day] = a >= 1000 ? [a, b, c] : isDayFirst ? [c, b, a] : [c, a, b];
  const at = Date.UTC(year, month - 1, day, h, mi, s) / 1000 + Number(`0.${found[7] ?? 0}`);
  return Number.isFinite(at) && at > 0 ? at : undefined;
}
