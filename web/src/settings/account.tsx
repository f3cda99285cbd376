"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { PasswordForm } from "@/login/password-form";
import { fetchSession, SESSION_KEY, useSession } from "@/data/session";
import { Badge } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Panel } from "@/ui/panel";
import { SecondFactor } from "./second-factor";

/** Password and second factor of whoever is logged in. */
export function Account() {
  const session = useSession().data;
  const queries = useQueryClient();
  const [isChanging, setChanging] = useState(false);
  if (!session) return null;
  // Both begin a new session, whose token everything from then on must carry.
  const again = async () => {
    queries.setQueryData(SESSION_KEY, await fetchSession());
  };
  return (
    <>
      <Panel title="Your account">
        <dl className="grid grid-cols-[max-content_1fr] items-center gap-x-6 gap-y-3">
          <dt className="text-quiet">Name</dt>
          <dd>{session.name}</dd>
          <dt className="text-quiet">Role</dt>
          <dd>{session.role.replace("_", " ")}</dd>
          <dt className="text-quiet">May</dt>
          <dd className="flex flex-wrap gap-1">
            {session.rights.map((right) => (
              <Badge key={right}>{right}</Badge>
            ))}
          </dd>
          <dt className="text-quiet">Password</dt>
          <dd>
            <Button onClick={() => setChanging(true)}>Change</Button>
          </dd>
        </dl>
      </Panel>
      <SecondFactor session={session} onChange={again} />
      <Dialog title="Change the password" isOpen={isChanging} onClose={() => setChanging(false)}>
        <PasswordForm
          onDone={async () => {
            await again();
            setChanging(false);
          }}
        />
      </Dialog>
    </>
  );
}
