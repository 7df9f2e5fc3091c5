import { Link, useRouter } from "@tanstack/react-router";
import { ApiError } from "@/api/client";
import { useText } from "@/lib/i18n";
import { Button, buttonClass } from "@/ui/button";
import { ErrorNote, Loading } from "@/ui/note";

/** A page that failed: what happened, what is safe, what to do. */
export function Crash({ error }: { error: unknown }) {
  const t = useText();
  const router = useRouter();
  return (
    <main className="mx-auto w-full max-w-xl p-6">
      {error instanceof ApiError ? (
        <ErrorNote error={error} onRetry={() => void router.invalidate()} />
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
    </main>
  );
}

export function Lost() {
  const t = useText();
  return (
    <main className="mx-auto grid w-full max-w-xl justify-items-start gap-2 p-6">
      <h1 className="text-xl font-semibold">{t.errors.lostTitle}</h1>
      <p className="text-ink2">{t.errors.lostWhat}</p>
      <Link to="/" className={buttonClass("primary")}>
        {t.errors.lostDo}
      </Link>
    </main>
  );
}

export function Pending() {
  return (
    <div className="mx-auto w-full max-w-5xl p-6">
      <Loading />
    </div>
  );
}
