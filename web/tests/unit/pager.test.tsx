/** What stands below a list whose further pages are asked for by hand. */
import { fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { loadLanguage } from "@/lib/i18n";
import { Pager } from "@/ui/pager";
import { type More, Rows } from "@/ui/rows";

const load = vi.fn();
const more = (o: Partial<More> = {}): More => ({ has: true, busy: false, failed: false, load, ...o });

beforeEach(async () => {
  await loadLanguage("en");
  load.mockReset();
});

describe("the pager", () => {
  it("is not there when all is", () => {
    const { container } = render(<Pager more={more({ has: false })} />);
    expect(container.textContent).toBe("");
  });

  it("loads when asked, and not while it loads", () => {
    const { rerender } = render(<Pager more={more()} />);
    fireEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(load).toHaveBeenCalledTimes(1);
    rerender(<Pager more={more({ busy: true })} />);
    fireEvent.click(screen.getByRole("button"));
    expect(load).toHaveBeenCalledTimes(1);
  });

  it("says that it failed and tries again when asked", () => {
    render(<Pager more={more({ failed: true })} />);
    expect(screen.getByRole("alert").textContent).toBe("The rest could not be loaded.");
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(load).toHaveBeenCalledTimes(1);
  });

  it("stands in the place of “That is all” below rows that are not all", () => {
    const end = <Pager more={more()} act="Search further back" note="Searched back to May 3." />;
    render(
      <Rows items={[]} label="Calls" height={10} scope="" render={() => null} more={more()} end={end} />,
    );
    expect(screen.getByText("Searched back to May 3.")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Search further back" })).toBeTruthy();
    expect(screen.queryByText("That is all.")).toBeNull();
  });
});
