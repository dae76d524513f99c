// A schedule of fixed length, with neither early stopping nor a learning rate that depends on validation people.

/** Better than 600 on three data sets; more were not tried (docs/decisions.md). */
const usualSteps = 2000;
/** Large data sets are seen at least this many times. */
const leastEpochs = 8;
const mostWarmupSteps = 60;

/** A fit's number of training windows, and how many of them make up a step. */
interface Batches {
  readonly windows: number;
  readonly batchSize: number;
}

/**
 * The learning rate falls along a half cosine (Loshchilov and Hutter 2017, without restarts) from almost twice `learningRate` to
 * almost 0.
 * @param learningRate mean over the epochs
 * @returns one rate per epoch
 */
export function cosineSchedule(learningRate: number, fit: Batches & { readonly maxEpochs: number }): number[] {
  const epochs = Math.min(fit.maxEpochs, Math.max(leastEpochs, Math.ceil(usualSteps / stepsPerEpoch(fit))));
  return Array.from(
    { length: epochs },
    (_, epoch) => learningRate * (1 + Math.cos((Math.PI * (epoch + 0.5)) / epochs)),
  );
}

/** Number of steps over which the learning rate rises: at most a tenth of all steps. */
export function cosineScheduleWarmup(fit: Batches & { readonly epochs: number }): number {
  return Math.max(1, Math.min(mostWarmupSteps, Math.floor((fit.epochs * stepsPerEpoch(fit)) / 10)));
}

function stepsPerEpoch({ windows, batchSize }: Batches): number {
  return Math.max(1, Math.floor(windows / batchSize));
}
