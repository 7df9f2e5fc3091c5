import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { api } from "@/api/endpoints";
import { keys } from "@/api/queries";
import type { CallDetail } from "@/api/types";
import { canCloseRing } from "@/features/call/acts";
import { useCall } from "@/features/call/segments";
import { EscalationCard, FactsCard, RecordingCard } from "@/features/call/side";
import { Transcript } from "@/features/call/view";
import { useItemActs } from "@/features/inbox/acts";
import { ItemCard } from "@/features/inbox/item";
import { duration } from "@/lib/format";
import { useDenied, useTimes } from "@/lib/hooks";
import { useText, wordFor } from "@/lib/i18n";
import { Link, useParams } from "@/lib/router";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Confirm, Dialog } from "@/ui/dialog";
import { Field, Input, Textarea } from "@/ui/field";
import { Unread } from "@/ui/note";
import { PageHead } from "@/ui/page";
import { callLook, State } from "@/ui/state";
import { Tel } from "@/ui/tel";

export function Page() {
  const { id = "" } = useParams();
  return <CallPage key={id} id={id} />;
}

function CallPage({ id }: { id: string }) {
  const t = useText();
  const { query, call, segments, loading, cut, again } = useCall(id);
  const player = useRef<HTMLAudioElement>(null);
  const acts = useItemActs();
  const denied = useDenied("calls.listen");
  const noAct = useDenied("calls.act");
  if (!call)
    return (
      <>
        <PageHead title={t.call.title} />
        <Unread query={query} />
      </>
    );
  const live = call.life === "ringing" || call.life === "live";
  const playable = !denied && call.recordings.some((r) => r.state === "stored");
  const seek = (seconds: number) => {
    const audio = player.current;
    if (!audio) return;
    audio.currentTime = seconds;
    void audio.play().catch(() => {});
  };
  const waiting = call.inbox.find((i) => i.can_accept && i.closed_at === null);
  const connected =
    call.channel === "browser" && live && call.escalations.some((e) => e.state === "connected");
  return (
    <>
      <p className="mb-2 text-s">
        <Link to="/calls" className="text-ink2 underline">
          {t.call.back}
        </Link>
      </p>
      <Head call={call} live={live} />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="order-1 grid gap-5 lg:order-2">
          {waiting && (
            <div className="card border-urgent p-4">
              <p className="mb-2 text-ink2">{t.call.takeWhat}</p>
              <Button
                kind="primary"
                why={noAct}
                busy={acts.accept.isPending}
                onClick={() => acts.accept.mutate(waiting)}
              >
                {t.call.take}
              </Button>
            </div>
          )}
          {call.escalations.map((esc) => (
            <EscalationCard key={esc.id} esc={esc} />
          ))}
          <RecordingCard call={call} player={player} />
          {call.inbox.length > 0 && (
            <section aria-label={t.call.inbox} className="card divide-y divide-line">
              {call.inbox.map((i) => (
                <ItemCard
                  key={i.id}
                  heading="h3"
                  item={{ ...i, call: null, can_accept: false }}
                  acts={acts}
                />
              ))}
            </section>
          )}
          <div className="hidden lg:block">
            <FactsCard call={call} />
          </div>
        </div>
        <div className="order-2 grid min-w-0 gap-5 lg:order-1">
          <section className="card p-3 sm:p-4">
            <div className="mb-3 flex items-baseline justify-between gap-3">
              <h2 className="text-l font-semibold">{t.call.transcript}</h2>
              {loading && <p className="text-s text-ink3">{t.call.older}</p>}
            </div>
            <Transcript
              call={call}
              segments={segments}
              loading={loading}
              live={live}
              onSeek={playable ? seek : null}
            />
            {cut !== null && (
              <div
                role="alert"
                className="mt-3 flex flex-wrap items-center gap-3 rounded-md bg-warn-soft px-3 py-2"
              >
                <p className="mr-auto">
                  <State shape="half" tone="warn">
                    {t.call.cutOff}
                  </State>
                </p>
                <Button onClick={again}>{t.common.retry}</Button>
              </div>
            )}
            {connected && <SayBox id={call.id} />}
          </section>
          <div className="lg:hidden">
            <FactsCard call={call} />
          </div>
        </div>
      </div>
    </>
  );
}

