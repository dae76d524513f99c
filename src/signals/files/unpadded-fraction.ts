// Recognises fractions of a second that lack their leading zeros, such as 10:00:05.8 for 10:00:05.008. Loggers write them
// by joining numbers. Other loggers leave out trailing zeros; for these, 10:00:05.8 is eight tenths of a second.

import { duckdbIdentifier, duckdbLiteral } from "./duckdb.ts";
import { secondsInClockForm, type TimePart } from "./time-forms.ts";
import { type ReadingText, timeReadingRows } from "./time-reading.ts";

type PartOfTime = (of: TimePart) => string;

/**
 * Returns the parts of the times, with leading zeros added to the fractions if time then runs backwards less often.
 * @param part SQL for each part of a time
 */
export async function paddedFraction(of: ReadingText, form: string, part: PartOfTime): Promise<PartOfTime> {
  const name = duckdbIdentifier(of.column);
  const matched = `regexp_matches(${name}, ${duckdbLiteral(form)})`;
  const digits = `length(nullif(${part("f")}, ''))`;
  const [found] = await timeReadingRows(of, `SELECT min(${digits}) AS least, max(${digits}) AS most`, matched);
  const [least, most] = [Number(found!.least ?? 0), Number(found!.most ?? 0)];
  if (least === most || ![3, 6, 9].includes(most)) return part;
  const padded: PartOfTime = (which) =>
    which === "f" ? `lpad(coalesce(nullif(${part("f")}, ''), '0'), ${most}, '0')` : part(which);
  const seconds = (own: PartOfTime): string => secondsInClockForm(own);
  const [runs] = await of.database.rows(
    `SELECT count(*) FILTER (as_is < as_is_before) AS as_is_back, count(*) FILTER (filled < filled_before) AS filled_back FROM
       (SELECT *, lag(as_is) OVER (ORDER BY n) AS as_is_before, lag(filled) OVER (ORDER BY n) AS filled_before FROM
         (SELECT row_number() OVER () AS n, ${seconds(part)} AS as_is, ${seconds(padded)} AS filled FROM ${of.schema.source(new Set(), null)} WHERE ${matched}))`,
  );
  if (!(Number(runs!.filled_back) < Number(runs!.as_is_back))) return part;
  of.warn(
    `${of.file}: column "${of.column}" has fractions of a second of ${least} to ${most} digits. Time runs forwards only if they lack leading zeros, so .5 is read as ${(5 / 10 ** most).toFixed(most)} s.`,
  );
  return padded;
}
