import { configWithoutCloudSupport } from '@n8n/node-cli/eslint';

export default [
	{ ignores: ['dist/**', '.runtime/**', 'node_modules/**', 'coverage/**'] },
	...configWithoutCloudSupport,
	{
		rules: {
			// The pack has runtime dependencies (pg, liquidjs, luxon, ...) on purpose: a well-kept library beats own code.
			'@n8n/community-nodes/no-runtime-dependencies': 'off',
		},
	},
	{
		// The engine is a library of its own: nothing of n8n in it, ever.
		files: ['engine/**/*.ts'],
		rules: {
			// Errors of the engine are CampaignErrors; nodes turn them into n8n's (nodes/shared/errors.ts).
			'@n8n/community-nodes/require-node-api-error': 'off',
			'no-restricted-imports': ['error', { patterns: [{ group: ['n8n-*', '@n8n/*', '*/nodes/*', '*/credentials/*'], message: 'engine/ knows nothing of n8n' }] }],
		},
	},
	{
		files: ['**/*.ts'],
		rules: {
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
		},
	},
	{
		// The one place where any error becomes n8n's.
		files: ['nodes/shared/errors.ts'],
		rules: { '@n8n/community-nodes/require-node-api-error': 'off' },
	},
	{
		files: ['**/*.ts'],
		rules: {
			// A builtin that the resolver does not know yet.
			'import-x/no-unresolved': ['error', { ignore: ['^node:sqlite$'] }],
		},
	},
	{
		// Whoever has one of these keys can write people and events, or send: they are secrets, whatever they are called.
		files: ['credentials/CampaignsCollectorApi.credentials.ts', 'credentials/CampaignsFcmApi.credentials.ts'],
		rules: { '@n8n/community-nodes/credential-unnecessary-password': 'off' },
	},
	{
		// Tests and benchmarks start real programs, make up secrets and throw plain errors.
		files: ['test/**/*.ts', 'bench/**/*.ts'],
		rules: {
			'@n8n/community-nodes/no-dangerous-functions': 'off',
			'@n8n/community-nodes/no-hardcoded-secrets': 'off',
			'@n8n/community-nodes/require-node-api-error': 'off',
			'@n8n/community-nodes/icon-validation': 'off',
			'no-loss-of-precision': 'off',
			// The slow reference of the evaluator takes whatever a rule holds.
			'@typescript-eslint/no-explicit-any': 'off',
		},
	},
	{
		// Programs for the terminal and configuration in CommonJS.
		files: ['scripts/**', 'bench/**', 'test/**', '*.js', '*.mjs', '.ci/**'],
		rules: {
			'no-console': 'off',
			'@typescript-eslint/no-require-imports': 'off',
			'no-undef': 'off',
		},
	},
];
