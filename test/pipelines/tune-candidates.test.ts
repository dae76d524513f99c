import { describe, expect, it } from "vitest";
import { resolveTuneConfig } from "../../src/options/resolve-config.ts";
import { describeTuneCandidate, tuneCandidates } from "../../src/pipelines/tune-candidates.ts";

const candidatesOf = (search: string[], options: object = {}) =>
  tuneCandidates(resolveTuneConfig({ files: ["r.csv"], out: "t.yaml", search, ...options }));

describe("candidates of a search", () => {
  it("are all combinations, with the other options as given", () => {
    const { given, candidates } = candidatesOf(["learning-rate=0.001,0.003", "augment=none,rotate"], {
      network: "compact",
    });
    expect(candidates.map(({ options }) => options)).toEqual([
      { learningRate: 0.001, augment: "none" },
      { learningRate: 0.001, augment: "rotate" },
      { learningRate: 0.003, augment: "none" },
      { learningRate: 0.003, augment: "rotate" },
    ]);
    expect(candidates[2]!.config).toMatchObject({
      network: "compact",
      learningRate: 0.003,
      augment: "none",
      batchSize: 64,
    });
    expect(given.config).toMatchObject({ network: "compact", learningRate: 0.001, augment: "rotate" });
  });

  it("may have windows and epochs of their own", () => {
    const { given, candidates } = candidatesOf(["window=40,80", "overlap=0.5,0.75", "epochs=10,30"], {
      network: "compact",
      window: 60,
      epochs: 20,
    });
    expect(candidates).toHaveLength(8);
    expect(candidates[5]).toMatchObject({
      options: { window: 80, overlap: 0.5, epochs: 30 },
      config: { window: 80, overlap: 0.5, epochs: 30 },
    });
    expect(given.config).toMatchObject({ window: 60, overlap: 0.5, epochs: 20 });
  });

  it("leave out what their network does not use", () => {
    const { candidates } = candidatesOf(["network=minirocket,compact", "learning-rate=0.001,0.003"], { epochs: 20 });
    expect(candidates.map(({ options }) => options)).toEqual([
      { network: "minirocket" },
      { network: "compact", learningRate: 0.001 },
      { network: "compact", learningRate: 0.003 },
    ]);
  });

  it("count a value once", () => {
    expect(candidatesOf(["batch-size=32,64,32"]).candidates).toHaveLength(2);
  });

  it.each([
    [["learning-rate"], "--search learning-rate: expected learning-rate=VALUE,VALUE,..."],
    [["learning-rate=0.001"], "expected at least two different candidates, got one"],
    [["learning-rate=0.001,fast"], '--search learning-rate: expected a number greater than 0, at most 1, got "fast"'],
    [["learning-rate=0.001,"], '--search learning-rate: expected a number greater than 0, at most 1, got ""'],
    [["network=compact,lstm"], "--search network: expected one of"],
    [["rate=20,50"], "--search rate: scores are comparable only on the same recordings and people"],
    [["window=12,40"], "--window: expected at least 16 samples for the auto network, got 12"],
    [["learning-rates=1,2"], "--search learning-rates: expected one of window, overlap"],
    [["augment=none,rotate", "augment=none,rotate"], "expected augment once, got it twice"],
    [["network=minirocket,minirocket"], "expected at least two different candidates, got one"],
  ])("are refused for %j", (search, message) => {
    expect(() => candidatesOf(search)).toThrow(message);
  });

  it("are named as on the command line", () => {
    expect(describeTuneCandidate({ batchSize: 32, augment: "none" })).toBe("batch-size 32, augment none");
    expect(describeTuneCandidate({})).toBe("as given");
  });
});
