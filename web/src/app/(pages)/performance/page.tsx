import { Performance } from "@/performance/performance";

export default function PerformancePage() {
  return <Performance />;
}
