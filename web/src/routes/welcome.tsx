import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { ApiError } from "@/api/client";
import { api } from "@/api/endpoints";
import { enter } from "@/api/session";
import type { LinkInfo } from "@/api/types";
import { useText } from "@/lib/i18n";
import { navigate, useParams } from "@/lib/router";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote, errorWords, Loading } from "@/ui/note";

export function Page() {
  const t = useText();
  const { token = "" } = useParams();
  const link = useQuery({
    queryKey: ["link", token],
    queryFn: () => api.link(token),
    retry: false,
    refetchInterval: false,
  });
  useEffect(() => {
    document.title = `${t.signIn.welcomeAnon} · ${t.product}`;
  }, [t]);
  const gone = link.error instanceof ApiError && link.error.status === 404;
  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-4 p-6">
      <p className="font-semibold text-accent">{t.product}</p>
      {link.isPending ? (
        <Loading rows={2} />
      ) : gone ? (
        <div role="alert">
          <h1 className="text-xl font-semibold">{t.signIn.linkGone}</h1>
          <p className="text-ink2">{t.signIn.linkGoneDo}</p>
        </div>
      ) : link.isError ? (
        <>
          <h1 className="text-xl font-semibold">{t.signIn.welcomeAnon}</h1>
          <ErrorNote error={link.error} onRetry={() => void link.refetch()} />
        </>
      ) : (
        <Enter token={token} link={link.data} />
      )}
    </main>
  );
}

function Enter({ token, link }: { token: string; link: LinkInfo }) {
  const t = useText();
  const client = useQueryClient();
  const [name, setName] = useState(link.name);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const fresh = link.kind === "first_owner" || link.kind === "invitation";
  const choose = link.kind !== "sign_in" || link.needs_password;
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      const session = await api.openLink(token, {
        name: fresh && name.trim() ? name.trim() : undefined,
        password: password || undefined,
        email: email.trim() || undefined,
      });
      enter(client, session);
      navigate({ to: "/", replace: true });
    } catch (err) {
      const w = errorWords(t, err);
      setError([w.what, w.remedy].filter(Boolean).join(" "));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div>
        <h1 className="text-xl font-semibold">
          {link.name ? t.signIn.welcome(link.name) : t.signIn.welcomeAnon}
        </h1>
        <p className="text-ink2">{t.signIn.join(link.organization_name)}</p>
      </div>
      <form onSubmit={submit} className="grid gap-4">
        <input type="email" name="username" autoComplete="username" value={link.email} readOnly hidden />
        {fresh && !link.has_password && (
          <Field label={t.signIn.yourName}>
            <Input
              autoComplete="name"
              maxLength={120}
              value={name}
              required
              onChange={(e) => setName(e.target.value)}
            />
          </Field>
        )}
        {link.kind === "first_owner" && (
          <Field label={`${t.signIn.yourEmail} (${t.common.optional})`}>
            <Input
              type="email"
              autoComplete="email"
              maxLength={254}
              placeholder={link.email}
              value={email}
              onChange={(e) => setEmail(e.target.value)}
            />
          </Field>
        )}
        {choose && (
          <Field
            label={
              link.has_password
                ? t.signIn.ownPassword
                : link.needs_password
                  ? t.signIn.choosePassword
                  : `${t.signIn.choosePassword} (${t.common.optional})`
            }
            hint={
              link.has_password
                ? undefined
                : link.needs_password
                  ? t.settings.passwordHint
                  : t.signIn.chooseLater
            }
          >
            <Input
              type="password"
              autoComplete={link.has_password ? "current-password" : "new-password"}
              required={link.needs_password}
              minLength={12}
              value={password}
              onChange={(e) => setPassword(e.target.value)}
            />
          </Field>
        )}
        {error && (
          <p role="alert" className="text-warn">
            {error}
          </p>
        )}
        <Button type="submit" kind="primary" busy={busy}>
          {t.signIn.enter}
        </Button>
      </form>
    </>
  );
}
