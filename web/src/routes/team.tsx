import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "@/api/endpoints";
import { keys, q } from "@/api/queries";
import type { Member, Role } from "@/api/types";
import { useDenied, useSession, useTimes } from "@/lib/hooks";
import { useText, wordFor } from "@/lib/i18n";
import { useAct } from "@/ui/act";
import { Button } from "@/ui/button";
import { Confirm, Dialog } from "@/ui/dialog";
import { Field, Input, Select } from "@/ui/field";
import { Empty, Secret, Unread } from "@/ui/note";
import { PageHead } from "@/ui/page";
import { Pager } from "@/ui/pager";
import { moreOf } from "@/ui/rows";
import { State } from "@/ui/state";

const ROLES: Role[] = ["owner", "admin", "staff", "viewer"];

function useRoleWords() {
  const t = useText();
  const what: Record<Role, string> = {
    owner: t.roles.ownerWhat,
    admin: t.roles.adminWhat,
    staff: t.roles.staffWhat,
    viewer: t.roles.viewerWhat,
  };
  return what;
}

export function Page() {
  const t = useText();
  const me = useSession();
  const client = useQueryClient();
  const { when } = useTimes(60_000);
  const denied = useDenied("members.write");
  const list = useInfiniteQuery(q.members());
  const [inviting, setInviting] = useState(false);
  const [removing, setRemoving] = useState<Member | null>(null);
  const [changing, setChanging] = useState<{ member: Member; role: Role } | null>(null);
  const what = useRoleWords();
  const again = () => void client.invalidateQueries({ queryKey: keys.members });
  const setRole = useAct(
    ({ id, role }: { id: string; role: Role }) => api.setRole(id, role),
    () => {
      setChanging(null);
      again();
      return t.team.roleChanged;
    },
    again,
  );
  const remove = useAct(
    (m: Member) => api.removeMember(m.id),
    () => {
      setRemoving(null);
      again();
      return t.team.removed;
    },
  );
  const members = list.data?.pages.flatMap((p) => p.value.items) ?? [];
  const owners = members.filter((m) => m.role === "owner").length;
  return (
    <>
      <PageHead title={t.team.title}>
        <Button kind="primary" why={denied} onClick={() => setInviting(true)}>
          {t.team.invite}
        </Button>
      </PageHead>
      {!list.data ? (
        <Unread query={list} />
      ) : (
        <ul aria-label={t.team.list} className="card divide-y divide-line">
          {members.map((m) => {
            const last = m.role === "owner" && owners === 1 ? t.team.lastOwner : null;
            const ownerOnly = m.role === "owner" && me.role !== "owner" ? t.roles.ownerWhat : null;
            const off = denied ?? last ?? ownerOnly;
            return (
              <li key={m.id} className="flex flex-wrap items-center gap-3 px-4 py-3">
                <div className="min-w-0 flex-1 basis-52">
                  <p className="truncate font-medium">
                    {m.name || m.email}
                    {m.id === me.user.id && <span className="font-normal text-ink3"> ({t.team.you})</span>}
                  </p>
                  <p className="truncate text-s text-ink2">
                    {m.name && `${m.email} · `}
                    <State shape={m.state === "active" ? "check" : "clock"}>
                      {m.state === "active"
                        ? m.last_seen_at === null
                          ? t.team.active
                          : t.team.lastSeen(when(m.last_seen_at))
                        : t.team.invited}
                    </State>
                  </p>
                </div>
                <Field label={`${t.team.role}: ${m.name || m.email}`} hideLabel className="w-32">
                  <Select
                    value={m.role}
                    disabled={Boolean(off)}
                    title={off ?? undefined}
                    onChange={(e) => setChanging({ member: m, role: e.target.value as Role })}
                  >
                    {ROLES.map((r) => (
                      <option key={r} value={r} disabled={r === "owner" && me.role !== "owner"}>
                        {wordFor(t.roles, r)}
                      </option>
                    ))}
                  </Select>
                </Field>
                <Button
                  kind="quiet"
                  why={off}
                  aria-label={`${t.team.remove}: ${m.name || m.email}`}
                  onClick={() => setRemoving(m)}
                >
                  {t.team.remove}…
                </Button>
              </li>
            );
          })}
        </ul>
      )}
      <Pager more={moreOf(list)} />
      {members.length === 1 && (
        <div className="mt-4">
          <Empty title={t.team.none}>{t.team.noneDo}</Empty>
        </div>
      )}
      {inviting && <Invite onClose={() => setInviting(false)} onDone={again} />}
      {changing && (
        <Confirm
          title={t.team.roleTitle(
            changing.member.name || changing.member.email,
            wordFor(t.roles, changing.role),
          )}
          what={[
            what[changing.role],
            changing.member.id === me.user.id ? t.team.roleOwn : t.team.roleWhat,
          ].join(" ")}
          act={t.team.changeRole}
          busy={setRole.isPending}
          onDo={() => setRole.mutate({ id: changing.member.id, role: changing.role })}
          onClose={() => setChanging(null)}
        />
      )}
      {removing && (
        <Confirm
          title={t.team.removeTitle(removing.name || removing.email)}
          what={t.team.removeWhat}
          act={t.team.remove}
          word={removing.email}
          busy={remove.isPending}
          onDo={() => remove.mutate(removing)}
          onClose={() => setRemoving(null)}
        />
      )}
    </>
  );
}

function Invite({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const t = useText();
  const me = useSession();
  const what = useRoleWords();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("staff");
  const [link, setLink] = useState<string | null>(null);
  const act = useAct(
    () => api.invite({ name: name.trim(), email: email.trim(), role }),
    (made) => {
      setLink(new URL(made.link, location.origin).href);
      onDone();
    },
  );
  const submit = (e: FormEvent) => {
    e.preventDefault();
    if (!act.isPending) act.mutate(undefined);
  };
  if (link)
    return (
      <Dialog title={t.team.linkTitle} onClose={onClose}>
        <p className="mb-3">{t.team.linkWhat(name)}</p>
        <Secret value={link} label={t.team.link} />
        <div className="mt-4 flex justify-end">
          <Button onClick={onClose}>{t.common.close}</Button>
        </div>
      </Dialog>
    );
  return (
    <Dialog title={t.team.inviteTitle} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        <Field label={t.team.name}>
          <Input required maxLength={120} value={name} onChange={(e) => setName(e.target.value)} autoFocus />
        </Field>
        <Field label={t.team.email}>
          <Input
            type="email"
            required
            maxLength={254}
            value={email}
            onChange={(e) => setEmail(e.target.value)}
          />
        </Field>
        <Field label={t.team.role} hint={what[role]}>
          <Select value={role} onChange={(e) => setRole(e.target.value as Role)}>
            {ROLES.filter((r) => r !== "owner" || me.role === "owner").map((r) => (
              <option key={r} value={r}>
                {wordFor(t.roles, r)}
              </option>
            ))}
          </Select>
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.common.cancel}</Button>
          <Button type="submit" kind="primary" busy={act.isPending}>
            {t.team.sendInvite}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