function Head({ call, live }: { call: CallDetail; live: boolean }) {
  const t = useText();
  const client = useQueryClient();
  const { when, now } = useTimes(live ? 1_000 : 10_000);
  const denied = useDenied("calls.act");
  const [asking, setAsking] = useState<"end" | "close" | null>(null);
  const again = () => void client.invalidateQueries({ queryKey: keys.call(call.id) });
  const end = useAct(
    () => api.endCall(call.id),
    () => {
      setAsking(null);
      again();
      return t.call.hangUpDone;
    },
  );
  const close = useAct(
    (note: string) => api.closeCall(call.id, note),
    () => {
      setAsking(null);
      again();
      return t.call.closed;
    },
  );
  const [shape, tone] = callLook(call.state);
  const who = call.caller ?? (call.channel === "browser" ? t.calls.browser : t.calls.unknownCaller);
  const lasted = live ? Math.max(0, now - call.started_at) : call.duration_ms;
  return (
    <>
      <PageHead title={who} head={call.caller ? <Tel number={call.caller} /> : who} sub={call.words}>
        {live && (
          <Button kind="danger" why={denied} onClick={() => setAsking("end")}>
            {t.call.hangUp}
          </Button>
        )}
        {canCloseRing(call) && (
          <Button kind="primary" why={denied} onClick={() => setAsking("close")}>
            {t.call.closeRing}
          </Button>
        )}
      </PageHead>
      <p className="-mt-3 mb-5 flex flex-wrap gap-x-4 gap-y-1" role="status">
        <State shape={shape} tone={tone} strong>
          {wordFor(t.callState, call.state)}
        </State>
        {call.outcome && <span>{wordFor(t.outcome, call.outcome)}</span>}
        <span className="text-ink2" aria-live="off">
          {when(call.started_at)} · {duration(lasted)}
        </span>
        {call.degraded && (
          <State shape="half" tone="warn">
            {t.calls.degraded}
          </State>
        )}
      </p>
      {asking === "end" && (
        <Confirm
          title={t.call.hangUpTitle}
          what={t.call.hangUpWhat}
          act={t.call.hangUp}
          busy={end.isPending}
          onDo={() => end.mutate(undefined)}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === "close" && (
        <CloseRing
          what={call.outcome === "message_open" ? t.call.closeMessageWhat : t.call.closeWhat}
          busy={close.isPending}
          onDo={(note) => close.mutate(note)}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}

function CloseRing({
  what,
  busy,
  onDo,
  onClose,
}: {
  what: string;
  busy: boolean;
  onDo: (note: string) => void;
  onClose: () => void;
}) {
  const t = useText();
  const [note, setNote] = useState("");
  return (
    <Dialog title={t.call.closeTitle} onClose={onClose}>
      <form
        className="grid gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          if (note.trim() && !busy) onDo(note.trim());
        }}
      >
        <p className="text-ink2">{what}</p>
        <Field label={t.call.closeNote}>
          <Textarea
            required
            maxLength={2000}
            value={note}
            onChange={(e) => setNote(e.target.value)}
            autoFocus
          />
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" kind="primary" busy={busy}>
            {t.call.closeRing}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** A person of the clinic speaks in a text call they have taken. */
function SayBox({ id }: { id: string }) {
  const t = useText();
  const denied = useDenied("calls.act");
  const [text, setText] = useState("");
  const act = useAct(
    (words: string) => api.say(id, words),
    undefined,
    // What was not said is put back, unless the next words stand there already.
    (_, words) => setText((now) => now || words),
  );
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!text.trim() || act.isPending || denied) return;
    act.mutate(text.trim());
    setText("");
  };
  return (
    <form onSubmit={submit} className="mt-3 flex items-end gap-2 border-t border-line pt-3">
      <Field label={t.call.say} className="flex-1">
        <Input value={text} maxLength={1000} onChange={(e) => setText(e.target.value)} autoComplete="off" />
      </Field>
      <Button type="submit" kind="primary" why={denied} busy={act.isPending}>
        {t.call.saySend}
      </Button>
    </form>
  );
}
