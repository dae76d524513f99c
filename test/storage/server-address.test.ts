import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { UserError } from "../../src/errors.ts";
import { isMlflowOnlyAddress, serverAddress } from "../../src/storage/server-address.ts";

const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString("base64")}`;
const none = { authorization: undefined, certificates: undefined, insecureTls: false, warnings: [] };

describe("serverAddress", () => {
  it("is null if nothing is tracked", () => {
    expect(serverAddress(undefined, {})).toBeNull();
    expect(serverAddress(undefined, { MLFLOW_TRACKING_URI: "" })).toBeNull();
    expect(serverAddress("none", { MLFLOW_TRACKING_URI: "http://a" })).toBeNull();
    expect(serverAddress(undefined, { MLFLOW_TRACKING_URI: "none" })).toBeNull();
  });

  it("comes from the option or the environment", () => {
    const environment = { MLFLOW_TRACKING_URI: "https://a.example/mlflow/" };
    expect(serverAddress(undefined, environment)).toEqual({ uri: "https://a.example/mlflow", ...none });
    expect(serverAddress("http://127.0.0.1:5000//", environment)).toEqual({ uri: "http://127.0.0.1:5000", ...none });
  });

  it.each(["./mlruns", "sqlite:///mlflow.db", "databricks", "file:///mlruns"])(
    "leaves %s to MLflow itself",
    (store) => {
      const environment = { MLFLOW_TRACKING_URI: store };
      expect(serverAddress(undefined, environment)).toBeNull();
      expect(isMlflowOnlyAddress(serverAddress(undefined, environment), undefined, environment)).toBe(true);
      expect(isMlflowOnlyAddress(serverAddress("none", environment), "none", environment)).toBe(false);
      expect(() => serverAddress(store, {})).toThrow(UserError);
    },
  );

  it("names a store that only MLflow can use, but not a server or no store", () => {
    for (const environment of [{}, ...["http://a", "none", ""].map((uri) => ({ MLFLOW_TRACKING_URI: uri }))])
      expect(isMlflowOnlyAddress(serverAddress(undefined, environment), undefined, environment)).toBe(false);
  });

  it.each(["postgresql://w:s3cret@host/db", "w:s3cret@host:5000", "postgresql://w:x@s3cret@host/db"])(
    "refuses %s without its password",
    (written) => {
      expect(() => serverAddress(written, {})).toThrow(
        /^--tracking: expected http:\/\/ or https:\/\/ and a host, got "/,
      );
      expect(() => serverAddress(written, {})).not.toThrow(/s3cret/);
    },
  );

  it("takes user and password from the address or the environment, and does not print them", () => {
    const environment = { MLFLOW_TRACKING_USERNAME: "env", MLFLOW_TRACKING_PASSWORD: "pass:word é" };
    expect(serverAddress("http://a:1/b", environment)).toEqual({
      ...none,
      uri: "http://a:1/b",
      authorization: basic("env:pass:word é"),
    });
    for (const [written, credentials] of [
      ["http://me:p%40ss%2F@a:1/b", "me:p@ss/"],
      ["http://me:p@ss@a:1/b", "me:p@ss"],
      ["http://me:50%off@a:1/b", "me:50%off"],
      ["http://me@a:1/b", "me:"],
    ] as const) {
      expect(serverAddress(written, environment)).toEqual({
        ...none,
        uri: "http://a:1/b",
        authorization: basic(credentials),
      });
    }
  });

  it("accepts a token, which a user name overrides with a warning", () => {
    const token = { MLFLOW_TRACKING_TOKEN: "t" };
    expect(serverAddress("http://a", token)).toMatchObject({ authorization: "Bearer t", warnings: [] });
    const both = serverAddress("http://a", { ...token, MLFLOW_TRACKING_USERNAME: "u" })!;
    expect(both.authorization).toBe(basic("u:"));
    expect(both.warnings).toEqual([
      "both a user name and MLFLOW_TRACKING_TOKEN are set for the tracking server; the user name is used",
    ]);
  });

  it("reads certificates, and warns if they are not verified", () => {
    const directory = mkdtempSync(join(tmpdir(), "tidemark-address-"));
    const path = join(directory, "ca.pem");
    writeFileSync(path, "PEM");
    expect(serverAddress("https://a", { MLFLOW_TRACKING_SERVER_CERT_PATH: path })!.certificates).toBe("PEM");
    rmSync(directory, { recursive: true });
    expect(() => serverAddress("https://a", { MLFLOW_TRACKING_SERVER_CERT_PATH: path })).toThrow(
      /^MLFLOW_TRACKING_SERVER_CERT_PATH: expected a file of PEM certificates: .*ENOENT/,
    );
    for (const value of ["true", "True", "1"]) {
      const address = serverAddress("https://a", { MLFLOW_TRACKING_INSECURE_TLS: value })!;
      expect(address.insecureTls).toBe(true);
      expect(address.warnings).toHaveLength(1);
    }
    expect(serverAddress("https://a", { MLFLOW_TRACKING_INSECURE_TLS: "false" })).toMatchObject(none);
  });

  it.skipIf(process.platform === "win32").each<[string, (path: string) => void, RegExp]>([
    ["a pipe", (path) => void execFileSync("mkfifo", [path]), /found a pipe$/],
    ["a device without end", (path) => symlinkSync("/dev/zero", path), /found a device$/],
    ["a folder", (path) => mkdirSync(path), /found a folder$/],
    [
      "a file of 1 TB",
      (path) => {
        writeFileSync(path, "");
        truncateSync(path, 1e12);
      },
      /expected at most 16 MiB, found 1000000000000 bytes$/,
    ],
  ])("does not read certificates from %s", (_, make, says) => {
    const directory = mkdtempSync(join(tmpdir(), "tidemark-address-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, "ca.pem");
    make(path);
    // Runs in a separate process, because reading a pipe or a device would block this process forever.
    const module = new URL("../../src/storage/server-address.ts", import.meta.url).href;
    const script = `const { serverAddress } = await import(${JSON.stringify(module)});
      try { serverAddress("https://a"); } catch (error) { console.log(error.name + "|" + error.message); }`;
    const stdout = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      timeout: 20_000,
      env: { ...process.env, MLFLOW_TRACKING_SERVER_CERT_PATH: path },
    }).trim();
    expect(stdout).toMatch(/^UserError\|MLFLOW_TRACKING_SERVER_CERT_PATH: expected a file of PEM certificates: /);
    expect(stdout).toMatch(says);
  });
});
