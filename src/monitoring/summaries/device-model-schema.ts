// The schema of device.json for servers and publication; a device's own checks are in `readDeviceModel`.
import { z } from "zod";
import type { DeviceModel } from "./device-json.ts";
import { edgesSchema } from "./summary-schemas.ts";

const names = z.array(z.string());

export const deviceModelSchema: z.ZodType<DeviceModel> = z.looseObject({
  schema_version: z.literal(1),
  model_version: z.string().describe("names the model in every summary"),
  sampling_rate_hz: z.number().positive().describe("of the windows; samples of another rate are brought to it"),
  window_size: z.int().min(1).describe("samples of a window"),
  overlap: z.number().min(0).lt(1).describe("share of a window that the next window repeats"),
  channels: names.min(1).describe("in the order of the network's inputs"),
  sensors: z
    .array(
      z.object({
        name: z.string().describe("begins the names of what is computed of the sensor"),
        kind: z.enum(["accelerometer", "gravity", "gyroscope", "magnetometer", "unknown"]),
        channels: z.tuple([z.string(), z.string(), z.string()]).describe("of the axes x, y and z"),
        unit: z
          .enum(["m/s^2", "g", "milli-g", "rad/s", "deg/s", "uT", "nT", "mT", "T", "gauss", "milligauss"])
          .nullable()
          .describe("that samples must be in; null where it is not known"),
        gravity: z.boolean().nullable().describe("whether an accelerometer at rest measures gravity"),
      }),
    )
    .describe("which channels form a sensor"),
  classes: names.min(2).describe("in the order of the network's outputs"),
  scaler: z
    .object({
      method: z.enum(["zscore", "robust", "none"]),
      center: z.array(z.number()),
      scale: z.array(z.number().positive()),
    })
    .describe("how the network scales its inputs, (x - center) / scale by channel; model.onnx does that itself"),
  edges: z.record(z.string(), edgesSchema).describe("by channel, and by what is computed of a sensor's axes"),
});
