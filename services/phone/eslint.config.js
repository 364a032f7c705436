import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import {defineConfig} from 'eslint/config';
import ts from 'typescript-eslint';

export default defineConfig(
  {ignores: ['dist/', 'dist.new/', 'node_modules/']},
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  {
    languageOptions: {parserOptions: {projectService: {allowDefaultProject: ['eslint.config.js']}}},
    plugins: {'react-hooks': hooks},
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      // Numbers are safe to use in template strings.
      '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true}],
      // Event handlers may be async; they handle their own errors.
      '@typescript-eslint/no-misused-promises': ['error', {checksVoidReturn: {attributes: false}}],
      '@typescript-eslint/no-confusing-void-expression': ['error', {ignoreArrowShorthand: true}],
      // Loops over typed arrays stay within bounds, which the compiler cannot know.
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
);
