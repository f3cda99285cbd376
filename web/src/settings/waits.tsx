import type { Approval } from "@/data/waiting";
import { Time } from "@/ui/figure";
import { TextLink } from "@/ui/states";

/** Says of what was just asked that it is not done before a second person lets it through. */
export function Waits({ approval }: { approval: Approval }) {
  return (
    <p role="status" className="rounded border border-warn bg-warn-soft p-3">
      <b className="font-medium text-warn">Not done yet.</b> “{approval.what}” waits until{" "}
      <Time ns={approval.until_ns} /> for a second person with the right {approval.right}. What it
      is answered then stands under{" "}
      <TextLink href="/settings/?section=approvals">Second person</TextLink>.
    </p>
  );
}
