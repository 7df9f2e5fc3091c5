/** Earlier versions of the receptionist: who saved them when, what they said, and going on from one of them. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/endpoints";
import { q } from "@/api/queries";
import type { Receptionist } from "@/api/types";
import { useTimes } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Unread } from "@/ui/note";
import { Section } from "@/ui/page";
import { Pager } from "@/ui/pager";
import { moreOf } from "@/ui/rows";
import { ReceptionistForm } from "./form";

export function Versions({
  onUse,
  denied,
}: {
  onUse: (body: Receptionist, version: number) => void;
  denied: string | null;
}) {
  const t = useText();
  const { when } = useTimes(60_000);
  const list = useInfiniteQuery(q.versions());
  const [no, setNo] = useState<number | null>(null);
  return (
    <Section title={t.receptionist.versions}>
      {!list.data ? (
        <Unread query={list} rows={2} />
      ) : (
        <ol className="grid gap-2">
          {list.data.pages
            .flatMap((p) => p.items)
            .map((v) => (
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
      <Pager more={moreOf(list)} />
      {no !== null && (
        <VersionDialog
          no={no}
          denied={denied}
          onClose={() => setNo(null)}
          onUse={(body) => {
            setNo(null);
            onUse(body, no);
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
      {v.data ? (
        <ReceptionistForm body={v.data.body} set={() => {}} off={t.receptionist.viewing(no)} />
      ) : (
        <Unread query={v} rows={2} />
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
