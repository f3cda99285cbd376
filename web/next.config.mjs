/** Pages are files that the trader's own server hands out: no server of Node runs beside it. */
const config = {
  output: "export",
  trailingSlash: true,
  images: { unoptimized: true },
  poweredByHeader: false,
  devIndicators: false,
};

if (process.env.NODE_ENV === "development") {
  // While pages are written, `npm run dev` asks a trader that runs beside it.
  const api = process.env.TRAIDER_API ?? "http://127.0.0.1:8000";
  delete config.output;
  config.skipTrailingSlashRedirect = true;
  config.rewrites = async () => [{ source: "/api/:path*", destination: `${api}/api/:path*` }];
}

export default config;
