import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiError, type Snap } from "@/api/client";
import { api } from "@/api/endpoints";
import { keys, q } from "@/api/queries";
import type { Receptionist, ReceptionistVersion } from "@/api/types";
import { type Bad, check } from "@/features/receptionist/check";
import { goToField, ReceptionistForm, tidy } from "@/features/receptionist/form";
import { Versions } from "@/features/receptionist/versions";
import { useDraft } from "@/lib/draft";
import { useDenied, useTimes } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Confirm, Dialog } from "@/ui/dialog";
import { fieldWord, Unread } from "@/ui/note";
import { PageHead } from "@/ui/page";
import { sayError } from "@/ui/say";
import { State } from "@/ui/state";

export function Page() {
  const t = useText();
  const current = useQuery(q.receptionist());
  if (!current.data)
    return (
      <>
        <PageHead title={t.receptionist.title} />
        <Unread query={current} />
      </>
    );
  return <Editor current={current.data.value} />;
}

/** What would throw away what the reader has typed, until the reader says so. */
type Losing = { version: number; body: Receptionist } | "discard";

function Editor({ current }: { current: ReceptionistVersion }) {
  const t = useText();
  const client = useQueryClient();
  const { when } = useTimes();
  const denied = useDenied("receptionist.write");
  const draft = useDraft(current.body, { key: "receptionist", version: current.version, tidy });
  const [theirs, setTheirs] = useState<ReceptionistVersion | null>(null);
  const [losing, setLosing] = useState<Losing | null>(null);
  const [bad, setBad] = useState<Bad | null>(null);
  const { value: body, dirty } = draft;

  const refuse = (why: Bad) => {
    setBad(why);
    // The words stand beside the input once it is drawn with them.
    requestAnimationFrame(() => goToField(why.field));
  };
  const take = (v: ReceptionistVersion) => {
    draft.take(v.body, v.version);
    setTheirs(null);
    setBad(null);
  };
  const save = useAct(
    ({ sent, expected }: { sent: Receptionist; expected: number }) =>
      api.saveReceptionist(expected, tidy(sent)),
    (v, { sent }) => {
      client.setQueryData<Snap<ReceptionistVersion>>(keys.receptionist, (s) => s && { ...s, value: v });
      draft.saved(sent, v.body, v.version);
      setTheirs(null);
      void client.invalidateQueries({ queryKey: keys.receptionist });
      void client.invalidateQueries({ queryKey: keys.versions });
      return t.receptionist.saved(v.version);
    },
    (e) => {
      if (!(e instanceof ApiError)) return false;
      if (e.kind === "conflict") {
        void api.receptionist().then((s) => setTheirs(s.value), sayError);
        return true;
      }
      if (e.kind !== "bad-input" || !e.field || !(e.field in body)) return false;
      setTheirs(null);
      refuse({ field: e.field, words: e.detail || t.errors.badInput });
      return true;
    },
  );
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (denied || !dirty || save.isPending) return;
    const wrong = check(tidy(body), t);
    if (wrong) refuse(wrong);
    else save.mutate({ sent: body, expected: draft.version });
  };
  const set = (change: Partial<Receptionist>) => {
    draft.set((b) => ({ ...b, ...change }));
    if (bad && bad.field in change) setBad(null);
  };
  const lose = (what: Losing) => {
    setLosing(null);
    setBad(null);
    if (what === "discard") take(current);
    else draft.set(() => what.body);
  };
  return (
    <>
      <form onSubmit={submit}>
        <PageHead
          title={t.receptionist.title}
          sub={`${t.receptionist.version(current.version)}, ${t.receptionist.by(current.author, when(current.at))}`}
        />
        {denied && (
          <p className="card mb-4 p-3 text-ink2">
            {denied}. {t.perms.need}
          </p>
        )}
        <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_18rem]">
          <div className="min-w-0">
            <ReceptionistForm body={body} set={set} off={denied} bad={bad} />
            <div className="sticky bottom-16 z-10 mt-5 lg:bottom-0">
              <div className="card flex flex-wrap items-center gap-3 p-3 shadow-lg">
                <p className="mr-auto" role="status">
                  {bad ? (
                    <State shape="cross" tone="warn">
                      {t.receptionist.notSaved(fieldWord(t, bad.field))}
                    </State>
                  ) : (
                    <State shape={dirty ? "half" : "check"} tone={dirty ? "warn" : "calm"}>
                      {dirty ? t.common.unsaved : t.common.saved}
                    </State>
                  )}
                </p>
                {dirty && <Button onClick={() => setLosing("discard")}>{t.receptionist.discard}…</Button>}
                <Button
                  type="submit"
                  kind="primary"
                  busy={save.isPending}
                  why={denied ?? (dirty ? null : t.common.saved)}
                >
                  {t.receptionist.saveVersion}
                </Button>
              </div>
            </div>
          </div>
          <Versions
            denied={denied}
            onUse={(old, version) => {
              const what = { version, body: old };
              if (dirty) setLosing(what);
              else lose(what);
            }}
          />
        </div>
      </form>
      {theirs && (
        <Dialog title={t.receptionist.conflictTitle} onClose={() => setTheirs(null)}>
          <p className="mb-4">{t.receptionist.conflictWhat(theirs.version, theirs.author)}</p>
          <div className="flex flex-wrap justify-end gap-2">
            <Button onClick={() => take(theirs)}>{t.receptionist.conflictTheirs}</Button>
            <Button
              kind="primary"
              busy={save.isPending}
              onClick={() => save.mutate({ sent: body, expected: theirs.version })}
            >
              {t.receptionist.conflictMine}
            </Button>
          </div>
        </Dialog>
      )}
      {losing && (
        <Confirm
          title={
            losing === "discard" ? t.receptionist.discardTitle : t.receptionist.editTitle(losing.version)
          }
          what={losing === "discard" ? t.receptionist.discardWhat(current.version) : t.receptionist.editWhat}
          act={losing === "discard" ? t.receptionist.discard : t.receptionist.useAgain}
          onDo={() => lose(losing)}
          onClose={() => setLosing(null)}
        />
      )}
    </>
  );
}
