import { type ComponentProps, createContext, type ReactNode, useContext, useId } from "react";

interface Wire {
  id: string;
  hint?: string;
  bad?: boolean;
}
const Ctx = createContext<Wire | null>(null);

/** Label, control, hint and error, tied together for eyes and screen readers. */
export function Field({
  label,
  hint,
  error,
  hideLabel,
  className = "",
  name,
  children,
}: {
  label: string;
  hint?: string;
  error?: string | null;
  hideLabel?: boolean;
  className?: string;
  /** What the server calls it, so that an error can be shown beside it. */
  name?: string;
  children: ReactNode;
}) {
  const id = useId();
  const note = error || hint;
  return (
    <div className={`min-w-0 ${className}`} data-field={name}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "mb-1 block text-s font-medium text-ink2"}>
        {label}
      </label>
      <Ctx value={{ id, hint: note ? `${id}-n` : undefined, bad: Boolean(error) }}>{children}</Ctx>
      {note && (
        <p id={`${id}-n`} className={`mt-1 text-s ${error ? "text-urgent" : "text-ink3"}`}>
          {note}
        </p>
      )}
    </div>
  );
}

function useWire() {
  const wire = useContext(Ctx);
  return {
    id: wire?.id,
    "aria-describedby": wire?.hint,
    "aria-invalid": wire?.bad || undefined,
  };
}

export function Input({ className = "", ...rest }: ComponentProps<"input">) {
  return <input {...useWire()} {...rest} className={`control ${className}`} />;
}
export function Textarea({ className = "", ...rest }: ComponentProps<"textarea">) {
  return <textarea rows={4} {...useWire()} {...rest} className={`control ${className}`} />;
}
export function Select({ className = "", ...rest }: ComponentProps<"select">) {
  return <select {...useWire()} {...rest} className={`control ${className}`} />;
}

/** A tick with its words beside it. */
export function Check({
  label,
  hint,
  ...rest
}: { label: string; hint?: string } & Omit<ComponentProps<"input">, "type">) {
  const id = useId();
  return (
    <div className="flex items-start gap-2 py-1">
      <input
        type="checkbox"
        id={id}
        {...rest}
        aria-describedby={hint ? `${id}-n` : undefined}
        className="mt-1 size-4 shrink-0 accent-(--accent)"
      />
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p id={`${id}-n`} className="text-s text-ink3">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
