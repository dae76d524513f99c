// Reads a summary from a device, which may not be trusted.

import { UserError } from "../../errors.ts";
import { type DeviceSummary, summaryFromJson } from "./device-summary.ts";
import { decodeSummary, encodeSummary, type SummarizedModel } from "./device-summary-codec.ts";
import { deviceSummarySchema } from "./summary-schemas.ts";

/**
 * @param sent bytes as `encodeSummary` writes them, or parsed JSON as `summaryToJson` has it
 * @param model whose summary it must be
 * @returns a measurement that `check` can judge and a stream can store
 * @throws UserError that says what is wrong with it
 */
export function readSummary(sent: unknown, model: SummarizedModel): DeviceSummary {
  try {
    return decodeSummary(sent instanceof Uint8Array ? sent : readSummaryAsBytes(sent), model);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`summary: ${error.message}`, {
      advice: "Give the device the device.json and model.onnx of the model that is to judge its batches.",
      cause: error,
    });
  }
}

/** Decoding the bytes detects any fault in the numbers. */
function readSummaryAsBytes(json: unknown): Uint8Array {
  const parsed = deviceSummarySchema.safeParse(json);
  if (parsed.success) return encodeSummary(summaryFromJson(parsed.data));
  const [issue] = parsed.error.issues;
  throw new RangeError(`${issue!.path.join(".") || "JSON"}: ${issue!.message}`);
}
