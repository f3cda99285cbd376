import { Signals } from "@/signals/signals";

export default function SignalsPage() {
  return <Signals />;
}
