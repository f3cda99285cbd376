import Link from "next/link";

export default function NotFound() {
  return (
    <main className="mx-auto flex max-w-lg flex-col gap-3 p-8">
      <h1 className="text-xl font-semibold">There is no such page</h1>
      <Link href="/" className="text-accent underline">
        To the overview
      </Link>
    </main>
  );
}
