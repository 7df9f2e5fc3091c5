import { ApiError } from "@/api/client";
import { useText } from "@/lib/i18n";
import { Link } from "@/lib/router";
import { Button, buttonClass } from "@/ui/button";
import { ErrorNote, Loading } from "@/ui/note";

/** A page that failed: what happened, what is safe, what to do. */
export function Crash({ error }: { error: unknown }) {
  const t = useText();
  return (
    <div className="mx-auto w-full max-w-xl p-6">
      {error instanceof ApiError ? (
        <ErrorNote error={error} onRetry={() => location.reload()} />
      ) : (
        <div role="alert" className="card grid justify-items-start gap-2 p-6">
          <h1 className="text-l font-semibold">{t.errors.crash}</h1>
          <p>{t.errors.crashWhat}</p>
          <p className="text-ink2">{t.errors.crashDo}</p>
          <Button kind="primary" onClick={() => location.reload()}>
            {t.errors.reload}
          </Button>
        </div>
      )}
    </div>
  );
}

export function Lost() {
  const t = useText();
  return (
    <div className="mx-auto grid w-full max-w-xl justify-items-start gap-2 p-6">
      <h1 className="text-xl font-semibold">{t.errors.lostTitle}</h1>
      <p className="text-ink2">{t.errors.lostWhat}</p>
      <Link to="/" className={buttonClass("primary")}>
        {t.errors.lostDo}
      </Link>
    </div>
  );
}

export function Pending() {
  return (
    <div className="mx-auto w-full max-w-5xl p-6">
      <Loading />
    </div>
  );
}
