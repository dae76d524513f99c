// Reads GENEActiv's .bin files: lines of text with the device's settings and the calibration of each axis, then pages of ten
// lines, the last of which holds 300 samples as hexadecimal digits. Values in g are (100 * count - offset) / gain.

import { UserError } from "../../errors.ts";
import { DeviceFaults, type DeviceRecording } from "./device-recording.ts";
import { linesOfText } from "./text-lines.ts";
import { type AnchoredBlock, timedBlocks } from "./timed-blocks.ts";

/** Hexadecimal digits per sample: twelve bits per axis, ten for light, one for the button, one unused. */
const sampleDigits = 12;
const headerLines = 100;

export function isGeneactiv(head: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(head.subarray(0, 64)).startsWith("Device Identity");
}

/** @param path the path as given by the user @param stored where the content is stored */
export async function geneactivRecording(path: string, stored: string): Promise<DeviceRecording> {
  const facts = new Map<string, string>();
  let lines = 0;
  for await (const line of linesOfText(stored)) {
    if (line.startsWith("Recorded Data") || ++lines > headerLines) break;
    const at = line.indexOf(":");
    if (at > 0)
      facts.set(
        line.slice(0, at).trim(),
        line
          .slice(at + 1)
          .replaceAll("\0", "")
          .trim(),
      );
  }
  const number = (name: string): number => {
    const value = Number.parseFloat(facts.get(name) ?? "");
    if (Number.isFinite(value)) return value;
    throw new UserError(`${path}: this GENEActiv file has no ${JSON.stringify(name)} before its data.`, {
      advice: "Download the file from the device again.",
    });
  };
  const calibration = ["x", "y", "z"].map((axis) => ({
    gain: number(`${axis} gain`),
    offset: number(`${axis} offset`),
  }));
  const faults = new DeviceFaults();
  const place = facts.get("Device Location Code");
  const zone = facts.get("Time Zone");
  return {
    device: `GENEActiv ${facts.get("Device Unique Serial Code") ?? ""}`.trim(),
    channels: ["x", "y", "z"].map((axis) => `acc_${axis} (g)`),
    isLocal: true,
    subject: facts.get("Subject Code") || undefined,
    remarks: [
      ...(place ? [`body location ${JSON.stringify(place)}`] : []),
      ...(zone ? [`times are local, ${zone}`] : []),
    ],
    blocks: timedBlocks(geneactivPages(stored, calibration, number("Measurement Frequency"), faults)),
    faults,
  };
}

interface AxisCalibration {
  readonly gain: number;
  readonly offset: number;
}

async function* geneactivPages(
  stored: string,
  calibration: readonly AxisCalibration[],
  rateHz: number,
  faults: DeviceFaults,
): AsyncGenerator<AnchoredBlock> {
  let facts: Map<string, string> | undefined;
  let [line, start] = [0, 0];
  for await (const text of linesOfText(stored)) {
    line++;
    if (text.startsWith("Recorded Data")) {
      if (facts !== undefined) faults.add("without samples", `at line ${start}`);
      [facts, start] = [new Map(), line];
      continue;
    }
    if (facts === undefined) continue;
    const at = text.indexOf(":");
    if (at > 0) {
      facts.set(text.slice(0, at).trim(), text.slice(at + 1).trim());
      continue;
    }
    const place = `at line ${start}`;
    const seconds = geneactivPageSeconds(facts.get("Page Time") ?? "");
    const own = Number.parseFloat(facts.get("Measurement Frequency") ?? "");
    const digits = /^[0-9a-f]*/i.exec(text)![0];
    if (Number.isNaN(seconds)) faults.add("without a time", place);
    else if (digits.length < text.trim().length) faults.add("with characters other than hexadecimal digits", place);
    else if (digits.length < sampleDigits) faults.add("without samples", place);
    else {
      if (digits.length % sampleDigits !== 0) faults.add("incomplete, so only complete samples are read", place);
      const sequence = Number(facts.get("Sequence Number"));
      yield {
        sequence,
        anchor: { seconds, sample: 0 },
        values: decodeGeneactivPage(digits, calibration),
        rateHz: own > 0 ? own : rateHz,
        session: 0,
      };
    }
    facts = undefined;
  }
  if (facts !== undefined) faults.add("cut off at the end of the file", `at line ${start}`);
}

/** Reads a time such as "2024-05-04 10:00:00:500" on the local clock; NaN if the text has a different form. */
function geneactivPageSeconds(text: string): number {
  const found = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d):(\d{3})$/.exec(text)?.slice(1).map(Number);
  if (found === undefined) return Number.NaN;
  const [year, month, day, hour, minute, second, milliseconds] = found as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds) / 1000;
}

function decodeGeneactivPage(digits: string, calibration: readonly AxisCalibration[]): Float64Array[] {
  const samples = Math.floor(digits.length / sampleDigits);
  return calibration.map(({ gain, offset }, axis) =>
    Float64Array.from({ length: samples }, (_, i) => {
      const at = sampleDigits * i + 3 * axis;
      const count = (Number.parseInt(digits.slice(at, at + 3), 16) << 20) >> 20;
      return (100 * count - offset) / gain;
    }),
  );
}
