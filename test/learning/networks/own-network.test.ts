// Compares networks that users could write with Keras's own layers (test/fixtures/scripts/own_network.py), in float64.

import { expect, it } from "vitest";
import temporalConvolutions from "../../../examples/network/temporal-convolutions.ts";
import type { Layer } from "../../../src/learning/networks/layer-context.ts";
import { ownNetworkLayers } from "../../../src/learning/networks/own-network-layers.ts";
import { describeNetworkParameters } from "../../../src/learning/networks/parameters.ts";
import attention from "./attention-network.ts";
import { expectStep } from "./expect-step.ts";
import { type FullSize, readFixture } from "./network-fixture.ts";

it.each([
  ["temporal-convolutions", temporalConvolutions],
  ["attention", attention],
] as const)("%s has Keras's logits, loss, gradients and running statistics", async (name, build) => {
  const fixture = readFixture<Omit<FullSize, "network">>(`own-${name}`);
  const layers = build(ownNetworkLayers, fixture.classes) as Layer;
  await expectStep(layers, fixture, fixture.plain);
  const shape = [fixture.batch, fixture.time_steps, fixture.channels];
  const { parameters } = describeNetworkParameters(layers, { type: "float64", shape });
  expect(Object.fromEntries(parameters.map((own) => [own.name, own.shape]))).toEqual(fixture.parameters);
});
