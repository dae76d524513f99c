// Reads a summary from a device. The device is not trusted.

import { UserError } from "../../errors.ts";
import { type DeviceSummary, summaryFromJson } from "../summaries/device-summary.ts";
import { decodeSummary, encodeSummary, type SummarizedModel } from "../summaries/device-summary-codec.ts";
import { deviceSummarySchema } from "../summaries/summary-schemas.ts";

/**
 * @param sent bytes from `encodeSummary`, or parsed JSON from `summaryToJson`
 * @param model the model that must have made the summary
 * @returns a measurement that `check` can judge and a stream can store
 * @throws UserError if the summary cannot be used; the message names the fault
 */
export function readSummary(sent: unknown, model: SummarizedModel): DeviceSummary {
  try {
    return decodeSummary(sent instanceof Uint8Array ? sent : readSummaryAsBytes(sent), model);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`summary: ${error.message}`, {
      advice: "Copy device.json and model.onnx to the device from the model that judges its batches.",
      cause: error,
    });
  }
}

/** Encoded and decoded again, because decoding detects any fault in the numbers. */
function readSummaryAsBytes(json: unknown): Uint8Array {
  const parsed = deviceSummarySchema.safeParse(json);
  if (parsed.success) return encodeSummary(summaryFromJson(parsed.data));
  const [issue] = parsed.error.issues;
  throw new RangeError(`${issue!.path.join(".") || "JSON"}: ${issue!.message}`);
}
