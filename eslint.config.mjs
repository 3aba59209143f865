import eslint from "@eslint/js";
import prettier from "eslint-plugin-prettier/recommended";
import roblox from "eslint-plugin-roblox-ts";
import tseslint from "typescript-eslint";

const LUAU_SOURCES = ["src/**/*.ts", "test/specs/**/*.ts", "test/probe/**/*.ts"];
const only = (files, configs) => configs.flat().map((config) => ({ ...config, files }));

export default [
	{ ignores: ["**/out/", "include/", "**/node_modules/"] },
	// What rbxtsc compiles.
	...only(LUAU_SOURCES, [
		eslint.configs.recommended,
		...tseslint.configs.recommended,
		roblox.configs.tsRecommendedCompat,
		roblox.configs.recommended,
	]),
	{
		files: LUAU_SOURCES,
		languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
		rules: { "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }] },
	},
	// Type tests, which only tsc reads: values and expressions stand there for their types.
	...only(["test/types/**/*.ts"], [...tseslint.configs.recommended]),
	{
		files: ["test/types/**/*.ts"],
		rules: { "@typescript-eslint/no-unused-vars": "off", "@typescript-eslint/no-unused-expressions": "off" },
	},
	// The tools, which Node runs.
	{
		...eslint.configs.recommended,
		files: ["**/*.mjs"],
		languageOptions: { globals: { console: "readonly", URL: "readonly" } },
	},
	// The transformer, which the compiler loads.
	{
		...eslint.configs.recommended,
		files: ["transformer/**/*.js"],
		languageOptions: { sourceType: "commonjs", globals: { module: "writable", require: "readonly" } },
		rules: { ...eslint.configs.recommended.rules, "no-unused-vars": ["error", { argsIgnorePattern: "^_" }] },
	},
	prettier,
];
