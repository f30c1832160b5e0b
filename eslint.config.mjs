// Two rules that need types; everything else is biome's.
import pulumi from "@pulumi/eslint-plugin";
import { parser, plugin } from "typescript-eslint";

export default [
  { ignores: ["node_modules/**", "dist/**", ".secondsite/**"] },
  {
    files: ["**/*.ts"],
    languageOptions: {
      parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { "@typescript-eslint": plugin, "@pulumi": pulumi },
    rules: {
      // A promise that nobody awaits fails where nobody looks.
      "@typescript-eslint/no-floating-promises": "error",
      // An Output in a template prints "Calling [toString] on an [Output<T>] is not supported".
      "@pulumi/no-output-in-template-literal": "error",
    },
  },
];
