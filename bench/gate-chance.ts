// npx node bench/gate-chance.ts [--trials 1000]: measures how often candidates that are worse than, as good as or better than
// the champion pass the gate's rules on labelled people. The networks are simulated. Accuracy varies between people around .88
// (standard deviation .05), and each network's accuracy varies around that of the person (.03). Later cycles
// are better or worse than the champion by a given amount, and the best cycle is the candidate.

import { parseArgs } from "node:util";
import { confusionMatrix } from "../src/learning/evaluation/confusion-matrix.ts";
import { f1ScoresByClass, macroMeanF1 } from "../src/learning/evaluation/f1.ts";
import { compareAtGate, holdoutPromotionRules } from "../src/learning/training/promotion-gate.ts";
import { Rng } from "../src/random.ts";
import { argmaxRows } from "../src/stats/argmax-rows.ts";

const { values } = parseArgs({ options: { trials: { type: "string", default: "1000" } } });
const [classes, windows] = [6, 300];
const trials = Number(values.trials);

console.log("share of candidates that pass, by how much later cycles are better than the champion");
const gains = [-0.04, -0.02, 0, 0.02, 0.04, 0.06];
console.log(`holdout   cycles  ${gains.map((gain) => gain.toFixed(2).padStart(6)).join("")}`);
for (const people of [1, 2, 4, 8]) {
  for (const cycles of [1, 5]) {
    const shares = gains.map((gain) => passing(people, cycles, gain));
    console.log(`${people}         ${cycles}       ${shares.map((share) => share.toFixed(2).padStart(6)).join("")}`);
  }
}

function passing(people: number, cycles: number, gain: number): number {
  let passed = 0;
  for (let trial = 0; trial < trials; trial++) {
    const rng = Rng.fromSeed(trial).split(`${people} ${cycles} ${gain}`);
    const accuracies = Array.from({ length: people }, () => 0.88 + 0.05 * rng.normal());
    const labels = Int32Array.from({ length: people * windows }, (_, i) => i % classes);
    const groups = Int32Array.from({ length: people * windows }, (_, i) => Math.floor(i / windows));
    const network = (better: number): Float32Array => {
      const own = accuracies.map((accuracy) => accuracy + better + 0.03 * rng.normal());
      const said = new Float32Array(labels.length * classes);
      for (const [row, label] of labels.entries()) {
        const right = rng.uniform() < own[groups[row]!]!;
        said[row * classes + (right ? label : (label + 1 + rng.integer(classes - 1)) % classes)] = 1;
      }
      return said;
    };
    const champion = network(0);
    const tried = Array.from({ length: cycles + 1 }, (_, cycle) => network(cycle === 0 ? 0 : gain));
    const scores = tried.map((said) =>
      macroMeanF1(f1ScoresByClass(confusionMatrix(labels, argmaxRows(said, classes), classes), classes)),
    );
    const winner = scores.indexOf(Math.max(...scores));
    const names = accuracies.map((_, i) => `${i}`);
    const sides = { champion, candidate: tried[winner]! };
    const comparison = compareAtGate(labels, groups, names, classes, sides, tried.length);
    if (holdoutPromotionRules(winner, comparison).every((rule) => rule.passed)) passed++;
  }
  return passed / trials;
}
