import { Orders } from "@/orders/orders";

export default function OrdersPage() {
  return <Orders />;
}
