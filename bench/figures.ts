// Prints figures: one line per figure in the terminal, or a Markdown table below a description of the machine.

import type { Machine } from "./machine.ts";
import type { Measurement } from "./measurement.ts";
import { isMet } from "./measurement.ts";

export interface Layout {
  /** Returns the text before the first figure. */
  heading(machine: Machine): string;
  figure(measurement: Measurement): string;
}

export const plain: Layout = {
  heading: (machine) => `${describe(machine)}, load ${machine.load}\n${versions(machine)}\n`,
  figure(measurement) {
    const met = isMet(measurement);
    const mark = met === undefined ? "    " : met ? " ok " : "MISS";
    const value = amount(measurement).padEnd(18);
    return `${mark}  ${measurement.name.padEnd(38)} ${value} ${bound(measurement).padEnd(15)} ${measurement.note ?? ""}`.trimEnd();
  },
};

export const markdown: Layout = {
  heading: (machine) =>
    `${describe(machine)}; ${versions(machine)}.\n\n| | measured | limit | |\n| --- | --- | --- | --- |`,
  figure(measurement) {
    const limit = `${bound(measurement)}${isMet(measurement) === false ? " (missed)" : ""}`;
    return `| ${[measurement.name, amount(measurement), limit, measurement.note ?? ""].join(" | ")} |`;
  },
};

function describe({ cpu, cores, memory_gb, os }: Machine): string {
  return `${cpu}, ${cores} cores, ${memory_gb} GB, ${os}`;
}

function versions(machine: Machine): string {
  return Object.entries(machine.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}

function amount({ value, unit }: Measurement): string {
  return `${format(value)} ${unit}`;
}

function bound({ limit }: Measurement): string {
  return limit === undefined ? "" : `${limit.kind} ${format(limit.value)}`;
}

function format(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : value < 1000 ? 1 : 0 });
}
