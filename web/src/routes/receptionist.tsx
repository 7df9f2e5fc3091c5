import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { ApiError } from "@/api/client";
import { api } from "@/api/endpoints";
import { keys, q } from "@/api/queries";
import type { Receptionist, ReceptionistVersion } from "@/api/types";
import { ReceptionistForm, tidy } from "@/features/receptionist/form";
import { useDenied, useTimes } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { ErrorNote, Loading } from "@/ui/note";
import { PageHead, Section } from "@/ui/page";
import { State } from "@/ui/state";

export function Page() {
  const t = useText();
  const current = useQuery(q.receptionist());
  if (!current.data)
    return (
      <>
        <PageHead title={t.receptionist.title} />
        {current.isPending ? (
          <Loading />
        ) : (
          <ErrorNote error={current.error} onRetry={() => void current.refetch()} />
        )}
      </>
    );
  return <Editor current={current.data.value} />;
}

function Editor({ current }: { current: ReceptionistVersion }) {
  const t = useText();
  const client = useQueryClient();
  const { when } = useTimes();
  const denied = useDenied("receptionist.write");
  // What is being edited started from this version; a newer one does not replace the reader's text.
  const [base, setBase] = useState(current);
  const [body, setBody] = useState<Receptionist>(current.body);
  const [theirs, setTheirs] = useState<ReceptionistVersion | null>(null);
  const dirty = JSON.stringify(tidy(body)) !== JSON.stringify(base.body);
  useEffect(() => {
    if (dirty || current.version === base.version) return;
    setBase(current);
    setBody(current.body);
  }, [current, base.version, dirty]);
  useEffect(() => {
    if (!dirty) return;
    const ask = (e: BeforeUnloadEvent) => e.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);

  const take = (v: ReceptionistVersion) => {
    setBase(v);
    setBody(v.body);
    setTheirs(null);
  };
  const save = useAct(
    (expected: number) => api.saveReceptionist(expected, tidy(body)),
    (v) => {
      take(v);
      void client.invalidateQueries({ queryKey: keys.receptionist });
      void client.invalidateQueries({ queryKey: keys.versions });
      return t.receptionist.saved(v.version);
    },
    (e) => {
      if (!(e instanceof ApiError) || e.kind !== "conflict") return false;
      void api.receptionist().then((s) => setTheirs(s.value));
      return true;
    },
  );
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!denied && dirty && !save.isPending) save.mutate(base.version);
  };
  return (
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
          <ReceptionistForm
            body={body}
            set={(change) => setBody((b) => ({ ...b, ...change }))}
            off={denied}
          />
          <div className="sticky bottom-16 z-10 mt-5 lg:bottom-0">
            <div className="card flex flex-wrap items-center gap-3 p-3 shadow-lg">
              <p className="mr-auto" role="status">
                <State shape={dirty ? "half" : "check"} tone={dirty ? "warn" : "calm"}>
                  {dirty ? t.common.unsaved : t.common.saved}
                </State>
              </p>
              {dirty && <Button onClick={() => take(current)}>{t.receptionist.discard}</Button>}
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
        <Versions onUse={(b) => setBody(b)} denied={denied} />
      </div>
      {theirs && (
        <Dialog title={t.receptionist.conflictTitle} onClose={() => setTheirs(null)}>
          <p className="mb-4">{t.receptionist.conflictWhat(theirs.version, theirs.author)}</p>
          <div className="flex flex-wrap justify-end gap-2">
            <Button onClick={() => take(theirs)}>{t.receptionist.conflictTheirs}</Button>
            <Button kind="primary" busy={save.isPending} onClick={() => save.mutate(theirs.version)}>
              {t.receptionist.conflictMine}
            </Button>
          </div>
        </Dialog>
      )}
    </form>
  );
}

function Versions({ onUse, denied }: { onUse: (body: Receptionist) => void; denied: string | null }) {
  const t = useText();
  const { when } = useTimes(60_000);
  const list = useInfiniteQuery(q.versions());
  const [no, setNo] = useState<number | null>(null);
  const items = list.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <Section title={t.receptionist.versions}>
      {list.isPending ? (
        <Loading rows={2} />
      ) : list.isError ? (
        <ErrorNote error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <ol className="grid gap-2">
          {items.map((v) => (
            <li key={v.version} className="flex items-center justify-between gap-2">
              <span className="min-w-0 text-s">
                <span className="font-medium">{t.receptionist.viewing(v.version)}</span>
                <span className="block truncate text-ink2">
                  {v.author}, {when(v.at)}
                </span>
                {v.note && <span className="block text-ink3">{v.note}</span>}
              </span>
              <Button
                kind="quiet"
                aria-label={`${t.receptionist.view}: ${t.receptionist.viewing(v.version)}`}
                onClick={() => setNo(v.version)}
              >
                {t.receptionist.view}
              </Button>
            </li>
          ))}
        </ol>
      )}
      {list.hasNextPage && (
        <Button className="mt-2" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t.common.more}
        </Button>
      )}
      {no !== null && (
        <VersionDialog
          no={no}
          denied={denied}
          onClose={() => setNo(null)}
          onUse={(b) => {
            onUse(b);
            setNo(null);
          }}
        />
      )}
    </Section>
  );
}

function VersionDialog({
  no,
  denied,
  onUse,
  onClose,
}: {
  no: number;
  denied: string | null;
  onUse: (body: Receptionist) => void;
  onClose: () => void;
}) {
  const t = useText();
  const v = useQuery({ queryKey: ["version", no], queryFn: () => api.version(no) });
  return (
    <Dialog title={t.receptionist.viewing(no)} onClose={onClose} wide>
      {v.isPending ? (
        <Loading rows={2} />
      ) : v.isError ? (
        <ErrorNote error={v.error} onRetry={() => void v.refetch()} />
      ) : (
        <ReceptionistForm body={v.data.body} set={() => {}} off={t.receptionist.viewing(no)} />
      )}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{t.common.close}</Button>
        {v.data && (
          <Button why={denied} kind="primary" onClick={() => onUse(v.data.body)}>
            {t.receptionist.useAgain}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
