// The schema of device.json, for servers and for publication; on a device, `readDeviceModel` checks the file instead.
import { z } from "zod";
import type { DeviceModel } from "./device-json.ts";
import { edgesSchema } from "./summary-schemas.ts";

const names = z.array(z.string());

export const deviceModelSchema: z.ZodType<DeviceModel> = z.looseObject({
  schema_version: z.literal(1),
  model_version: z.string().describe("identifies the model in every summary"),
  sampling_rate_hz: z
    .number()
    .positive()
    .describe("sampling rate of the windows; samples at another rate are resampled to it"),
  window_size: z.int().min(1).describe("samples per window"),
  overlap: z.number().min(0).lt(1).describe("share of a window that overlaps the next window"),
  resampling: z
    .enum(["low-pass", "linear"])
    .describe("how samples at a higher rate are resampled; linear if it is absent")
    .exactOptional(),
  channels: names.min(1).describe("in the order of the network's inputs"),
  sensors: z
    .array(
      z.object({
        name: z.string().describe("prefix of the names of the signals that are computed from the sensor"),
        kind: z.enum(["accelerometer", "gravity", "gyroscope", "magnetometer", "unknown"]),
        channels: z.tuple([z.string(), z.string(), z.string()]).describe("channels of the axes x, y and z"),
        unit: z
          .enum([
            "m/s^2",
            "g",
            "milli-g",
            "micro-g",
            "cm/s^2",
            "mm/s^2",
            "rad/s",
            "deg/s",
            "milli-deg/s",
            "milli-rad/s",
            "rpm",
            "uT",
            "nT",
            "mT",
            "T",
            "gauss",
            "milligauss",
          ])
          .nullable()
          .describe("unit in which samples are expected; null if it is not known"),
        gravity: z.boolean().nullable().describe("whether an accelerometer at rest measures gravity"),
      }),
    )
    .describe("the channels that form each sensor"),
  classes: names.min(2).describe("in the order of the network's outputs"),
  scaler: z
    .object({
      method: z.enum(["zscore", "robust", "none"]),
      center: z.array(z.number()),
      scale: z.array(z.number().positive()),
    })
    .describe("how the network scales its inputs, (x - center) / scale per channel; model.onnx does that itself"),
  edges: z
    .record(z.string(), edgesSchema)
    .describe("grid edges by channel, including signals computed from a sensor's axes"),
  ranges: z
    .record(z.string(), z.object({ min: z.number(), max: z.number() }))
    .describe("smallest and largest value of each channel in the training data; absent from earlier versions")
    .exactOptional(),
});
