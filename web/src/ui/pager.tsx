/** Below a list whose further pages are asked for by hand: "Show more", or that they could not be loaded. */
import { useText } from "@/lib/i18n";
import { Button } from "./button";
import type { More } from "./rows";

export function Pager({
  more,
  act,
  note,
}: {
  more: More;
  /** What the button says instead of "Show more". */
  act?: string;
  /** How far the list reaches as it stands. */
  note?: string;
}) {
  const t = useText();
  if (!more.has && !more.failed) return null;
  return (
    <div className="mt-3 flex flex-wrap items-center gap-3">
      {note && <p className="text-ink2">{note}</p>}
      {more.failed && (
        <p role="alert" className="text-s text-warn">
          {t.common.moreFailed}
        </p>
      )}
      {more.has && (
        <Button busy={more.busy} onClick={more.load}>
          {more.failed ? t.common.retry : (act ?? t.common.more)}
        </Button>
      )}
    </div>
  );
}
