// Converts events from `train` and `retrain` to the form printed by `--json`, with keys in snake_case.
import { type SnakeKeys, snakeKeys } from "../../letter-case.ts";
import type { TrainEvent } from "../../pipelines/train.ts";

type Named<Type extends TrainEvent["type"]> = Extract<TrainEvent, { type: Type }>;
type Data = Named<"data">;
type SplitEvent = Named<"split">;
type Other = Exclude<TrainEvent, Data | SplitEvent>;

export type PrintedEvent =
  | { readonly type: "warning"; readonly message: string }
  | (Omit<Data, "columns" | "dropped" | "labelChanges" | "samplingRateHz" | "windowSize"> & {
      readonly sampling_rate_hz: number;
      readonly window_size: number;
      readonly columns: SnakeKeys<Data["columns"]>;
      readonly dropped: SnakeKeys<Data["dropped"]>;
      readonly label_changes: Data["labelChanges"];
    })
  | (Omit<SplitEvent, "folds" | "testSet"> & {
      readonly folds: readonly SnakeKeys<SplitEvent["folds"][number]>[];
      readonly test_set: SplitEvent["testSet"];
    })
  | (Other extends infer Event ? (Event extends Other ? SnakeKeys<Event> : never) : never);

export function printedEvent(event: TrainEvent): PrintedEvent {
  switch (event.type) {
    case "data": {
      const {
        samplingRateHz: sampling_rate_hz,
        windowSize: window_size,
        columns,
        dropped,
        labelChanges,
        ...data
      } = event;
      return {
        ...data,
        sampling_rate_hz,
        window_size,
        columns: snakeKeys(columns),
        dropped: snakeKeys(dropped),
        label_changes: labelChanges,
      };
    }
    case "split": {
      const { folds, testSet, ...split } = event;
      return { ...split, folds: folds.map(snakeKeys), test_set: testSet };
    }
    default:
      return snakeKeys(event) as PrintedEvent;
  }
}
