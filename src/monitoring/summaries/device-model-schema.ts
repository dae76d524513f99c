// The schema of device.json, for servers and for publication; on a device, `readDeviceModel` checks the file instead.
import { z } from "zod";
import { sensorKinds, sensorUnits } from "../../signals/sensors/sensor.ts";
import type { DeviceModel } from "./device-json.ts";
import { edgesSchema } from "./summary-schemas.ts";

const names = z.array(z.string());

export const deviceModelSchema: z.ZodType<DeviceModel> = z.looseObject({
  schema_version: z.literal(1),
  model_version: z.string().describe("identifies the model in every summary"),
  sampling_rate_hz: z
    .number()
    .positive()
    .describe("sampling rate of the windows; samples at other rates are resampled to it"),
  window_size: z.int().min(1).describe("samples per window"),
  overlap: z.number().min(0).lt(1).describe("share of a window that overlaps the next window"),
  resampling: z
    .enum(["low-pass", "linear"])
    .describe("how samples at a higher rate are resampled; linear if absent")
    .exactOptional(),
  channels: names.min(1).describe("channel names, in the order of the network's inputs"),
  sensors: z
    .array(
      z.object({
        name: z.string().describe("prefix for the names of signals computed from the sensor"),
        kind: z.enum(sensorKinds()),
        channels: z.tuple([z.string(), z.string(), z.string()]).describe("channels of the x, y and z axes"),
        unit: z.enum(sensorUnits()).nullable().describe("expected unit of the samples; null if unknown"),
        gravity: z.boolean().nullable().describe("whether an accelerometer at rest measures gravity"),
      }),
    )
    .describe("the channels that form each sensor"),
  classes: names.min(2).describe("class names, in the order of the network's outputs"),
  scaler: z
    .object({
      method: z.enum(["zscore", "robust", "none"]),
      center: z.array(z.number()),
      scale: z.array(z.number().positive()),
    })
    .describe("how the network scales its inputs, (x - center) / scale per channel; model.onnx includes this scaling"),
  edges: z
    .record(z.string(), edgesSchema)
    .describe("grid edges by channel, including signals computed from a sensor's axes"),
  ranges: z
    .record(z.string(), z.object({ min: z.number(), max: z.number() }))
    .describe("smallest and largest value of each channel in the training data; absent from earlier versions")
    .exactOptional(),
});
