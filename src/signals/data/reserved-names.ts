// Rejects names that cannot safely be keys in JSON files. Channels, classes and people are keys in baseline_stats.json and
// cv_report.json. Many JSON readers interpret the `__proto__` key as the object's prototype and would silently lose its value.

import { DataFault } from "../../data-fault.ts";

const reserved = "__proto__";

/** @throws DataFault if a channel has a reserved name */
export function refuseReservedChannels(channels: readonly string[], file: string): void {
  if (channels.includes(reserved)) throw reservedNameFault("channel", file, reserved, "Rename the column.");
}

/**
 * @param keys contents of the person and label columns, each with the index of its file
 * @throws DataFault if a person or class has a reserved name; the message gives the first one
 */
export function refuseReservedTexts(
  keys: readonly { readonly user: string | null; readonly label: string | null; readonly file: number }[],
  columns: { readonly group: string | null; readonly label: string | null },
  files: readonly string[],
): void {
  for (const { user, label, file } of keys) {
    if (columns.group !== null && user === reserved) {
      throw reservedNameFault("person", files[file]!, columns.group, "Give this person a different name.");
    }
    if (columns.label !== null && label === reserved) {
      throw reservedNameFault("class", files[file]!, columns.label, "Give this class a different name.");
    }
  }
}

function reservedNameFault(
  kind: "channel" | "person" | "class",
  file: string,
  column: string,
  advice: string,
): DataFault {
  return new DataFault({
    code: "schema",
    message: `${file}: column "${column}": a ${kind} cannot be named "${reserved}", which cannot be a key in JSON files.`,
    advice,
    file,
    column,
    expected: `another name for a ${kind}`,
    found: reserved,
  });
}
