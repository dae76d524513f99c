// Reads the Avro files of an Empatica EmbracePlus. The accelerometer and, in some studies, the gyroscope are lists of counts
// with the time of the first count, the rate, and the sensor's physical and digital ranges, which determine its scale.

import { avroRecords, isAvro } from "./avro-records.ts";
import { type DeviceBlock, DeviceFaults, type DeviceRecording } from "./device-recording.ts";
import { fileBytes } from "./file-bytes.ts";

interface EmbraceSensor {
  readonly timestampStart: number;
  readonly samplingFrequency: number;
  readonly imuParams: Readonly<Record<"physicalMin" | "physicalMax" | "digitalMin" | "digitalMax", number>>;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly z: readonly number[];
}

interface EmbraceRecord {
  readonly deviceSn?: string;
  readonly timezone?: number;
  readonly enrollment?: { readonly participantID?: string };
  readonly rawData: { readonly accelerometer: EmbraceSensor; readonly gyroscope?: EmbraceSensor };
}

/** Whether a file is from an EmbracePlus, judging by its schema, which is at the top of the file. */
export function isEmbracePlus(head: Uint8Array): boolean {
  if (!isAvro(head)) return false;
  const schema = new TextDecoder("latin1").decode(head);
  return ["rawData", "accelerometer", "imuParams", "samplingFrequency"].every((name) => schema.includes(`"${name}"`));
}

/** @param path the path as given by the user @param stored where the content is stored */
export async function embracePlusRecording(path: string, stored: string, size: number): Promise<DeviceRecording> {
  const records = avroRecords(path, await fileBytes(stored, 0, size)) as EmbraceRecord[];
  const [first] = records;
  const hasGyroscope = records.length > 0 && records.every(hasEmbraceGyroscope);
  const other = records.some(({ rawData }) => (rawData.gyroscope?.x.length ?? 0) > 0);
  const zone = first?.timezone;
  async function* blocks(): AsyncGenerator<DeviceBlock> {
    for (const { rawData } of records) {
      const { accelerometer, gyroscope } = rawData;
      if (accelerometer.x.length === 0) continue;
      yield {
        times: Float64Array.from(
          accelerometer.x,
          (_, i) => accelerometer.timestampStart / 1e6 + i / accelerometer.samplingFrequency,
        ),
        values: [accelerometer, ...(hasGyroscope ? [gyroscope!] : [])].flatMap(physicalEmbraceValues),
      };
    }
  }
  const axes = (name: string, unit: string): string[] => ["x", "y", "z"].map((axis) => `${name}_${axis} (${unit})`);
  return {
    device: `Empatica EmbracePlus ${first?.deviceSn ?? ""}`.trim(),
    channels: [...axes("acc", "g"), ...(hasGyroscope ? axes("gyro", "deg/s") : [])],
    isLocal: false,
    subject: first?.enrollment?.participantID || undefined,
    remarks: [
      ...(other && !hasGyroscope
        ? ["its gyroscope is not read, because its times differ from the accelerometer's"]
        : []),
      ...(zone === undefined
        ? []
        : [`times are in UTC; the device's local time was UTC${zone < 0 ? "" : "+"}${zone / 3600} h`]),
    ],
    blocks: blocks(),
    faults: new DeviceFaults(),
  };
}

/** Whether the gyroscope was sampled at the accelerometer's times. */
function hasEmbraceGyroscope({ rawData: { accelerometer, gyroscope } }: EmbraceRecord): boolean {
  return (
    gyroscope !== undefined &&
    gyroscope.x.length === accelerometer.x.length &&
    Math.abs(gyroscope.timestampStart - accelerometer.timestampStart) < 0.5e6 / accelerometer.samplingFrequency &&
    Math.abs(gyroscope.samplingFrequency / accelerometer.samplingFrequency - 1) < 1e-4
  );
}

function physicalEmbraceValues({ imuParams, x, y, z }: EmbraceSensor): Float64Array[] {
  const { physicalMin, physicalMax, digitalMin, digitalMax } = imuParams;
  const scale = (physicalMax - physicalMin) / (digitalMax - digitalMin);
  return [x, y, z].map((counts) => Float64Array.from(counts, (count) => physicalMin + (count - digitalMin) * scale));
}
