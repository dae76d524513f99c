// Report section on the conversion of values to the units of the training data.

import { listedNames } from "../listed-names.ts";
import type { Html } from "./html.ts";
import { htmlTable } from "./html-table.ts";
import { formatQuantity } from "./number-format.ts";
import type { Section } from "./page.ts";

export interface ReportedConversion {
  readonly channels: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly factor: number;
  /** People whose recordings are converted; absent if all are. */
  readonly people?: readonly string[];
}

/** Returns the section, or nothing if nothing is converted. */
export function conversionsSection(conversions: readonly ReportedConversion[]): Section[] {
  if (conversions.length === 0) return [];
  return [
    {
      id: "conversions",
      title: "Conversions of units",
      about: "Factors by which the values in the files are multiplied. Later recordings are converted in the same way.",
      body: conversionsTable(conversions),
    },
  ];
}

function conversionsTable(conversions: readonly ReportedConversion[]): Html {
  const rows = conversions.map(({ channels, from, to, factor, people }) => [
    channels.join(", "),
    from,
    to,
    formatQuantity(factor),
    people === undefined ? "all people" : listedNames(people),
  ]);
  return htmlTable("Conversions", ["channels", "from", "to", "factor", "recordings of"], rows, "rules");
}
