import type { Check } from './check';

export const runStopped: Check = {
	prepare: async () => ({ judge: ({ run }) => (run.state === 'stopped' ? { kind: 'refuse', reason: 'campaign_stopped' } : undefined) }),
};
