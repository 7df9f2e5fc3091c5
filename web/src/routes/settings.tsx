import { useQuery } from "@tanstack/react-query";
import { q } from "@/api/queries";
import { Clinic } from "@/features/settings/clinic";
import { Keys } from "@/features/settings/keys";
import { Password } from "@/features/settings/password";
import { Provider } from "@/features/settings/provider";
import { useDenied } from "@/lib/hooks";
import { useText } from "@/lib/i18n";
import { Unread } from "@/ui/note";
import { PageHead } from "@/ui/page";

export function Page() {
  const t = useText();
  const settings = useQuery(q.settings());
  const denied = useDenied("settings.write");
  return (
    <>
      <PageHead title={t.settings.title} />
      {denied && (
        <p className="card mb-4 p-3 text-ink2">
          {denied}. {t.perms.need}
        </p>
      )}
      <div className="grid max-w-3xl gap-5">
        {settings.data ? (
          <>
            <Clinic settings={settings.data.value} denied={denied} />
            <Provider provider={settings.data.value.provider} denied={denied} />
          </>
        ) : (
          <Unread query={settings} />
        )}
        <Keys denied={denied} />
        <Password />
      </div>
    </>
  );
}
