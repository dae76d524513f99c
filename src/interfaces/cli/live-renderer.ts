// Shows a training run on a terminal as one line that is redrawn in place (running fits, windows per second, time left). The
// results of completed fits scroll up above the line.

import { durationText } from "../../duration-text.ts";
import { percent } from "../../percent.ts";
import type { FitName, FitStage } from "../../pipelines/train.ts";
import { visible } from "../../visible.ts";
import { colouredText, usesColour } from "./colour.ts";
import { truncateToDisplayWidth } from "./display-width.ts";
import { fixedNumberText } from "./number-text.ts";
import type { RendererOptions, TrainRenderer } from "./renderer.ts";
import { openTerminal } from "./terminal.ts";
import { trainCalibrationText, trainFitText, trainText, verboseTrainText } from "./train-text.ts";

interface RunningFit {
  epoch: number;
  epochs: number;
  /** Completed share of the epoch or stage. */
  done: number;
  loss: number | null;
  stage?: FitStage;
  valMacroF1: number | null;
  windowsPerSecond: number;
}

const redrawMilliseconds = 100;
const clearLine = "\r\x1b[2K";

export function liveRenderer({ loudness = "usual", now = Date.now, ...streams }: RendererOptions): TrainRenderer {
  const { output, colour = usesColour(output) } = streams;
  const terminal = openTerminal(loudness, { ...streams, colour });
  const began = now();
  const fits = new Map<FitName, RunningFit>();
  let calibrating: string | null = null;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawn = false;
  let endsAt: number | null = null;
  let stopping = "";

  const erase = (): void => {
    if (drawn) output.write(clearLine);
    drawn = false;
  };
  const draw = (force: boolean): void => {
    if ((fits.size === 0 && calibrating === null) || (!force && now() - drawnAt < redrawMilliseconds)) return;
    drawnAt = now();
    const secondsLeft = endsAt === null ? null : Math.max(0, (endsAt - now()) / 1000);
    const text = calibrating ?? liveLine(fits, secondsLeft);
    const line = truncateToDisplayWidth(visible(stopping + text), (output.columns || 80) - 1);
    output.write(clearLine + (colour ? colouredText("cyan", line) : line));
    drawn = true;
  };
  const above = (write: () => void): void => {
    erase();
    write();
    draw(true);
  };

  return {
    warn: (message) => above(() => terminal.warn(message)),
    event: (event) => {
      if (event.type === "batch") {
        const { fit, epoch, epochs, loss, stage, windowsPerSecond } = event;
        const valMacroF1 = fits.get(fit)?.valMacroF1 ?? null;
        fits.set(fit, {
          epoch,
          epochs,
          done: event.step / event.steps,
          loss,
          valMacroF1,
          windowsPerSecond,
          ...(stage !== undefined && { stage }),
        });
        return draw(false);
      }
      if (event.type === "epoch") {
        const { fit, epoch, epochs, loss, valMacroF1, windowsPerSecond } = event;
        fits.set(fit, { epoch, epochs, done: 1, loss, valMacroF1, windowsPerSecond });
        endsAt = event.secondsLeft === null ? null : now() + event.secondsLeft * 1000;
        return draw(true);
      }
      if (event.type === "calibration") {
        calibrating = event.done < 1 ? trainCalibrationText(event) : null;
        return calibrating === null ? erase() : draw(false);
      }
      if (event.type === "fold") fits.delete(`fold-${event.fold}`);
      if (event.type === "cycle") fits.delete(`cycle-${event.report.cycle}`);
      if (event.type === "cross-validation" || event.type === "fine-tuning") fits.clear();
      if (event.type === "final") fits.delete("final");
      const more = loudness === "verbose" ? verboseTrainText(event, (now() - began) / 1000) : [];
      const blocks = [...trainText(event), ...more];
      if (blocks.length > 0) above(() => terminal.print(...blocks));
    },
    onStopping: (message) => {
      stopping = `${message} · `;
      draw(true);
    },
    close: erase,
  };
}

/**
 * For example "812 windows/s · 4 min 2 s left | fold 2 · epoch 7/100 64 % · loss 0.213 · F1 0.941 | fold 3 · ...", or "fold 2 ·
 * features 64 %" for a network that is not trained in mini-batches. On a narrow terminal, the line is truncated.
 */
function liveLine(fits: ReadonlyMap<FitName, RunningFit>, secondsLeft: number | null): string {
  const parts = [...fits].map(([fit, { epoch, epochs, done, loss, stage, valMacroF1 }]) => {
    const work = stage ?? `epoch ${epoch}/${epochs}`;
    const scores = [
      loss === null ? "" : ` · loss ${fixedNumberText(loss)}`,
      valMacroF1 === null ? "" : ` · F1 ${fixedNumberText(valMacroF1)}`,
    ];
    return `${trainFitText(fit)} · ${work} ${percent(done, { decimals: 0 })}${scores.join("")}`;
  });
  const speed = [...fits.values()].reduce((sum, fit) => sum + fit.windowsPerSecond, 0);
  const left = secondsLeft === null ? "" : ` · ${durationText(secondsLeft)} left`;
  return [`${Math.round(speed)} windows/s${left}`, ...parts].join(" | ");
}
