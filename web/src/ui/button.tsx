import type { ComponentProps, ReactNode } from "react";
import { say } from "./say";

type Kind = "primary" | "plain" | "danger" | "quiet";

const LOOK: Record<Kind, string> = {
  primary: "bg-accent text-on-accent border-accent",
  plain: "bg-surface text-ink border-edge hover:bg-sunken",
  danger: "bg-ink text-bg border-ink",
  quiet: "bg-transparent text-ink2 border-transparent hover:bg-sunken hover:text-ink",
};
const BASE =
  "inline-flex items-center justify-center gap-2 rounded-md border px-3 min-h-10 text-m font-medium whitespace-nowrap select-none";
const OFF = "opacity-55";

export function buttonClass(kind: Kind = "plain", extra = ""): string {
  return `${BASE} ${LOOK[kind]} ${extra}`;
}

interface Props extends Omit<ComponentProps<"button">, "disabled"> {
  kind?: Kind;
  /** Why it cannot be used now; also makes it so. It stays focusable and, pressed, says why. */
  why?: string | null | false;
  busy?: boolean;
  children: ReactNode;
}

export function Button({ kind = "plain", why, busy, className = "", onClick, children, ...rest }: Props) {
  const off = Boolean(why) || busy;
  return (
    <button
      type="button"
      {...rest}
      className={`${BASE} ${LOOK[kind]} ${off ? OFF : ""} ${className}`}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      title={why || rest.title}
      onClick={(e) => {
        if (off) {
          e.preventDefault();
          // A finger finds no title.
          if (why) say(why);
          return;
        }
        onClick?.(e);
      }}
    >
      {children}
      {why && <span className="sr-only"> ({why})</span>}
    </button>
  );
}
