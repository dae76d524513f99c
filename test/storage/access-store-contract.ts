// What every store of tokens, sessions and audit entries must do. `open` returns another process's view of the same store.
import { describe, expect, it, onTestFinished } from "vitest";
import type { AccessStore } from "../../src/storage/access-store.ts";
import type { StoredToken } from "../../src/storage/token-file.ts";

const token = (name: string): StoredToken => ({
  name,
  project: "default",
  scopes: ["ingest:wrist-*"],
  hash: "0f".repeat(32),
  created_at: "2026-12-01T00:00:00.000Z",
  expires_at: null,
});
const session = { token_hash: "a1".repeat(32), expires_at: "2026-12-01T12:00:00.000Z" };
const [first, second] = ["b2".repeat(32), "c3".repeat(32)];

/** @param place makes an empty store, and returns what opens it and what reads its audit log */
export function accessStoreContract(
  where: string,
  place: () => Promise<{
    readonly open: () => Promise<AccessStore>;
    readonly audited: () => Promise<readonly unknown[]>;
  }>,
): void {
  const processes = async () => {
    const { open, audited } = await place();
    const stores = await Promise.all([open(), open()]);
    onTestFinished(async () => {
      for (const store of stores) await store.close();
    });
    return { one: stores[0]!, other: stores[1]!, audited };
  };

  describe(`tokens, sessions and the audit log ${where}`, () => {
    it("show every change of the tokens to all processes at once, and are the same array otherwise", async () => {
      const { one, other } = await processes();
      expect([await one.tokens(), await other.tokens()]).toEqual([null, null]);
      expect(await one.changeTokens((tokens) => tokens.push(token("gateway")))).toBe(1);
      const known = await other.tokens();
      expect(known).toEqual([token("gateway")]);
      expect(await other.tokens()).toBe(known);
      await one.changeTokens((tokens) => tokens.push(token("grafana")));
      expect(await other.tokens()).toEqual([token("gateway"), token("grafana")]);
      await other.changeTokens((tokens) => tokens.splice(0));
      // Not null, because once a token has been created, requests always need one.
      expect([await one.tokens(), await other.tokens()]).toEqual([[], []]);
    });

    it("change nothing if the change fails", async () => {
      const { one, other } = await processes();
      const fails = (tokens: StoredToken[]): never => {
        tokens.push(token("gateway"));
        throw new Error("no such token");
      };
      await expect(one.changeTokens(fails)).rejects.toThrow("no such token");
      expect(await other.tokens()).toBeNull();
      await one.changeTokens((tokens) => tokens.push(token("gateway")));
      await expect(one.changeTokens(fails)).rejects.toThrow("no such token");
      expect(await other.tokens()).toEqual([token("gateway")]);
    });

    it("lose no change if several are made at the same time", async () => {
      const { one, other } = await processes();
      const names = Array.from({ length: 8 }, (_, i) => `gateway-${i}`);
      await Promise.all(
        names.map((name, i) => [one, other][i % 2]!.changeTokens((tokens) => tokens.push(token(name)))),
      );
      expect((await one.tokens())!.map(({ name }) => name).sort()).toEqual(names);
    });

    it("share sessions until they end, and forget those that have expired", async () => {
      const { one, other } = await processes();
      const [morning, evening] = ["2026-12-01T00:00:00Z", "2026-12-01T12:00:00Z"].map((at) => new Date(at));
      expect(await one.findSession(first)).toBeNull();
      await one.beginSession(first, session, morning!);
      expect(await other.findSession(first)).toEqual(session);
      const later = { ...session, expires_at: "2026-12-02T12:00:00.000Z" };
      await other.beginSession(second, later, evening!);
      expect([await one.findSession(first), await one.findSession(second)]).toEqual([null, later]);
      await one.endSession(second);
      expect(await other.findSession(second)).toBeNull();
    });

    it("keep audit entries in order", async () => {
      const { one, other, audited } = await processes();
      const entry = { at: "2026-12-01T00:00:00.000Z", actor: "ann", action: "token create", target: "gateway" };
      const details = { scopes: ["read"], odd: "\u0000" };
      await one.audit({ ...entry, details });
      await other.audit({ ...entry, action: "token revoke", details: {} });
      expect(await audited()).toEqual([
        { ...entry, details },
        { ...entry, action: "token revoke", details: {} },
      ]);
    });
  });
}
