import { System } from "@/system/system";

export default function SystemPage() {
  return <System />;
}
