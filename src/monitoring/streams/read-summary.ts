// Reads a summary from a device and validates it fully, because the device is not trusted.

import { UserError } from "../../errors.ts";
import { type DeviceSummary, deviceSummaryFromJson } from "../summaries/device-summary.ts";
import {
  decodeRecordedTimeOfSummary,
  decodeSummary,
  encodeSummary,
  type SummarizedModel,
} from "../summaries/device-summary-codec.ts";
import { deviceSummarySchema } from "../summaries/summary-schemas.ts";

/**
 * @param sent bytes from `encodeSummary`; JSON from `summaryToJson`, parsed or as the bytes of its text
 * @param model the model that the summary must come from
 * @returns a summary whose measurement `check` can judge and a stream can store
 * @throws UserError if the summary cannot be used; the message names the fault
 */
export function readSummary(sent: unknown, model: SummarizedModel): DeviceSummary {
  try {
    return decodeSummary(readSummaryAsBytes(sent), model);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`summary: ${error.message}`, {
      advice: "Copy device.json and model.onnx to the device from the model that judges its batches.",
      cause: error,
    });
  }
}

/**
 * Returns the time of a summary's last row; null if the summary has no times or cannot be read.
 * @param sent as in `readSummary`
 */
export function lastTimeOfSummary(sent: unknown): Date | null {
  try {
    const recorded = decodeRecordedTimeOfSummary(readSummaryAsBytes(sent));
    return recorded === undefined ? null : new Date(recorded.to * 1000);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Distinguishes JSON from the binary form, whose first byte is neither white space nor a brace. */
function doesSummaryStartLikeJson(bytes: Uint8Array): boolean {
  return [0x20, 0x09, 0x0a, 0x0d, 0x7b].includes(bytes[0]!);
}

function readSummaryAsJson(sent: unknown): unknown {
  if (!(sent instanceof Uint8Array)) return sent;
  try {
    return JSON.parse(new TextDecoder().decode(sent));
  } catch (error) {
    throw new RangeError(`expected JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** Encodes a JSON summary in the binary form, because decoding that form detects any fault in the numbers. */
function readSummaryAsBytes(sent: unknown): Uint8Array {
  if (sent instanceof Uint8Array && !doesSummaryStartLikeJson(sent)) return sent;
  const parsed = deviceSummarySchema.safeParse(readSummaryAsJson(sent));
  if (parsed.success) return encodeSummary(deviceSummaryFromJson(parsed.data));
  const [issue] = parsed.error.issues;
  throw new RangeError(`${issue!.path.join(".") || "JSON"}: ${issue!.message}`);
}
