import { type FocusEvent, type PointerEvent, useEffect, useRef, useState } from "react";

/** A list counts as read for this long after it was touched: the thumb is still above it. */
const TOUCH_MS = 10_000;

/** Whether the focus came by the keyboard: a click leaves it behind, long after the reader has gone. */
function byKeyboard(target: Element): boolean {
  try {
    return target.matches(":focus-visible");
  } catch {
    return true;
  }
}

/**
 * Whether a list is being read: the page is scrolled into it, the pointer rests on it, it was touched just now, or the
 * keyboard is in it. What is under an eye, a thumb or the focus must not move.
 */
export function useReading() {
  const [over, setOver] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  const [touched, setTouched] = useState(false);
  const [focused, setFocused] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    const look = () => setScrolled(window.scrollY > 120);
    look();
    window.addEventListener("scroll", look, { passive: true });
    return () => {
      window.removeEventListener("scroll", look);
      clearTimeout(timer.current);
    };
  }, []);
  return {
    reading: over || scrolled || touched || focused,
    handlers: {
      onPointerEnter: (e: PointerEvent) => e.pointerType === "mouse" && setOver(true),
      onPointerLeave: () => setOver(false),
      onPointerDown: () => {
        setTouched(true);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setTouched(false), TOUCH_MS);
      },
      onFocus: (e: FocusEvent) => setFocused(byKeyboard(e.target)),
      onBlur: (e: FocusEvent) => !e.currentTarget.contains(e.relatedTarget) && setFocused(false),
    },
  };
}
