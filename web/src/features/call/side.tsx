/** Beside the transcript: handing over, recording, facts. */
import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useState } from "react";
import { address } from "@/api/client";
import { api } from "@/api/endpoints";
import { keys } from "@/api/queries";
import type { CallDetail, Escalation, Recording } from "@/api/types";
import { bytes, duration } from "@/lib/format";
import { useDenied, useTimes } from "@/lib/hooks";
import { useText, wordFor } from "@/lib/i18n";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Section } from "@/ui/page";
import { escalationLook, recordingLook, State } from "@/ui/state";
import { endWords } from "./words";

export function EscalationCard({ esc }: { esc: Escalation }) {
  const t = useText();
  const { clock } = useTimes();
  const [shape, tone] = escalationLook(esc.state);
  return (
    <Section title={t.call.escalation}>
      <p className="text-s text-ink2">{wordFor(t.call.escKind, esc.kind)}</p>
      <p role="status">
        <State shape={shape} tone={tone} strong>
          {wordFor(t.call.escState, esc.state)}
          {esc.target && `: ${esc.target}`}
        </State>
      </p>
      {esc.human_at !== null && <p className="text-s text-ink2">{t.call.humanAt(clock(esc.human_at))}</p>}
      <ol className="mt-3 grid gap-2 border-l-2 border-line pl-3">
        {esc.steps.map((s) => (
          <li key={`${s.at}-${s.what}-${s.target ?? ""}`} className="text-s">
            <span className="text-ink3">{clock(s.at)}</span> {s.words}
          </li>
        ))}
      </ol>
    </Section>
  );
}

export function RecordingCard({
  call,
  player,
}: {
  call: CallDetail;
  player: RefObject<HTMLAudioElement | null>;
}) {
  const t = useText();
  const client = useQueryClient();
  const { when } = useTimes();
  const denied = useDenied("calls.listen");
  const noRetry = useDenied("calls.act");
  const retry = useAct(
    (r: Recording) => api.retryRecording(r.id),
    () => void client.invalidateQueries({ queryKey: keys.call(call.id) }),
  );
  const order = (r: Recording) => (r.state === "stored" ? 0 : 2) + (r.track === "stereo" ? 0 : 1);
  const best = [...call.recordings].sort((a, b) => order(a) - order(b))[0];
  const state = best?.state ?? call.recording ?? "none";
  const live = call.life === "ringing" || call.life === "live";
  if (!best && state === "none" && (live || call.channel === "browser")) return null;
  const [shape, tone] = recordingLook(state);
  return (
    <Section title={t.call.recording} side={<span className="text-s">{duration(best?.duration_ms)}</span>}>
      {best?.state === "stored" && !denied ? (
        <Player key={best.id} id={best.id} player={player} />
      ) : (
        <p className="text-s">
          <State shape={shape} tone={tone}>
            {best?.words || wordFor(t.call.recState, state)}
          </State>
        </p>
      )}
      {best?.state === "stored" && denied && <p className="mt-1 text-s text-ink2">{t.call.recDenied}</p>}
      {best?.state === "fetching" && best.bytes !== null && (
        <p className="mt-1 text-s text-ink2">
          {t.call.recFetched(bytes(best.fetched_bytes), bytes(best.bytes))}
        </p>
      )}
      {best?.state === "failed" && (
        <div className="mt-2 flex flex-wrap items-center gap-3">
          <Button why={noRetry} busy={retry.isPending} onClick={() => retry.mutate(best)}>
            {t.call.recRetry}
          </Button>
          {best.next_try_at !== null && (
            <span className="text-s text-ink2">{t.call.recNext(when(best.next_try_at))}</span>
          )}
        </div>
      )}
    </Section>
  );
}

/** The recording itself; a browser says nothing of its own when it cannot be loaded. */
function Player({ id, player }: { id: string; player: RefObject<HTMLAudioElement | null> }) {
  const t = useText();
  const [failed, setFailed] = useState(false);
  return (
    <>
      {/* biome-ignore lint/a11y/useMediaCaption: the transcript beside it is the caption */}
      <audio
        ref={player}
        controls
        preload="none"
        aria-label={t.call.recording}
        src={address("/recordings/{id}/audio", { path: { id } })}
        onError={() => setFailed(true)}
        onLoadedMetadata={() => setFailed(false)}
      />
      {failed ? (
        <div role="alert" className="mt-2 flex flex-wrap items-center gap-3">
          <p className="mr-auto text-s">
            <State shape="cross" tone="warn">
              {t.call.recNotPlayed}
            </State>
          </p>
          <Button
            onClick={() => {
              setFailed(false);
              player.current?.load();
              void player.current?.play().catch(() => {});
            }}
          >
            {t.common.retry}
          </Button>
        </div>
      ) : (
        <p className="mt-1 text-s text-ink3">{t.call.recNote}</p>
      )}
    </>
  );
}

export function FactsCard({ call }: { call: CallDetail }) {
  const t = useText();
  const { clock } = useTimes(60_000);
  const rows: [string, string | null][] = [
    [t.call.channel, call.channel === "browser" ? t.call.browser : t.call.phone],
    [t.call.started, clock(call.started_at)],
    [t.call.answered, call.answered_at === null ? null : clock(call.answered_at)],
    [t.call.ended, call.ended_at === null ? null : clock(call.ended_at)],
    [t.call.lasted, call.duration_ms === null ? null : duration(call.duration_ms)],
    [t.call.endedBy, call.ended_reason && endWords(t, call.ended_reason)],
    [t.call.version, String(call.agent_version)],
    [t.call.knowledge, String(call.knowledge_rev)],
  ];
  return (
    <Section title={t.call.facts}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-s">
        {rows
          .filter(([, v]) => v !== null)
          .map(([k, v]) => (
            <div key={k} className="contents">
              <dt className="text-ink2">{k}</dt>
              <dd className="text-right">{v}</dd>
            </div>
          ))}
      </dl>
    </Section>
  );
}
