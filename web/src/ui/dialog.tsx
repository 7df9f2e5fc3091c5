import {
  type FormEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { useText } from "@/lib/i18n";
import { Button } from "./button";
import { Field, Input } from "./field";

let stack: readonly HTMLDialogElement[] = [];
const listeners = new Set<() => void>();

function restack(next: readonly HTMLDialogElement[]): void {
  stack = next;
  for (const f of listeners) f();
}
function subscribe(f: () => void): () => void {
  listeners.add(f);
  return () => listeners.delete(f);
}

/** The dialog above all others: the only part of the page that can be seen and used. */
export function useTopDialog(): HTMLDialogElement | null {
  return useSyncExternalStore(subscribe, () => stack.at(-1) ?? null);
}

/** The browser's own modal dialog: focus trap, Escape and backdrop come with it, and no injected style. */
export function Dialog({
  title,
  onClose,
  wide,
  children,
}: {
  title: string;
  onClose: () => void;
  wide?: boolean;
  children: ReactNode;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const el = ref.current;
    const before = document.activeElement as HTMLElement | null;
    if (!el) return;
    el.showModal();
    restack([...stack, el]);
    return () => {
      restack(stack.filter((d) => d !== el));
      el.close();
      before?.focus?.();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      onCancel={(e) => {
        e.preventDefault();
        onClose();
      }}
      className={`w-[calc(100vw-32px)] ${wide ? "max-w-3xl" : "max-w-lg"} max-h-[85dvh] overflow-auto rounded-lg border border-line bg-surface p-5`}
    >
      <h2 id={id} className="mb-3 text-l font-semibold">
        {title}
      </h2>
      {children}
    </dialog>
  );
}

/** Asks before something that cannot be taken back; `word` must then be typed. */
export function Confirm({
  title,
  what,
  act,
  word,
  busy,
  onDo,
  onClose,
}: {
  title: string;
  what: string;
  act: string;
  word?: string;
  busy?: boolean;
  onDo: () => void;
  onClose: () => void;
}) {
  const t = useText();
  const [typed, setTyped] = useState("");
  const open = !word || typed.trim() === word;
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (open && !busy) onDo();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        <p className="text-ink2">{what}</p>
        {word && (
          <Field label={t.common.typeToConfirm(word)}>
            <Input value={typed} onChange={(e) => setTyped(e.target.value)} autoComplete="off" autoFocus />
          </Field>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button
            type="submit"
            kind="danger"
            busy={busy}
            why={!open && word ? t.common.typeToConfirm(word) : null}
          >
            {act}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
