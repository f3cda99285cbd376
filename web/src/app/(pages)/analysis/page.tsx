import { Analysis } from "@/analysis/analysis";

export default function AnalysisPage() {
  return <Analysis />;
}
