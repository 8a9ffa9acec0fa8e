module.exports = { testEnvironment: 'node', testMatch: ['**/*.test.ts'], transform: { '^.+\\.ts$': '@swc/jest' } };
