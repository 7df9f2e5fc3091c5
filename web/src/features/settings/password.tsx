import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "@/api/endpoints";
import { keys } from "@/api/queries";
import { useSession } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { Section } from "@/ui/page";

export function Password() {
  const t = useText();
  const s = t.settings;
  const me = useSession();
  const client = useQueryClient();
  const [now, setNow] = useState("");
  const [next, setNext] = useState("");
  const act = useAct(
    () => api.setPassword(next, me.user.has_password ? now : undefined),
    () => {
      setNow("");
      setNext("");
      void client.invalidateQueries({ queryKey: keys.session });
      return s.passwordSet;
    },
  );
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!act.isPending) act.mutate(undefined);
  };
  return (
    <Section title={s.password} hint={me.user.has_password ? undefined : s.passwordNone}>
      <form onSubmit={submit} className="grid max-w-sm gap-4">
        <input type="email" name="username" autoComplete="username" value={me.user.email} readOnly hidden />
        {me.user.has_password && (
          <Field label={s.passwordNow}>
            <Input
              type="password"
              autoComplete="current-password"
              required
              value={now}
              onChange={(e) => setNow(e.target.value)}
            />
          </Field>
        )}
        <Field label={s.passwordNew} hint={s.passwordHint}>
          <Input
            type="password"
            autoComplete="new-password"
            required
            minLength={12}
            maxLength={200}
            value={next}
            onChange={(e) => setNext(e.target.value)}
          />
        </Field>
        <div>
          <Button type="submit" busy={act.isPending}>
            {s.setPassword}
          </Button>
        </div>
      </form>
    </Section>
  );
}
