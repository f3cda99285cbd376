import { Risk } from "@/risk/risk";

export default function RiskPage() {
  return <Risk />;
}
