// The binary form of a BatchMeasurement in a ledger. Most counts are small and many are zero, so varints take up a third of the
// space of JSON. Decoding also validates: a decoded measurement has the requested shape, finite moments, and counts that sum to
// their n. Pure, no Node.js imports.
//
//   byte      version, 1
//   varint    K classes, C channels; then per channel: bytes of its name in UTF-8, the name, B bins
//   per class byte 0 if it has no samples, else 1 and per channel: n, missing (varints);
//             mean, std, min, max, excessBelow, excessAbove (float64, little-endian); B counts (varints)
//   signals   windows, pairs, flips, K class counts, then for confidence, entropy, margin: bins, counts, millionths (varints)

import type { BatchMeasurement } from "./batch-measurement.ts";
import type { BatchSummary, ChannelSummary } from "./batch-summary.ts";
import { ByteReader, expectByteValue } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { type ModelSignals, type SignalSummary, signalEdges } from "./model-signals.ts";

const version = 1;

/**
 * Upper limit for a signal in one window, in millionths. The limit exceeds a million because earlier versions accepted
 * probabilities that summed to as much as 1.001.
 */
const mostMillionths = 1_001_000;

/** Samples are float32. */
const largestFloat32 = 3.4028234663852886e38;

/** The shape that a measurement must have to be comparable with other measurements from its model. */
export interface MeasurementShape {
  /** Number of bins by channel, including signals computed from a sensor's axes. */
  readonly bins: Readonly<Record<string, number>>;
  /** K, the number of classes. */
  readonly classes: number;
}

/** @throws RangeError if a moment is not finite, a count is not a whole number, or the channels differ between classes */
export function encodeMeasurement({ byClass, signals }: BatchMeasurement): Uint8Array {
  const writer = new ByteWriter();
  const channels = Object.entries(byClass.find((summary) => summary !== null) ?? {});
  writer.byte(version);
  writer.varint(byClass.length);
  writer.varint(channels.length);
  for (const [name, { counts }] of channels) {
    writer.text(name);
    writer.varint(counts.length);
  }
  for (const summary of byClass) {
    writer.byte(summary === null ? 0 : 1);
    if (summary === null) continue;
    for (const [name, { counts }] of channels) {
      const own = summary[name];
      if (own?.counts.length !== counts.length)
        throw new RangeError(`measurement: channel "${name}": expected the same number of bins in all classes`);
      writeMeasurementChannel(writer, own);
    }
  }
  writeMeasurementSignals(writer, signals);
  return writer.finish();
}

/** @throws RangeError if the bytes do not come from `encodeMeasurement`, or the measurement has a different shape */
export function decodeMeasurement(bytes: Uint8Array, shape: MeasurementShape): BatchMeasurement {
  const reader = new ByteReader(bytes);
  expectByteValue("version", reader.byte(), version);
  expectByteValue("classes", reader.varint(), shape.classes);
  expectByteValue("channels", reader.varint(), Object.keys(shape.bins).length);
  const channels = Array.from({ length: Object.keys(shape.bins).length }, () => {
    const name = reader.text();
    const bins = Object.hasOwn(shape.bins, name) ? shape.bins[name]! : undefined;
    if (bins === undefined) throw new RangeError(`measurement: unexpected channel ${JSON.stringify(name)}`);
    expectByteValue(`bins of ${JSON.stringify(name)}`, reader.varint(), bins);
    return [name, bins] as const;
  });
  if (new Set(channels.map(([name]) => name)).size < channels.length)
    throw new RangeError("measurement: expected each channel only once");
  const byClass = Array.from({ length: shape.classes }, (): BatchSummary | null => {
    if (reader.byte() === 0) return null;
    return Object.fromEntries(channels.map(([name, bins]) => [name, readMeasurementChannel(reader, bins)]));
  });
  if (byClass.every((summary) => summary === null))
    throw new RangeError("measurement: expected at least one class with samples");
  const signals = readMeasurementSignals(reader, shape.classes);
  reader.expectEnd();
  return { byClass, signals };
}

function writeMeasurementChannel(writer: ByteWriter, own: ChannelSummary): void {
  writer.varint(own.n);
  writer.varint(own.missing);
  for (const value of [own.mean, own.std, own.min, own.max, own.excessBelow, own.excessAbove]) writer.float(value);
  for (const count of own.counts) writer.varint(count);
}

function readMeasurementChannel(reader: ByteReader, bins: number): ChannelSummary {
  const [n, missing] = [reader.varint(), reader.varint()];
  const [mean, std, min, max] = [reader.float(), reader.float(), reader.float(), reader.float()];
  const [excessBelow, excessAbove] = [reader.float(), reader.float()];
  const isRead = Math.max(Math.abs(mean), std, Math.abs(min), Math.abs(max)) <= largestFloat32 && min <= max;
  const isExcess = (sum: number): boolean => sum >= 0 && sum <= 2 * largestFloat32 * n;
  if (!(isRead && std >= 0 && isExcess(excessBelow) && isExcess(excessAbove))) {
    throw new RangeError("measurement: impossible moments for its samples");
  }
  const { counts, sum } = reader.counts(bins);
  expectByteValue("sum of counts", sum, n);
  return { n, missing, mean, std, min, max, counts, excessBelow, excessAbove };
}

function writeMeasurementSignals(writer: ByteWriter, signals: ModelSignals): void {
  for (const count of [signals.windows, signals.pairs, signals.flips, ...signals.classCounts]) writer.varint(count);
  for (const { counts, millionths } of [signals.confidence, signals.entropy, signals.margin]) {
    writer.varint(counts.length);
    for (const count of counts) writer.varint(count);
    writer.varint(millionths);
  }
}

function readMeasurementSignals(reader: ByteReader, classes: number): ModelSignals {
  const [windows, pairs, flips] = [reader.varint(), reader.varint(), reader.varint()];
  if (!(windows > 0 && flips <= pairs && pairs < windows))
    throw new RangeError("measurement: impossible counts of windows, pairs and flips");
  const { counts: classCounts, sum } = reader.counts(classes);
  expectByteValue("sum of class counts", sum, windows);
  const signal = (): SignalSummary => {
    expectByteValue("bins of a signal", reader.varint(), signalEdges.length + 1);
    const own = reader.counts(signalEdges.length + 1);
    expectByteValue("sum of a signal's counts", own.sum, windows);
    const millionths = reader.varint();
    if (millionths > windows * mostMillionths) throw new RangeError("measurement: expected a mean signal of at most 1");
    return { counts: own.counts, millionths };
  };
  const [confidence, entropy, margin] = [signal(), signal(), signal()];
  return { windows, classCounts, confidence, entropy, margin, pairs, flips };
}
