import hooks from "eslint-plugin-react-hooks";
import types from "typescript-eslint";

export default types.config(
  { ignores: [".next", "out", "node_modules", "next-env.d.ts", "src/data/openapi.d.ts", "public"] },
  ...types.configs.strict,
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "no-console": "error",
      complexity: ["error", 12],
      "max-lines": ["error", 300],
    },
  },
);
