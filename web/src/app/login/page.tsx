import { Login } from "@/login/login";

export default function LoginPage() {
  return <Login />;
}
