import { useInfiniteQuery } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import type { InboxFilter } from "@/api/endpoints";
import { q } from "@/api/queries";
import type { InboxItem } from "@/api/types";
import { useItemActs } from "@/features/inbox/acts";
import { ItemCard } from "@/features/inbox/item";
import { listed } from "@/features/inbox/order";
import { useWaiting } from "@/features/inbox/waiting";
import { useText } from "@/lib/i18n";
import { Link, navigate, useSearch } from "@/lib/router";
import { Button, buttonClass } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, Select, Textarea } from "@/ui/field";
import { Empty, Unread } from "@/ui/note";
import { PageHead } from "@/ui/page";
import { moreOf, Rows } from "@/ui/rows";

export function Page() {
  const t = useText();
  const search = useSearch();
  const state = search.state === "closed" ? "closed" : "open";
  const filter: InboxFilter = useMemo(() => ({ state, kind: search.kind }), [state, search.kind]);
  const list = useInfiniteQuery(q.inbox(filter));
  const scope = `${state} ${search.kind ?? ""}`;
  const [closing, setClosing] = useState<InboxItem | null>(null);
  const acts = useItemActs();
  const waiting = useWaiting(filter);
  const items = useMemo(() => {
    const pages = list.data?.pages.map((p) => p.value.items) ?? [];
    if (state === "open") return listed(waiting, pages);
    return [...new Map(pages.flat().map((i) => [i.id, i])).values()];
  }, [list.data, waiting, state]);
  return (
    <>
      <PageHead title={t.inbox.title}>
        <nav aria-label={t.inbox.title} className="flex rounded-md border border-edge">
          <Link
            to="/inbox"
            search={{ kind: search.kind }}
            aria-current={state === "open" ? "page" : undefined}
            className={buttonClass(state === "open" ? "plain" : "quiet", "border-transparent!")}
          >
            {t.inbox.open}
          </Link>
          <Link
            to="/inbox"
            search={{ state: "closed", kind: search.kind }}
            aria-current={state === "closed" ? "page" : undefined}
            className={buttonClass(state === "closed" ? "plain" : "quiet", "border-transparent!")}
          >
            {t.inbox.done}
          </Link>
        </nav>
        <Field label={t.inbox.kind} hideLabel>
          <Select
            value={search.kind ?? ""}
            onChange={(e) =>
              navigate({ to: "/inbox", search: { ...search, kind: e.target.value || undefined } })
            }
          >
            <option value="">{t.inbox.anyKind}</option>
            {Object.entries(t.inbox.kinds).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        </Field>
      </PageHead>
      {!list.data ? (
        <Unread key={scope} query={list} />
      ) : items.length === 0 ? (
        <Empty title={state === "open" ? t.inbox.none : t.inbox.noneDone}>
          {state === "open" ? t.inbox.noneDo : t.inbox.noneDoneDo}
        </Empty>
      ) : (
        <Rows
          items={items}
          label={t.inbox.list}
          height={150}
          scope={scope}
          render={(item) => <ItemCard item={item} acts={acts} onClose={() => setClosing(item)} />}
          more={moreOf(list)}
        />
      )}
      {closing && (
        <CloseDialog
          item={closing}
          busy={acts.close.isPending}
          onDo={(outcome, note) =>
            acts.close.mutate({ item: closing, outcome, note }, { onSuccess: () => setClosing(null) })
          }
          onClose={() => setClosing(null)}
        />
      )}
    </>
  );
}

function CloseDialog({
  item,
  busy,
  onDo,
  onClose,
}: {
  item: InboxItem;
  busy: boolean;
  onDo: (outcome: string, note: string | undefined) => void;
  onClose: () => void;
}) {
  const t = useText();
  const [outcome, setOutcome] = useState("called_back");
  const [note, setNote] = useState("");
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!busy) onDo(outcome, note.trim() || undefined);
  };
  return (
    <Dialog title={t.inbox.closeTitle} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        <p>
          <span className="font-medium">{item.title}</span>
          <span className="block text-s text-ink2">{t.inbox.closeWhat}</span>
        </p>
        <Field label={t.inbox.outcome}>
          <Select value={outcome} onChange={(e) => setOutcome(e.target.value)}>
            {Object.entries(t.inbox.outcomes).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={`${t.inbox.note} (${t.common.optional})`}>
          <Textarea value={note} maxLength={2000} onChange={(e) => setNote(e.target.value)} />
        </Field>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" kind="primary" busy={busy}>
            {t.inbox.closeItem}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
