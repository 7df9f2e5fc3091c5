import { type FormEvent, useEffect, useRef, useState } from "react";
import { type Entry, Others, useBrowserCall } from "@/features/call/browser-call";
import { Quote } from "@/features/call/turn-note";
import { useDenied, useSession } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { Link } from "@/lib/router";
import { Button, buttonClass } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { PageHead, Section } from "@/ui/page";
import { State } from "@/ui/state";

export function Page() {
  const t = useText();
  const call = useBrowserCall();
  return (
    <>
      <PageHead title={t.browser.title} sub={t.browser.sub}>
        {call.phase === "talking" && (
          <Button kind="danger" busy={call.ending} onClick={() => void call.hangUp()}>
            {t.browser.hangUp}
          </Button>
        )}
      </PageHead>
      {call.id && <Others key={call.id} id={call.id} />}
      {call.phase === "idle" ? <Start call={call} /> : <Talk call={call} />}
    </>
  );
}

type Call = ReturnType<typeof useBrowserCall>;

function Start({ call }: { call: Call }) {
  const t = useText();
  const me = useSession();
  const denied = useDenied("calls.act");
  const [name, setName] = useState(me.user.name);
  const [number, setNumber] = useState("");
  return (
    <form
      className="card grid max-w-xl gap-4 p-5"
      onSubmit={(e) => {
        e.preventDefault();
        if (!denied) void call.start(name.trim(), number.trim());
      }}
    >
      <Field label={`${t.browser.name} (${t.common.optional})`}>
        <Input value={name} maxLength={80} onChange={(e) => setName(e.target.value)} autoComplete="name" />
      </Field>
      <Field label={`${t.browser.number} (${t.common.optional})`}>
        <Input
          value={number}
          maxLength={32}
          inputMode="tel"
          onChange={(e) => setNumber(e.target.value)}
          autoComplete="tel"
        />
      </Field>
      <div>
        <Button type="submit" kind="primary" why={denied} busy={call.busy}>
          {t.browser.start}
        </Button>
      </div>
    </form>
  );
}

function Talk({ call }: { call: Call }) {
  const t = useText();
  const [text, setText] = useState("");
  const ended = call.phase === "ended";
  const end = useRef<HTMLDivElement>(null);
  const size = call.entries.length;
  useEffect(() => {
    if (size > 1) end.current?.scrollIntoView({ block: "nearest" });
  }, [size]);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    const words = text.trim();
    if (!words || ended) return;
    setText("");
    void call.say(words);
  };
  return (
    <div className="grid max-w-3xl gap-4">
      <Section title={t.browser.conversation}>
        <div role="log" aria-label={t.browser.conversation}>
          <ol className="grid gap-3">
            {call.entries.map((e) => (
              <Line key={e.key} entry={e} />
            ))}
          </ol>
        </div>
        {call.busy && (
          <p className="mt-2 text-right text-s text-ink3 italic">
            {t.call.receptionist} {t.browser.thinking}…
          </p>
        )}
        {ended ? (
          <div className="mt-4 flex flex-wrap items-center gap-2 border-t border-line pt-4">
            <p className="mr-auto">
              <State shape="dash">{t.browser.ended}</State>
            </p>
            {call.id && (
              <Link to="/calls/$id" params={{ id: call.id }} className={buttonClass()}>
                {t.browser.record}
              </Link>
            )}
            <Button kind="primary" onClick={call.reset}>
              {t.browser.again}
            </Button>
          </div>
        ) : (
          <form onSubmit={submit} className="mt-4 flex items-end gap-2 border-t border-line pt-4">
            <Field label={t.browser.say} className="flex-1">
              <Input
                value={text}
                maxLength={1000}
                placeholder={t.browser.placeholder}
                onChange={(e) => setText(e.target.value)}
                autoComplete="off"
                autoFocus
              />
            </Field>
            <Button type="submit" kind="primary">
              {t.browser.send}
            </Button>
          </form>
        )}
        <div ref={end} />
      </Section>
      {!ended && call.entries.length < 3 && (
        <div>
          <p className="mb-1 text-s text-ink2">{t.browser.tryThis}</p>
          <div className="flex flex-wrap gap-2">
            {t.browser.tries.map((words) => (
              <Button
                key={words}
                className="whitespace-normal! text-left"
                onClick={() => void call.say(words)}
              >
                {words}
              </Button>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}

function Line({ entry }: { entry: Entry }) {
  const t = useText();
  if (entry.kind === "note")
    return (
      <li className="text-center text-s" data-entry="note">
        <State shape={entry.shape} tone={entry.tone}>
          {entry.text}
        </State>
      </li>
    );
  const mine = entry.kind === "you";
  const who = mine ? t.browser.you : entry.kind === "staff" ? t.call.staff : t.call.receptionist;
  const look = mine ? "bg-sunken" : entry.kind === "staff" ? "border border-accent" : "bg-accent-soft";
  return (
    <li className={`max-w-[85%] ${mine ? "justify-self-start" : "justify-self-end"}`} data-entry={entry.kind}>
      <p className={`px-1 text-s text-ink3 ${mine ? "" : "text-right"}`}>{who}</p>
      <div className={`rounded-lg px-3 py-2 ${look}`}>{entry.text}</div>
      {entry.cites.length > 0 && (
        <details className="mt-1 text-s">
          <summary className="px-1 text-ink2">
            {t.call.cites}: {entry.cites.map((c) => c.title).join(", ")}
          </summary>
          <ul className="mt-1 grid gap-2">
            {entry.cites.map((c) => (
              <Quote key={`${c.document}-${c.span[0]}`} cite={c} />
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}
