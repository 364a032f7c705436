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
      // Numbers in sentences and in paths are what they look like.
      '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true}],
      // Event handlers may start work whose failure is shown where it happens.
      '@typescript-eslint/no-misused-promises': ['error', {checksVoidReturn: {attributes: false}}],
      '@typescript-eslint/no-confusing-void-expression': ['error', {ignoreArrowShorthand: true}],
      // Loops over typed arrays know their bounds; the compiler does not.
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
);
