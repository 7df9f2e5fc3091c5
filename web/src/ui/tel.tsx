import type { ReactNode } from "react";
import { useDenied } from "@/lib/hooks";
import { dialable } from "@/lib/tel";

/** A caller's number: one tap calls back, where the number is whole and the reader may see it. */
export function Tel({ number, children = number }: { number: string; children?: ReactNode }) {
  const masked = useDenied("calls.full");
  const href = masked ? null : dialable(number);
  return href ? (
    <a href={href} className="underline decoration-dotted underline-offset-4 hover:decoration-solid">
      {children}
    </a>
  ) : (
    children
  );
}
