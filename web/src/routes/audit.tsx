import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { q } from "@/api/queries";
import { useTimes } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { Link } from "@/lib/router";
import { Empty, Unread } from "@/ui/note";
import { PageHead } from "@/ui/page";
import { moreOf, Rows } from "@/ui/rows";

export function Page() {
  const t = useText();
  const { when } = useTimes(60_000);
  const list = useInfiniteQuery(q.audit());
  const items = useMemo(
    () => (list.data?.pages.flatMap((p) => p.items) ?? []).map((e) => ({ ...e, id: String(e.n) })),
    [list.data],
  );
  return (
    <>
      <PageHead title={t.audit.title} sub={t.audit.sub} />
      {!list.data ? (
        <Unread query={list} />
      ) : items.length === 0 ? (
        <Empty title={t.audit.none}>{t.audit.noneDo}</Empty>
      ) : (
        <Rows
          items={items}
          label={t.audit.list}
          height={64}
          scope="audit"
          render={(e) => (
            <div className="grid grid-cols-[1fr_auto] gap-x-4 px-4 py-2 sm:grid-cols-[9rem_11rem_1fr_4rem]">
              <span className="text-s text-ink2">{when(e.at)}</span>
              <span className="order-last col-span-2 truncate text-s sm:order-none sm:col-span-1">
                {e.actor}
              </span>
              <span className="col-span-2 min-w-0 sm:col-span-1">
                {e.words || e.action}
                {e.object?.startsWith("call_") ? (
                  <Link
                    to="/calls/$id"
                    params={{ id: e.object }}
                    data-row
                    aria-label={`${t.inbox.openCall}: ${e.words || e.action}, ${when(e.at)}`}
                    className="block w-fit text-s text-ink2 underline"
                  >
                    {t.inbox.openCall}
                  </Link>
                ) : (
                  e.object && <span className="block truncate text-s text-ink3">{e.object}</span>
                )}
              </span>
              <span className="hidden text-right text-s text-ink3 sm:block">{e.n}</span>
            </div>
          )}
          more={moreOf(list)}
        />
      )}
    </>
  );
}
