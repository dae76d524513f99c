import { describe, expect, it } from "vitest";
import { exportedNetworkFaults } from "../../src/storage/exported-network.ts";
import { changeFirst, joined, message } from "../learning/networks/edit-proto.ts";
import { smallNetwork } from "../learning/networks/small-network.ts";

const expected = { channels: ["Ax", "Ay", "Az"], classes: ["sitting", "walking"], windowSize: 40, samplingRateHz: 20 };
const network = smallNetwork();
const faults = (bytes: Uint8Array): string[] => exportedNetworkFaults(bytes, expected);

// Field numbers of onnx.proto3.
const [opset, graph] = [8, 7];
const [node, initializer, input] = [1, 5, 11];
const inGraph = (field: number, change: (value: Uint8Array) => Uint8Array): Uint8Array =>
  changeFirst(network, graph, (inside) => changeFirst(inside, field, change));
const location = message([1, "location"], [2, "../../../../etc/passwd"]);
const tensor = message([2, 1], [8, "weights"], [13, location], [14, 1]);

it("accepts a network as train writes it", () => {
  expect(faults(network)).toEqual([]);
});

describe("a network that uses features of the runtime that train's networks never use", () => {
  it.each([
    [
      "data in another file",
      inGraph(initializer, (own) => joined(own, message([13, location], [14, 1]))),
      /in another file/,
    ],
    [
      "such data without saying so",
      inGraph(initializer, (own) => joined(own, message([13, location]))),
      /another file/,
    ],
    [
      "such data in an attribute",
      inGraph(node, (own) => joined(own, message([5, message([1, "value"], [5, tensor])]))),
      /"?weights"?: expected its data in this file, but it is in another file/,
    ],
    [
      "such data in a sparse tensor",
      changeFirst(network, graph, (own) => joined(own, message([15, message([1, tensor])]))),
      /another file/,
    ],
    [
      "operators of others in a node",
      inGraph(node, (own) => joined(own, message([7, "com.microsoft"]))),
      /operators of com\.microsoft/,
    ],
    [
      "operators of others declared",
      joined(network, message([opset, message([1, "ai.evil"], [2, 1])])),
      /operators of ai\.evil/,
    ],
    [
      "a graph inside",
      inGraph(node, (own) => joined(own, message([5, message([1, "body"], [6, message([2, "g"])])]))),
      /expected no nested graph/,
    ],
    ["functions of its own", joined(network, message([25, message([1, "f"])])), /^f: expected no nested graph/],
    [
      "a second graph, which readers join to the first",
      joined(network, message([graph, message([2, "g"])])),
      /one field "graph", got 2/,
    ],
  ])("is refused for %s", (_, bytes, fault) => {
    expect(faults(bytes).join("\n")).toMatch(fault);
  });
});

describe("a network from a different model", () => {
  it.each([
    [
      "another window",
      smallNetwork({ windowSize: 48 }),
      "input windows: expected [batch, 40, 3] of float32, got [batch, 48, 3]",
    ],
    ["one channel more", smallNetwork({ channels: ["Ax", "Ay", "Az", "Gx"] }), "got [batch, 40, 4]"],
    ["the channels in another order", smallNetwork({ channels: ["Ay", "Ax", "Az"] }), "metadata channels: expected"],
    [
      "one class more",
      smallNetwork({ classes: ["sitting", "walking", "x"] }),
      "output logits: expected [batch, 2] of float32, got [batch, 3]",
    ],
    ["other classes", smallNetwork({ classes: ["walking", "sitting"] }), "metadata classes: expected"],
    [
      "another rate",
      smallNetwork({ samplingRateHz: 25 }),
      "metadata sampling_rate_hz: expected 20 as in manifest.json, got 25",
    ],
    [
      "an input more",
      changeFirst(network, graph, (own) => joined(own, message([input, message([1, "extra"])]))),
      "input extra: expected no input except the windows",
    ],
  ])("is refused for %s", (_, bytes, fault) => {
    expect(faults(bytes).join("\n")).toContain(fault);
  });
});

it("files that are incomplete or not networks are rejected without side effects", () => {
  expect(faults(new Uint8Array())).toEqual(["the file is empty"]);
  expect(faults(new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\n"))[0]).toMatch(
    /not a complete ONNX model/,
  );
  // Tests files truncated to many lengths, and files with a single bit inverted in the first 600 bytes.
  for (let length = 1; length < network.length; length += 997) {
    expect(faults(network.subarray(0, length))).not.toEqual([]);
  }
  for (let bit = 0; bit < 600 * 8; bit += 7) {
    const changed = network.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(faults(changed)).toBeInstanceOf(Array);
  }
});
