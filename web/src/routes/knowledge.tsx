import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { api } from "@/api/endpoints";
import { keys, q } from "@/api/queries";
import type { Document as Doc } from "@/api/types";
import { Console } from "@/features/knowledge/console";
import { Upload } from "@/features/knowledge/upload";
import { bytes } from "@/lib/format";
import { useDenied, useTimes } from "@/lib/hooks";
import { useText, wordFor } from "@/lib/i18n";
import { Link, navigate, useSearch } from "@/lib/router";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Confirm, Dialog } from "@/ui/dialog";
import { Field, Input, Textarea } from "@/ui/field";
import { Empty, Unread } from "@/ui/note";
import { PageHead } from "@/ui/page";
import { moreOf, Rows } from "@/ui/rows";
import { documentLook, State } from "@/ui/state";

export function Page() {
  const t = useText();
  const { doc } = useSearch();
  const client = useQueryClient();
  const denied = useDenied("knowledge.write");
  const list = useInfiniteQuery(q.documents());
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Doc | null>(null);
  const items = useMemo(
    () => [...new Map((list.data?.pages.flatMap((p) => p.value.items) ?? []).map((d) => [d.id, d])).values()],
    [list.data],
  );
  const head = list.data?.pages[0]?.value;
  const remove = useAct(
    (d: Doc) => api.deleteDocument(d.id),
    () => {
      setRemoving(null);
      void client.invalidateQueries({ queryKey: keys.documents });
      return t.knowledge.removed;
    },
  );
  return (
    <>
      <PageHead
        title={t.knowledge.title}
        sub={head && t.knowledge.sub(items.length, head.chunks, head.embedded)}
      >
        <Button why={denied} onClick={() => setAdding(true)}>
          {t.knowledge.addText}
        </Button>
      </PageHead>
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <div className="grid min-w-0 gap-4">
          <Upload />
          {!list.data ? (
            <Unread query={list} rows={4} />
          ) : items.length === 0 ? (
            <Empty title={t.knowledge.none}>{t.knowledge.noneDo}</Empty>
          ) : (
            <Rows
              items={items}
              label={t.knowledge.list}
              height={76}
              scope="documents"
              render={(d) => <DocRow doc={d} denied={denied} onRemove={() => setRemoving(d)} />}
              more={moreOf(list)}
            />
          )}
        </div>
        <Console />
      </div>
      {adding && <AddText onClose={() => setAdding(false)} />}
      {doc && <DocDialog id={doc} onClose={() => navigate({ to: "/knowledge", search: {} })} />}
      {removing && (
        <Confirm
          title={t.knowledge.removeTitle(removing.title)}
          what={t.knowledge.removeWhat(removing.chunks)}
          act={t.knowledge.remove}
          word={t.knowledge.removeWord}
          busy={remove.isPending}
          onDo={() => remove.mutate(removing)}
          onClose={() => setRemoving(null)}
        />
      )}
    </>
  );
}

function DocRow({ doc, denied, onRemove }: { doc: Doc; denied: string | null; onRemove: () => void }) {
  const t = useText();
  const { when } = useTimes();
  const [shape, tone] = documentLook(doc.state);
  const working = doc.state !== "ready" && doc.state !== "failed";
  return (
    <div className="flex items-center gap-3 px-4 py-3" data-document={doc.id} data-state={doc.state}>
      <div className="min-w-0 flex-1">
        <Link
          to="/knowledge"
          search={{ doc: doc.id }}
          data-row
          className="block truncate font-medium hover:underline"
        >
          {doc.title}
        </Link>
        <p className="text-s text-ink2">
          <State shape={shape} tone={tone}>
            {wordFor(t.knowledge.state, doc.state)}
            {working &&
              doc.progress.total > 0 &&
              `, ${t.knowledge.progress(doc.progress.done, doc.progress.total)}`}
          </State>
          {" · "}
          {[
            doc.kind.toUpperCase(),
            bytes(doc.bytes),
            doc.pages ? t.knowledge.pages(doc.pages) : null,
            doc.state === "ready" ? t.knowledge.passages(doc.chunks) : null,
            when(doc.created_at),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {doc.error && <p className="text-s text-warn">{doc.error}</p>}
      </div>
      <Button kind="quiet" why={denied} aria-label={`${t.knowledge.remove}: ${doc.title}`} onClick={onRemove}>
        {t.knowledge.remove}…
      </Button>
    </div>
  );
}

function DocDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useText();
  const doc = useQuery(q.document(id));
  return (
    <Dialog title={doc.data?.title ?? t.knowledge.title} onClose={onClose} wide>
      {!doc.data ? (
        <Unread query={doc} rows={3} />
      ) : (
        <>
          <p className="mb-2 text-s text-ink2">
            {doc.data.words} {t.knowledge.firstPassages}
          </p>
          <ol className="grid gap-3">
            {doc.data.passages.map((p) => (
              <li key={p.id} className="border-l-2 border-line pl-3">
                <p className="text-s text-ink3">
                  {[p.title_path, p.page === null ? null : t.call.page(p.page)].filter(Boolean).join(" · ")}
                </p>
                <p className="whitespace-pre-line">{p.text}</p>
              </li>
            ))}
          </ol>
        </>
      )}
      <div className="mt-4 flex justify-end">
        <Button onClick={onClose}>{t.common.close}</Button>
      </div>
    </Dialog>
  );
}

function AddText({ onClose }: { onClose: () => void }) {
  const t = useText();
  const client = useQueryClient();
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const act = useAct(
    () => api.addText({ title: title.trim(), text }),
    () => {
      void client.invalidateQueries({ queryKey: keys.documents });
      onClose();
      return t.knowledge.added;
    },
  );
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!act.isPending) act.mutate(undefined);
  };
  return (
    <Dialog title={t.knowledge.addText} onClose={onClose} wide>
      <form onSubmit={submit} className="grid gap-4">
        <Field label={t.knowledge.textTitle}>
          <Input
            required
            maxLength={200}
            value={title}
            onChange={(e) => setTitle(e.target.value)}
            autoFocus
          />
        </Field>
        <Field label={t.knowledge.text} hint={t.knowledge.textHint}>
          <Textarea required rows={10} value={text} onChange={(e) => setText(e.target.value)} />
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" kind="primary" busy={act.isPending}>
            {t.common.add}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
