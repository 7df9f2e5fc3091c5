import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { changes } from "@/features/settings/clinic";
import { begin, follow, saved, useDraft } from "@/lib/draft";

describe("a draft", () => {
  it("follows what is read until it is changed", () => {
    const d = begin({ name: "a" }, 1);
    expect(follow(d, false, { name: "a" }, 1)).toBe(d);
    expect(follow(d, false, { name: "b" }, 2).value.name).toBe("b");
    expect(follow(d, true, { name: "b" }, 2)).toBe(d);
    // A read that began before the last save is older.
    expect(follow(begin({ name: "c" }, 3), false, { name: "b" }, 2).value.name).toBe("c");
  });

  it("keeps what was typed while it was being saved", () => {
    const typed = { base: { name: "a" }, version: 1, value: { name: "abc" } };
    const after = saved(typed, { name: "ab" }, { name: "ab" }, 2);
    expect(after).toEqual({ base: { name: "ab" }, version: 2, value: { name: "abc" } });
    expect(saved({ ...typed, value: { name: "ab" } }, { name: "ab" }, { name: "AB" }, 2).value.name).toBe(
      "AB",
    );
  });

  it("is still there after a look at another page, and re-reads throw nothing away", () => {
    const use = (current: { name: string }, version: number) =>
      renderHook(({ c, v }) => useDraft(c, { key: "test", version: v }), {
        initialProps: { c: current, v: version },
      });
    const page = use({ name: "a" }, 1);
    act(() => page.result.current.set((v) => ({ ...v, name: "mine" })));
    page.rerender({ c: { name: "a" }, v: 1 });
    page.rerender({ c: { name: "theirs" }, v: 2 });
    expect(page.result.current.value.name).toBe("mine");
    const leaving = new Event("beforeunload", { cancelable: true });
    page.unmount();
    window.dispatchEvent(leaving);
    expect(leaving.defaultPrevented).toBe(true);

    const again = use({ name: "theirs" }, 2);
    expect(again.result.current.value.name).toBe("mine");
    expect(again.result.current.version).toBe(1);
    act(() => again.result.current.take({ name: "theirs" }, 2));
    expect(again.result.current.dirty).toBe(false);
    again.unmount();
    const calm = new Event("beforeunload", { cancelable: true });
    window.dispatchEvent(calm);
    expect(calm.defaultPrevented).toBe(false);
    expect(use({ name: "new" }, 3).result.current.value.name).toBe("new");
  });

  it("sends only the parts of the settings that were changed", () => {
    const base = {
      organization: { name: "A", time_zone: "UTC", language: "en", country: "US" },
      recording: { enabled: true, retention_days: 30 },
    };
    expect(changes(base, base)).toEqual({});
    expect(changes(base, { ...base, recording: { enabled: false, retention_days: 30 } })).toEqual({
      recording: { enabled: false, retention_days: 30 },
    });
  });
});
