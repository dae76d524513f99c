import { describe, expect, it } from "vitest";
import { describeNetworkParameters } from "../../../src/learning/networks/parameters.ts";
import { type NetworkName, presetNetwork } from "../../../src/learning/networks/presets.ts";
import {
  fittedNetworkOfModel,
  fittedNetworksFor,
  networkOfWeights,
  networkToFit,
  optionOfFittedNetwork,
} from "../../../src/learning/training/fitted-network.ts";

const windows = { windowSize: 40, channels: ["ax", "ay", "az"], classes: ["a", "b"] };

function weightsOf(network: NetworkName) {
  const shape = [1, windows.windowSize, windows.channels.length];
  const spec = describeNetworkParameters(presetNetwork(network, windows.classes.length), { type: "float32", shape });
  return { parameters: new Float32Array(spec.parameterCount), statistics: new Float32Array(spec.statisticCount) };
}

describe("networkToFit", () => {
  it.each([
    ["compact", true, "compact"],
    ["auto", true, "auto-standardized-magnitudes"],
    ["auto", false, "auto-standardized"],
    ["ensemble", true, "ensemble-standardized-magnitudes"],
    ["ensemble", false, "ensemble-standardized"],
    ["minirocket", true, "minirocket"],
    ["1dcnn-bilstm", true, "1dcnn-bilstm"],
  ] as const)("for %s, with sensors: %s, is %s", (network, hasSensors, expected) => {
    expect(networkToFit(network, hasSensors)).toBe(expected);
    expect(optionOfFittedNetwork(expected)).toBe(network);
    expect(fittedNetworksFor(network)).toContain(expected);
  });

  it("is a user's own network itself", () => {
    const own = { file: "net.ts", text: "", sha256: "", code: "" };
    expect([networkToFit(own, true), ...fittedNetworksFor(own), optionOfFittedNetwork(own)]).toEqual([own, own, own]);
  });
});

it.each(["compact", "ensemble", "auto"] as const)(
  "networkOfWeights tells the networks fitted for %s apart",
  (network) => {
    const fitted = fittedNetworksFor(network) as readonly NetworkName[];
    expect(fitted.map((own) => networkOfWeights(network, weightsOf(own), windows))).toEqual(fitted);
  },
);

describe("fittedNetworkOfModel", () => {
  it.each([
    ["auto", "auto-standardized", 2, "auto-standardized"],
    ["auto", "auto-magnitudes", 3, "auto-magnitudes"],
    ["ensemble", "ensemble", 2, "ensemble"],
    ["compact", "compact", null, "compact"],
    ["1dcnn-bilstm", "1dcnn-bilstm", null, "1dcnn-bilstm"],
  ] as const)("of %s with %s in its file is that network", (network, held, members, expected) => {
    expect(fittedNetworkOfModel(network, held, members)).toBe(expected);
  });

  it.each([
    ["compact", 2, "auto"],
    ["compact", 3, "auto-magnitudes"],
    ["compact-standardized", 2, "auto-standardized"],
    ["compact-standardized", 3, "auto-standardized-magnitudes"],
    ["minirocket", 3, "auto-standardized-magnitudes"],
  ] as const)("of auto with %s alone, selected from %i members, is %s", (held, members, expected) => {
    expect(fittedNetworkOfModel("auto", held, members)).toBe(expected);
  });
});
