/** Tests by suite: `scripts/test.mjs` names the folders. Everything else ignores what was installed for real n8n. */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/**/*.test.ts'],
	transform: { '^.+\\.(ts|mjs)$': '@swc/jest' },
	modulePathIgnorePatterns: ['<rootDir>/.runtime', '<rootDir>/dist'],
	testTimeout: 60_000,
	// What n8n's packages leave behind after each file adds up.
	workerIdleMemoryLimit: '1.5GB',
};
