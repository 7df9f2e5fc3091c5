import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { upload } from "@/api/client";
import { keys } from "@/api/queries";
import type { Document as Doc } from "@/api/types";
import { useDenied } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { Button } from "@/ui/button";
import { errorWords } from "@/ui/note";
import { State } from "@/ui/state";

const TYPES = ".txt,.md,.markdown,.html,.htm,.pdf,.docx";

interface Sending {
  n: number;
  name: string;
  percent: number;
  error: unknown;
}

/** Files dropped or chosen, sent one after the other, each with its progress. */
export function Upload() {
  const t = useText();
  const client = useQueryClient();
  const denied = useDenied("knowledge.write");
  const input = useRef<HTMLInputElement>(null);
  const count = useRef(0);
  const queue = useRef<Promise<void>>(Promise.resolve());
  const [over, setOver] = useState(false);
  const [list, setList] = useState<Sending[]>([]);
  const patch = (n: number, change: Partial<Sending>) =>
    setList((all) => all.map((s) => (s.n === n ? { ...s, ...change } : s)));

  const send = (files: File[]) => {
    if (denied) return;
    const rows = files.map((file) => {
      count.current += 1;
      return { file, row: { n: count.current, name: file.name, percent: 0, error: null } };
    });
    // Files dropped while others are on their way wait behind them.
    setList((all) => [...all, ...rows.map((r) => r.row)]);
    queue.current = queue.current.then(() => sendAll(rows));
  };
  const drop = (n: number) => setList((all) => all.filter((s) => s.n !== n));

  const sendAll = async (rows: { file: File; row: Sending }[]) => {
    for (const { file, row } of rows) {
      const form = new FormData();
      form.set("file", file);
      try {
        await upload<Doc>("/documents", form, (done, total) =>
          patch(row.n, { percent: total > 0 ? Math.round((done / total) * 100) : 0 }),
        );
        drop(row.n);
        void client.invalidateQueries({ queryKey: keys.documents });
      } catch (error) {
        patch(row.n, { error });
      }
    }
  };

  return (
    <div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the button inside does the same */}
      <div
        onDragOver={(e) => {
          e.preventDefault();
          if (!denied) setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(e) => {
          e.preventDefault();
          setOver(false);
          send([...e.dataTransfer.files]);
        }}
        className={`grid justify-items-start gap-2 rounded-lg border-2 border-dashed p-5 ${over ? "border-accent bg-accent-soft" : "border-line"}`}
      >
        <Button kind="primary" why={denied} onClick={() => input.current?.click()}>
          {t.knowledge.upload}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          accept={TYPES}
          className="hidden"
          aria-label={t.knowledge.upload}
          tabIndex={-1}
          onChange={(e) => {
            send([...(e.target.files ?? [])]);
            e.target.value = "";
          }}
        />
        <p>{t.knowledge.drop}</p>
        <p className="text-s text-ink3">{t.knowledge.dropHint}</p>
      </div>
      {list.length > 0 && (
        <ul className="mt-2 grid gap-1" aria-live="polite">
          {list.map((s) => (
            <li key={s.n} className="text-s">
              {s.error ? (
                <span className="flex items-center justify-between gap-2">
                  <State shape="cross" tone="warn">
                    {s.name}: {t.knowledge.uploadFailed}. {errorWords(t, s.error).what}
                  </State>
                  <Button
                    kind="quiet"
                    aria-label={`${t.knowledge.dismiss}: ${s.name}`}
                    onClick={() => drop(s.n)}
                  >
                    {t.knowledge.dismiss}
                  </Button>
                </span>
              ) : (
                <State shape="half" tone="accent">
                  {s.name}: {t.knowledge.uploading(s.percent)}
                </State>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
